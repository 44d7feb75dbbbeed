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
    /// What follows from the costs of an automation, once.
    #[serde(default)]
    costs: Vec<Output>,
    /// What follows from them in each year.
    #[serde(default)]
    year: Vec<Output>,
    /// What follows from all years together.
    #[serde(default)]
    result: Vec<Output>,
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
    costs: Vec<Formula>,
    year: Vec<Formula>,
    result: Vec<Formula>,
    labels: BTreeMap<String, Vec<Label>>,
}

/// Formulas of a cost-benefit analysis, which aren't worked out of answers alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Once, of what was entered.
    Costs,
    /// For each year, of the costs.
    Year,
    /// Once, of the costs and of what the years add up to.
    Result,
}

/// What was entered of costs, added up.
pub const ENTERED: [&str; 7] = [
    "people_cost",
    "other_one_time_cost",
    "rpa_software_cost",
    "other_software_cost",
    "infrastructure_cost",
    "support_cost",
    "other_running_cost",
];
/// What tells one year from another.
pub const OF_YEAR: [&str; 2] = ["share_of_year", "is_first_year"];
/// What the years add up to.
pub const OF_YEARS: [&str; 2] = ["benefit_of_years", "cost_of_years"];

#[derive(Clone, Debug)]
struct Formula {
    name: String,
    expression: Expression,
    /// Codes of all questions it depends on, also by way of other formulas.
    questions: BTreeSet<String>,
}

impl Formulas {
    pub fn parse(definition: &str) -> Result<Self, FormulaError> {
        let Definition { inputs, assumptions, outputs, costs, year, result, labels } =
            serde_json::from_str(definition)?;
        if let Some(name) = assumptions.keys().find(|name| inputs.contains_key(*name)) {
            return Err(FormulaError::Repeated(name.clone()));
        }
        let outputs =
            Known { inputs: &inputs, assumptions: &assumptions, given: [&[], &[]] }.read(&[], outputs)?;
        let no_inputs = BTreeMap::new();
        let known = |given| Known { inputs: &no_inputs, assumptions: &assumptions, given };
        let costs = known([&ENTERED, &[]]).read(&outputs, costs)?;
        let before = [outputs.as_slice(), &costs].concat();
        let year = known([&ENTERED, &OF_YEAR]).read(&before, year)?;
        let result = known([&ENTERED, &OF_YEARS]).read(&before, result)?;
        let definition = definition.to_owned();
        Ok(Self { definition, inputs, assumptions, outputs, costs, year, result, labels })
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
            let value = formula.value(&|name| match self.inputs.get(name) {
                Some(code) => answer(code),
                None => self.assumption(name).or_else(|| figures.get(name).copied()),
            });
            formula.note(value, figures);
        }
        any
    }

    /// Works out what belongs to a stage of the cost-benefit analysis, of `figures` alone.
    pub fn work_out_stage(&self, stage: Stage, figures: &mut Figures) {
        for formula in self.of_stage(stage) {
            let value = formula.value(&|name| self.assumption(name).or_else(|| figures.get(name).copied()));
            formula.note(value, figures);
        }
    }

    fn of_stage(&self, stage: Stage) -> &[Formula] {
        match stage {
            Stage::Costs => &self.costs,
            Stage::Year => &self.year,
            Stage::Result => &self.result,
        }
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
        let stages = [Stage::Costs, Stage::Year, Stage::Result].into_iter();
        let all = self.outputs.iter().chain(stages.flat_map(|stage| self.of_stage(stage)));
        all.into_iter().any(|formula| formula.name == name)
    }

    /// The words there are for a figure, from the highest down.
    pub fn labels(&self, name: &str) -> Vec<&str> {
        let mut labels: Vec<_> = self.labels.get(name).into_iter().flatten().collect();
        labels.sort_by(|a, b| b.at_least.total_cmp(&a.at_least));
        labels.into_iter().map(|label| label.label.as_str()).collect()
    }

    /// The word for a figure: `Easy`.
    pub fn label(&self, name: &str, value: f64) -> Option<&str> {
        let labels = self.labels.get(name)?;
        let reached = labels.iter().filter(|label| value >= label.at_least);
        reached.max_by(|a, b| a.at_least.total_cmp(&b.at_least)).map(|label| label.label.as_str())
    }
}

