//! The cost-benefit analysis of an automation: what is entered for it, what follows, which figures it shows under which
//! titles, and the baseline of its project plan.

mod outlook;
mod plan;

pub use outlook::{Outlook, Year};
pub use plan::{
    AMOUNT_LIMIT, Change, DESCRIPTION_LIMIT, HORIZON, LAUNCH, NAME_LIMIT, OneTimeCost, PeopleCost, Plan,
    PlanChange, QUANTITY_LIMIT, ROW_LIMIT, RunningCost, RunningKind,
};

use crate::{clock::Timestamp, formula::Figures};

/// Where the value of a field comes from. Names are those of formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// What a formula takes.
    Input(&'static str),
    /// What formulas take for granted.
    Assumption(&'static str),
    /// What a formula gives.
    Figure(&'static str),
    /// The word for what a formula gives.
    Label(&'static str),
    /// What a formula gives, as yes or no.
    Truth(&'static str),
}

#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    Number(f64),
    Text(String),
    Instant(Timestamp),
}

/// A field as it stands in an analysis; without a value where one isn't known.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: &'static str,
    pub value: Option<FieldValue>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    pub title: &'static str,
    pub content: Content,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Sections(Vec<Section>),
    Fields(Vec<Field>),
}

/// What the project plan was when it was frozen. It stays so for good, whatever is answered later.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    pub set_at: Timestamp,
    /// How easy the implementation was to be.
    pub ease: Option<String>,
    pub figures: Figures,
    /// When it was to go live.
    pub launch: Option<Timestamp>,
}

type Titled = (&'static str, &'static [(&'static str, Source)]);

const EASE: Source = Source::Label("ease_of_implementation");

/// What follows the project plan.
const SECTIONS: &[Titled] = &[
    (
        "Assessment",
        &[
            ("Feasibility", Source::Truth("feasibility")),
            ("Automation Potential", Source::Figure("automation_potential")),
            ("Ease of Implementation", Source::Figure("ease_of_implementation")),
        ],
    ),
    (
        "Automation Assumptions",
        &[
            ("Robot Working Days per Year", Source::Assumption("robot_days")),
            ("Robot Working Hours per Day", Source::Assumption("robot_hours_per_day")),
            ("Robot Speed Multiplier", Source::Assumption("robot_speed")),
            ("Robot Hours per Year", Source::Figure("robot_hours")),
            ("Robots Needed", Source::Figure("robots_needed")),
            ("Number of Robots", Source::Figure("number_of_robots")),
        ],
    ),
    (
        "As Is",
        &[
            ("Working Days per Year", Source::Input("working_days")),
            ("Working Hours per Day", Source::Input("hours_per_day")),
            ("Full Cost per Employee and Year", Source::Input("full_cost")),
            ("Transactions per Year", Source::Figure("volume_year")),
            ("Processing Hours per Year", Source::Figure("hours_processing")),
            ("Rework Hours per Year", Source::Figure("hours_rework")),
            ("Review Hours per Year", Source::Figure("hours_review")),
            ("Hours per Year", Source::Figure("hours")),
            ("FTE", Source::Figure("fte")),
            ("Cost per Year", Source::Figure("cost")),
        ],
    ),
    ("Estimated Benefit", BENEFIT),
    (
        "Costs",
        &[
            ("People", Source::Figure("people_cost")),
            ("Other One-Time Costs", Source::Figure("other_one_time_cost")),
            ("One-Time Cost", Source::Figure("one_time_cost")),
            ("RPA Software per Year", Source::Figure("rpa_software_cost")),
            ("Other Software per Year", Source::Figure("other_software_cost")),
            ("Infrastructure per Year", Source::Figure("infrastructure_cost")),
            ("Support per Year", Source::Figure("support_cost")),
            ("Other Running Costs per Year", Source::Figure("other_running_cost")),
            ("Running Cost per Year", Source::Figure("running_cost")),
            ("To-Be Cost per Year", Source::Figure("to_be_cost")),
        ],
    ),
];

const BENEFIT: &[(&str, Source)] = &[
    ("Hours per Year", Source::Figure("benefit_hours")),
    ("FTE", Source::Figure("benefit_fte")),
    ("Cost per Year", Source::Figure("benefit_cost")),
];

const RESULT: &[(&str, Source)] =
    &[("Break-Even Month", Source::Figure("break_even_month")), ("ROI", Source::Figure("roi"))];

/// What a baseline freezes of the costs and what follows from them.
const FROZEN_COSTS: &[(&str, Source)] = &[
    ("One-Time Cost", Source::Figure("one_time_cost")),
    ("Running Cost per Year", Source::Figure("running_cost")),
    ("To-Be Cost per Year", Source::Figure("to_be_cost")),
];

/// What an analysis is made of that isn't a figure of its automation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Projection {
    /// What the project manager puts in place of the estimated ease.
    pub chosen_ease: Option<String>,
    pub launch: Option<Timestamp>,
    pub years: Vec<Year>,
    pub baseline: Option<Baseline>,
}

/// The analysis, given what is known.
pub fn analysis(known: impl Fn(Source) -> Option<FieldValue>, projection: &Projection) -> Vec<Section> {
    let filled = |fields: &[(&'static str, Source)]| -> Vec<Field> {
        fields.iter().map(|&(name, source)| Field { name, value: known(source) }).collect()
    };
    let mut sections = vec![project_plan(known(EASE), projection)];
    sections.extend(
        SECTIONS.iter().map(|&(title, fields)| Section { title, content: Content::Fields(filled(fields)) }),
    );
    sections.push(net_benefit(&projection.years));
    let mut result = vec![Field { name: "Launch Date", value: projection.launch.map(FieldValue::Instant) }];
    result.extend(filled(RESULT));
    sections.push(Section { title: "Result", content: Content::Fields(result) });
    sections
}

fn net_benefit(years: &[Year]) -> Section {
    let sections = outlook::YEAR_TITLES.into_iter().zip(years).map(|(title, year)| {
        let fields = [
            ("Calendar Year", year.calendar.map(f64::from)),
            ("Share of Year", year.share),
            ("Benefit", year.benefit),
            ("Cost", year.cost),
            ("Net Benefit", year.net),
            ("Cumulative", year.cumulative),
        ];
        let field = |(name, value): (_, Option<f64>)| Field { name, value: value.map(FieldValue::Number) };
        Section { title, content: Content::Fields(fields.into_iter().map(field).collect()) }
    });
    Section { title: "Net Benefit", content: Content::Sections(sections.collect()) }
}

fn project_plan(estimated: Option<FieldValue>, projection: &Projection) -> Section {
    let Projection { chosen_ease, baseline, .. } = projection;
    let last = match (baseline, chosen_ease) {
        (Some(baseline), _) => baseline.ease.clone().map(FieldValue::Text),
        (None, Some(chosen)) => Some(FieldValue::Text(chosen.clone())),
        (None, None) => estimated.clone(),
    };
    let ease = vec![
        Field { name: "Estimated by Algorithm", value: estimated },
        Field { name: "Final", value: last },
    ];
    let mut sections = vec![Section { title: "Ease of Implementation", content: Content::Fields(ease) }];
    sections.extend(baseline.as_ref().map(frozen));
    Section { title: "Project Plan", content: Content::Sections(sections) }
}

fn frozen(baseline: &Baseline) -> Section {
    let instant = |name, at: Option<_>| Field { name, value: at.map(FieldValue::Instant) };
    let mut fields = vec![instant("Set On", Some(baseline.set_at))];
    fields.extend(BENEFIT.iter().chain(FROZEN_COSTS).chain(RESULT).map(|&(name, source)| {
        let figure = match source {
            Source::Figure(figure) => baseline.figures.get(figure).copied(),
            Source::Input(_) | Source::Assumption(_) | Source::Label(_) | Source::Truth(_) => None,
        };
        Field { name, value: figure.map(FieldValue::Number) }
    }));
    fields.push(instant("Launch Date", baseline.launch));
    Section { title: "Baseline", content: Content::Fields(fields) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::{DEFAULT_FORMULAS, ENTERED, Formulas};

    #[test]
    fn every_source_is_known_to_the_default_formulas() {
        let formulas = Formulas::parse(DEFAULT_FORMULAS).unwrap();
        let sources = SECTIONS.iter().flat_map(|(_, fields)| fields.iter());
        let sources = sources.chain(FROZEN_COSTS).chain(RESULT).map(|(_, source)| *source);
        for source in sources.chain([EASE]) {
            let is_known = match source {
                Source::Input(name) => formulas.question_of(name).is_some(),
                Source::Assumption(name) => formulas.assumption(name).is_some(),
                Source::Figure("break_even_month") => true,
                Source::Figure(name) | Source::Truth(name) => formulas.gives(name) || ENTERED.contains(&name),
                Source::Label(name) => formulas.label(name, 50.0).is_some(),
            };
            assert!(is_known, "{source:?}");
        }
    }

    fn text(text: &str) -> FieldValue {
        FieldValue::Text(text.into())
    }

    fn ease(estimated: &str, last: &str) -> Section {
        let fields = vec![
            Field { name: "Estimated by Algorithm", value: Some(text(estimated)) },
            Field { name: "Final", value: Some(text(last)) },
        ];
        Section { title: "Ease of Implementation", content: Content::Fields(fields) }
    }

    fn plan(estimated: &str, projection: &Projection) -> Content {
        analysis(|source| (source == EASE).then(|| text(estimated)), projection).remove(0).content
    }

    #[test]
    fn what_was_frozen_stays_though_the_estimate_changes() {
        let figures = [("benefit_hours", 1012.0), ("roi", 92.0)];
        let baseline = Baseline {
            set_at: Timestamp::from_millis(7),
            ease: Some("Easy".into()),
            figures: figures.map(|(name, value)| (name.to_owned(), value)).into(),
            launch: Some(Timestamp::from_millis(9)),
        };
        let chosen_ease = Some("Medium".into());
        let projection = Projection { chosen_ease, baseline: Some(baseline), ..Projection::default() };
        let number = |value| Some(FieldValue::Number(value));
        let instant = |millis| Some(FieldValue::Instant(Timestamp::from_millis(millis)));
        let fields = [
            ("Set On", instant(7)),
            ("Hours per Year", number(1012.0)),
            ("FTE", None),
            ("Cost per Year", None),
            ("One-Time Cost", None),
            ("Running Cost per Year", None),
            ("To-Be Cost per Year", None),
            ("Break-Even Month", None),
            ("ROI", number(92.0)),
            ("Launch Date", instant(9)),
        ];
        let fields = fields.map(|(name, value)| Field { name, value });
        let frozen = Section { title: "Baseline", content: Content::Fields(fields.into()) };
        assert_eq!(
            plan("Difficult", &projection),
            Content::Sections(vec![ease("Difficult", "Easy"), frozen])
        );
    }

    #[test]
    fn what_the_project_manager_chooses_is_final() {
        let projection = Projection { chosen_ease: Some("Medium".into()), ..Projection::default() };
        assert_eq!(plan("Easy", &projection), Content::Sections(vec![ease("Easy", "Medium")]));
        assert_eq!(plan("Easy", &Projection::default()), Content::Sections(vec![ease("Easy", "Easy")]));
    }
}
