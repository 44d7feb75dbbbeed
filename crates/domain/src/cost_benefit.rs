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
];

const BENEFIT: &[(&str, Source)] = &[
    ("Hours per Year", Source::Figure("benefit_hours")),
    ("FTE", Source::Figure("benefit_fte")),
    ("Cost per Year", Source::Figure("benefit_cost")),
];

/// The analysis, given what is known.
pub fn analysis(known: impl Fn(Source) -> Option<FieldValue>, baseline: Option<&Baseline>) -> Vec<Section> {
    let filled = |fields: &[(&'static str, Source)]| {
        Content::Fields(fields.iter().map(|&(name, source)| Field { name, value: known(source) }).collect())
    };
    let mut sections = vec![project_plan(known(EASE), baseline)];
    sections.extend(SECTIONS.iter().map(|&(title, fields)| Section { title, content: filled(fields) }));
    sections
}

fn project_plan(estimated: Option<FieldValue>, baseline: Option<&Baseline>) -> Section {
    let last = match baseline {
        Some(baseline) => baseline.ease.clone().map(FieldValue::Text),
        None => estimated.clone(),
    };
    let ease = vec![
        Field { name: "Estimated by Algorithm", value: estimated },
        Field { name: "Final", value: last },
    ];
    let mut sections = vec![Section { title: "Ease of Implementation", content: Content::Fields(ease) }];
    sections.extend(baseline.map(frozen));
    Section { title: "Project Plan", content: Content::Sections(sections) }
}

fn frozen(baseline: &Baseline) -> Section {
    let mut fields = vec![Field { name: "Set On", value: Some(FieldValue::Instant(baseline.set_at)) }];
    fields.extend(BENEFIT.iter().map(|&(name, source)| {
        let figure = match source {
            Source::Figure(figure) => baseline.figures.get(figure).copied(),
            Source::Input(_) | Source::Assumption(_) | Source::Label(_) | Source::Truth(_) => None,
        };
        Field { name, value: figure.map(FieldValue::Number) }
    }));
    Section { title: "Baseline", content: Content::Fields(fields) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::{DEFAULT_FORMULAS, Formulas};

    #[test]
    fn every_source_is_known_to_the_default_formulas() {
        let formulas = Formulas::parse(DEFAULT_FORMULAS).unwrap();
        let sources = SECTIONS.iter().flat_map(|(_, fields)| fields.iter()).map(|(_, source)| *source);
        for source in sources.chain([EASE]) {
            let is_known = match source {
                Source::Input(name) => formulas.question_of(name).is_some(),
                Source::Assumption(name) => formulas.assumption(name).is_some(),
                Source::Figure(name) | Source::Truth(name) => formulas.gives(name),
                Source::Label(name) => formulas.label(name, 50.0).is_some(),
            };
            assert!(is_known, "{source:?}");
        }
    }

    #[test]
    fn what_was_frozen_stays_though_the_estimate_changes() {
        let baseline = Baseline {
            set_at: Timestamp::from_millis(7),
            ease: Some("Easy".into()),
            figures: Figures::from([("benefit_hours".to_owned(), 1012.0)]),
        };
        let known = |source| (source == EASE).then(|| FieldValue::Text("Difficult".into()));
        let plan = analysis(known, Some(&baseline)).remove(0);
        let text = |text: &str| Some(FieldValue::Text(text.into()));
        let ease = Content::Fields(vec![
            Field { name: "Estimated by Algorithm", value: text("Difficult") },
            Field { name: "Final", value: text("Easy") },
        ]);
        let frozen = Content::Fields(vec![
            Field { name: "Set On", value: Some(FieldValue::Instant(baseline.set_at)) },
            Field { name: "Hours per Year", value: Some(FieldValue::Number(1012.0)) },
            Field { name: "FTE", value: None },
            Field { name: "Cost per Year", value: None },
        ]);
        let sections = vec![
            Section { title: "Ease of Implementation", content: ease },
            Section { title: "Baseline", content: frozen },
        ];
        assert_eq!(plan, Section { title: "Project Plan", content: Content::Sections(sections) });
    }
}