impl Formula {
    fn value(&self, known: &dyn Fn(&str) -> Option<f64>) -> Option<f64> {
        self.expression.value(known).filter(|value| value.is_finite()).map(rounded)
    }

    /// What is unknown is absent.
    fn note(&self, value: Option<f64>, figures: &mut Figures) {
        match value {
            Some(value) => figures.insert(self.name.clone(), value),
            None => figures.remove(&self.name),
        };
    }
}

/// What formulas may name beside those before them.
struct Known<'d> {
    inputs: &'d BTreeMap<String, String>,
    assumptions: &'d BTreeMap<String, f64>,
    given: [&'static [&'static str]; 2],
}

impl Known<'_> {
    /// Formulas that follow others, each after those it needs.
    fn read(&self, before: &[Formula], outputs: Vec<Output>) -> Result<Vec<Formula>, FormulaError> {
        let mut formulas = Vec::with_capacity(outputs.len());
        for output in outputs {
            let formula = self.formula(before, &formulas, output)?;
            formulas.push(formula);
        }
        Ok(formulas)
    }

    fn formula(
        &self,
        before: &[Formula],
        beside: &[Formula],
        Output { name, expression }: Output,
    ) -> Result<Formula, FormulaError> {
        let find = |needed: &str| before.iter().chain(beside).find(|earlier| earlier.name == needed);
        let is_given = |name: &str| {
            self.assumptions.contains_key(name) || self.given.iter().any(|names| names.contains(&name))
        };
        if self.inputs.contains_key(&name) || is_given(&name) || find(&name).is_some() {
            return Err(FormulaError::Repeated(name));
        }
        let expression = Expression::parse(&expression)
            .map_err(|error| FormulaError::Expression { name: name.clone(), error })?;
        let mut questions = BTreeSet::new();
        for needed in expression.names() {
            if let Some(code) = self.inputs.get(needed) {
                questions.insert(code.clone());
            } else if let Some(earlier) = find(needed) {
                questions.extend(earlier.questions.iter().cloned());
            } else if !is_given(needed) {
                return Err(FormulaError::Unknown { name, missing: needed.to_owned() });
            }
        }
        Ok(Formula { name, expression, questions })
    }
}

/// A figure without the digits that only reckoning in binary brings along: to fifteen that count. Rounded once, where it
/// comes about, it is the same wherever it is shown.
pub(crate) fn rounded(value: f64) -> f64 {
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
    fn each_stage_of_an_analysis_knows_what_comes_before_it_and_nothing_else() {
        let parse = |stages: &str| {
            let text = format!(r#"{{"inputs": {{"a": "Q1-A"}}, "outputs": [], {stages}}}"#);
            Formulas::parse(&text).map_err(|error| error.to_string())
        };
        let formulas = parse(
            r#""costs": [{"name": "once", "expression": "people_cost"}],
            "year": [{"name": "net", "expression": "once * share_of_year"}],
            "result": [{"name": "all", "expression": "once + cost_of_years"}]"#,
        )
        .unwrap();
        let mut figures = Figures::from([("people_cost".to_owned(), 6.0), ("share_of_year".to_owned(), 0.5)]);
        formulas.work_out_stage(Stage::Costs, &mut figures);
        formulas.work_out_stage(Stage::Year, &mut figures);
        formulas.work_out_stage(Stage::Result, &mut figures);
        assert_eq!((figures.get("net"), figures.get("all")), (Some(&3.0), None));
        for (stages, missing) in [
            (r#""costs": [{"name": "x", "expression": "a"}]"#, "“a”"),
            (r#""costs": [{"name": "x", "expression": "share_of_year"}]"#, "“share_of_year”"),
            (r#""year": [{"name": "x", "expression": "cost_of_years"}]"#, "“cost_of_years”"),
            (r#""year": [{"name": "people_cost", "expression": "1"}]"#, "twice"),
        ] {
            assert!(parse(stages).unwrap_err().contains(missing), "{stages}");
        }
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
