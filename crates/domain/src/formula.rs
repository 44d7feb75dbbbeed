//! Scores and key figures by formulas that are versioned data. What a formula lacks an input for is unknown, never
//! zero. Each tenant keeps its own formulas; what it starts with is [`DEFAULT_FORMULAS`].

mod expression;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use expression::Expression;
pub use expression::ExpressionError;

pub const DEFAULT_FORMULAS: &str = include_str!("../definitions/formulas.json");

/// Figures that were worked out, by name; those that are unknown are absent.
pub type Figures = BTreeMap<String, f64>;

/// What is stored and exchanged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    /// Names of inputs and the codes of the questions that answer them.
    inputs: BTreeMap<String, String>,
    /// What is taken for granted of every automation: values by name.
    #[serde(default)]
    assumptions: BTreeMap<String, f64>,
    outputs: Vec<Output>,
    #[serde(default)]
    labels: BTreeMap<String, Vec<Label>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Output {
    name: String,
    expression: String,
}

/// A word for figures from a certain one on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    at_least: f64,
    label: String,
}

#[derive(Debug, thiserror::Error)]
pub enum FormulaError {
    #[error("the formulas can't be read: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error("{name}: {error}")]
    Expression { name: String, error: ExpressionError },
    #[error("{name} needs “{missing}”, which is neither an input, nor assumed, nor worked out before it")]
    Unknown { name: String, missing: String },
    #[error("“{0}” stands twice")]
    Repeated(String),
}

/// Formulas ready to be worked out, each after those it needs.
#[derive(Clone, Debug)]
pub struct Formulas {
    definition: String,
    inputs: BTreeMap<String, String>,
    assumptions: BTreeMap<String, f64>,
    outputs: Vec<Formula>,
    labels: BTreeMap<String, Vec<Label>>,
}

#[derive(Clone, Debug)]
struct Formula {
    name: String,
    expression: Expression,
    /// Codes of all questions it depends on, also by way of other formulas.
    questions: BTreeSet<String>,
}

impl Formulas {
    pub fn parse(definition: &str) -> Result<Self, FormulaError> {
        let Definition { inputs, assumptions, outputs, labels } = serde_json::from_str(definition)?;
        if let Some(name) = assumptions.keys().find(|name| inputs.contains_key(*name)) {
            return Err(FormulaError::Repeated(name.clone()));
        }
        let mut formulas: Vec<Formula> = Vec::with_capacity(outputs.len());
        for Output { name, expression } in outputs {
            let is_taken = inputs.contains_key(&name) || assumptions.contains_key(&name);
            if is_taken || formulas.iter().any(|earlier| earlier.name == name) {
                return Err(FormulaError::Repeated(name));
            }
            let expression = Expression::parse(&expression)
                .map_err(|error| FormulaError::Expression { name: name.clone(), error })?;
            let mut questions = BTreeSet::new();
            for needed in expression.names() {
                if let Some(code) = inputs.get(needed) {
                    questions.insert(code.clone());
                } else if let Some(earlier) = formulas.iter().find(|earlier| earlier.name == needed) {
                    questions.extend(earlier.questions.iter().cloned());
                } else if !assumptions.contains_key(needed) {
                    return Err(FormulaError::Unknown { name, missing: needed.to_owned() });
                }
            }
            formulas.push(Formula { name, expression, questions });
        }
        Ok(Self { definition: definition.to_owned(), inputs, assumptions, outputs: formulas, labels })
    }

    /// As it was read.
    pub fn definition(&self) -> &str {
        &self.definition
    }

    /// Works out what depends on one of the `changed` questions, or everything where none are named; all else in
    /// `figures` stays as it is. `answer` gives what the answer to a question counts for. Whether any did.
    pub fn work_out(
        &self,
        figures: &mut Figures,
        changed: Option<&BTreeSet<String>>,
        answer: impl Fn(&str) -> Option<f64>,
    ) -> bool {
        let mut any = false;
        for formula in &self.outputs {
            if changed.is_some_and(|changed| formula.questions.is_disjoint(changed)) {
                continue;
            }
            any = true;
            let known = |name: &str| match self.inputs.get(name) {
                Some(code) => answer(code),
                None => self.assumption(name).or_else(|| figures.get(name).copied()),
            };
            match formula.expression.value(&known).filter(|value| value.is_finite()) {
                Some(value) => figures.insert(formula.name.clone(), rounded(value)),
                None => figures.remove(&formula.name),
            };
        }
        any
    }

    /// The code of the question that answers an input.
    pub fn question_of(&self, input: &str) -> Option<&str> {
        self.inputs.get(input).map(String::as_str)
    }

    /// What is taken for granted of every automation.
    pub fn assumption(&self, name: &str) -> Option<f64> {
        self.assumptions.get(name).copied()
    }

    /// Whether there is such a figure to be worked out.
    pub fn gives(&self, name: &str) -> bool {
        self.outputs.iter().any(|formula| formula.name == name)
    }

    /// The word for a figure: `Easy`.
    pub fn label(&self, name: &str, value: f64) -> Option<&str> {
        let labels = self.labels.get(name)?;
        let reached = labels.iter().filter(|label| value >= label.at_least);
        reached.max_by(|a, b| a.at_least.total_cmp(&b.at_least)).map(|label| label.label.as_str())
    }
}

/// A figure without the digits that only reckoning in binary brings along: to fifteen that count. Rounded once, where it
/// comes about, it is the same wherever it is shown.
fn rounded(value: f64) -> f64 {
    format!("{value:.14e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formulas() -> Formulas {
        Formulas::parse(DEFAULT_FORMULAS).unwrap()
    }

    fn work_out(answers: &[(&str, f64)]) -> Figures {
        let mut figures = Figures::new();
        formulas().work_out(&mut figures, None, |code| {
            answers.iter().find(|(name, _)| *name == code).map(|(_, value)| *value)
        });
        figures
    }

    fn assert_close(figures: &Figures, name: &str, expected: f64) {
        let value = figures.get(name).copied().unwrap_or(f64::NAN);
        assert!((value - expected).abs() < 1e-9, "{name}: {value}, not {expected}");
    }

    const HIGH_LEVEL: [(&str, f64); 5] = [
        ("Q1-RULES", 5.0),
        ("Q1-INPUT_TYPE", 4.0),
        ("Q1-INPUT_QUALITY", 3.0),
        ("Q1-STABILITY", 4.0),
        ("Q1-DOCUMENTATION", 5.0),
    ];

    /// The worked example of the yearly figures: daily, 50 of 6 minutes, and so on. A potential of 80 % comes of
    /// 3 ways, 70 % digital and 80 % structured input.
    const DETAILED: [(&str, f64); 16] = [
        ("Q2-TASK_STABILITY", 4.0),
        ("Q2-APPLICATION_STABILITY", 5.0),
        ("Q2-EMPLOYEE_AVERAGE_WORKING_DAYS", 220.0),
        ("Q2-EMPLOYEE_WORKING_HOURS", 8.0),
        ("Q2-EMPLOYEE_AVERAGE_FULL_COST", 48_000.0),
        ("Q2-FREQUENCY", 0.0),
        ("Q2-VOLUMES", 50.0),
        ("Q2-AVERAGE_PROCESSING_TIME", 6.0),
        ("Q2-AVERAGE_ERROR_RATE", 5.0),
        ("Q2-AVERAGE_REWORK_TIME", 12.0),
        ("Q2-AVERAGE_REVIEW_SHARE", 10.0),
        ("Q2-AVERAGE_REVIEW_TIME", 3.0),
        ("Q2-NUMBER_OF_STEPS", 32.0),
        ("Q2-NUMBER_OF_WAYS", 3.0),
        ("Q2-DIGITAL_INPUT", 70.0),
        ("Q2-STRUCTURED_INPUT", 80.0),
    ];

    fn detailed_without(absent: &[&str]) -> Figures {
        let mut answers: Vec<_> = DETAILED.into_iter().filter(|(code, _)| !absent.contains(code)).collect();
        answers.push(("OVR-COUNT_APPS", 3.0));
        work_out(&answers)
    }

    #[test]
    fn figures_have_no_digits_that_nobody_answered() {
        let text = r#"{"inputs": {"a": "Q9-A"}, "outputs": [{"name": "b", "expression": "a * 3"}]}"#;
        let formulas = Formulas::parse(text).unwrap();
        for (answer, expected) in [(0.1, 0.3), (1.1, 3.3), (-0.7, -2.1), (1e300, 3e300)] {
            let mut figures = Figures::new();
            formulas.work_out(&mut figures, None, |_| Some(answer));
            assert_eq!(figures["b"].to_string(), f64::to_string(&expected));
        }
    }

    #[test]
    fn the_idea_score_is_the_weighted_mean_of_suitability_and_readiness() {
        let figures = work_out(&HIGH_LEVEL);
        assert_close(&figures, "suitability", 80.0);
        assert_close(&figures, "readiness", 90.0);
        assert_close(&figures, "idea_score", 84.0);
        assert_close(&figures, "idea_score", (3.0 * 80.0 + 2.0 * 90.0) / 5.0);
        assert_eq!(figures.len(), 3, "nothing else is assessed: {figures:?}");
    }

    #[test]
    fn the_worked_example_of_the_yearly_figures_adds_up() {
        let figures = detailed_without(&[]);
        for (name, expected) in [
            ("volume_year", 11_000.0),
            ("hours_processing", 1_100.0),
            ("hours_rework", 110.0),
            ("hours_review", 55.0),
            ("hours", 1_265.0),
            ("fte", 0.71875),
            ("cost", 34_500.0),
            ("automation_potential", 80.0),
            ("benefit_hours", 1_012.0),
            ("benefit_fte", 0.575),
            ("benefit_cost", 27_600.0),
            ("feasibility", 1.0),
            ("ease_of_implementation", 80.0),
            // 80 % of the 1,100 hours, by robots of 5,000 hours a year each.
            ("robot_hours", 880.0),
            ("robots_needed", 0.176),
            ("number_of_robots", 1.0),
        ] {
            assert_close(&figures, name, expected);
        }
    }

    #[test]
    fn assumptions_stand_where_inputs_do() {
        let parse = |text: &str| Formulas::parse(text);
        let formulas = parse(
            r#"{"inputs": {"a": "Q1-A"}, "assumptions": {"b": 3}, "outputs": [{"name": "c", "expression": "ceil(a / b)"}]}"#,
        );
        let mut figures = Figures::new();
        formulas.unwrap().work_out(&mut figures, None, |_| Some(7.0));
        assert_close(&figures, "c", 3.0);
        let twice = parse(r#"{"inputs": {"a": "Q1-A"}, "assumptions": {"a": 3}, "outputs": []}"#);
        assert!(matches!(twice, Err(FormulaError::Repeated(name)) if name == "a"));
    }

    #[test]
    fn without_the_cost_there_is_no_money_but_hours() {
        let figures = detailed_without(&["Q2-EMPLOYEE_AVERAGE_FULL_COST"]);
        assert!(!figures.contains_key("cost") && !figures.contains_key("benefit_cost"));
        assert_close(&figures, "benefit_hours", 1_012.0);
    }

    #[test]
    fn what_may_be_left_out_counts_nothing_and_what_may_not_leaves_the_rest_unknown() {
        let figures = detailed_without(&["Q2-AVERAGE_ERROR_RATE", "Q2-AVERAGE_REVIEW_SHARE"]);
        assert_close(&figures, "hours", 1_100.0);
        let figures = detailed_without(&["Q2-VOLUMES", "Q2-NUMBER_OF_WAYS"]);
        for name in ["hours", "fte", "benefit_hours", "automation_potential", "ease_of_implementation"] {
            assert!(!figures.contains_key(name), "{name}");
        }
        let figures = detailed_without(&["Q2-TASK_STABILITY"]);
        assert!(!figures.contains_key("feasibility"));
    }

    #[test]
    fn a_major_change_is_not_feasible() {
        let mut answers = DETAILED.to_vec();
        answers[0].1 = 1.0;
        assert_close(&work_out(&answers), "feasibility", 0.0);
    }

    #[test]
    fn each_frequency_has_its_number_of_periods() {
        for (number, transactions) in
            [(52.0, 2_600.0), (26.0, 1_300.0), (12.0, 600.0), (4.0, 200.0), (1.0, 50.0)]
        {
            let answers = [("Q2-FREQUENCY", number), ("Q2-VOLUMES", 50.0)];
            assert_close(&work_out(&answers), "volume_year", transactions);
        }
    }

    #[test]
    fn potential_and_ease_follow_their_bands() {
        for (ways, potential) in
            [(1.0, 85.0), (2.0, 80.0), (5.0, 80.0), (6.0, 75.0), (10.0, 75.0), (11.0, 65.0)]
        {
            let answers =
                [("Q2-NUMBER_OF_WAYS", ways), ("Q2-DIGITAL_INPUT", 70.0), ("Q2-STRUCTURED_INPUT", 80.0)];
            assert_close(&work_out(&answers), "automation_potential", potential);
        }
        let formulas = formulas();
        for (ease, label) in
            [(100.0, "Easy"), (65.0, "Easy"), (64.9, "Medium"), (35.0, "Medium"), (34.9, "Difficult")]
        {
            assert_eq!(formulas.label("ease_of_implementation", ease), Some(label));
        }
        assert_eq!(formulas.label("idea_score", 50.0), None);
    }

    #[test]
    fn citizen_automations_save_per_employee_and_in_all() {
        let figures = work_out(&[
            ("CD-FREQUENCY", 52.0),
            ("CD-VOLUMES", 10.0),
            ("CD-NUMBER_OF_BENEFICIARIES", 6.0),
            ("CD-DURATION_BEFORE", 15.0),
            ("CD-DURATION_AFTER", 4.0),
            ("CD-ERROR_RATE_BEFORE", 10.0),
            ("CD-REWORK_TIME_BEFORE", 20.0),
            ("CD-ERROR_RATE_AFTER", 5.0),
            ("CD-REWORK_TIME_AFTER", 20.0),
        ]);
        assert_close(&figures, "saved_minutes", 12.0);
        assert_close(&figures, "potential_per_employee", 104.0);
        assert_close(&figures, "potential_company", 624.0);
        assert_close(&figures, "benefit_hours", 624.0);
    }

    #[test]
    fn only_what_depends_on_a_change_is_worked_out_again() {
        let mut figures =
            Figures::from([("benefit_hours".to_owned(), 1_240.0), ("idea_score".to_owned(), 1.0)]);
        let changed = BTreeSet::from(["Q1-RULES".to_owned()]);
        formulas().work_out(&mut figures, Some(&changed), |code| {
            HIGH_LEVEL.iter().find(|(name, _)| *name == code).map(|(_, value)| *value)
        });
        assert_close(&figures, "idea_score", 84.0);
        assert_close(&figures, "benefit_hours", 1_240.0);
    }

    #[test]
    fn formulas_that_refer_to_nothing_are_refused() {
        let refused = |outputs: &str| {
            let text = format!(r#"{{"inputs": {{"a": "Q1-A"}}, "outputs": [{outputs}]}}"#);
            Formulas::parse(&text).unwrap_err().to_string()
        };
        assert!(refused(r#"{"name": "x", "expression": "a + b"}"#).contains("x needs “b”"));
        assert!(
            refused(r#"{"name": "x", "expression": "y"}, {"name": "y", "expression": "a"}"#).contains("“y”")
        );
        assert!(refused(r#"{"name": "a", "expression": "1"}"#).contains("twice"));
        assert!(refused(r#"{"name": "x", "expression": "a +"}"#).starts_with("x: "));
    }
}
