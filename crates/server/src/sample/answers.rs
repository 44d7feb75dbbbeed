//! What the sample organisation asks beside the usual questions, and how its ideas are answered.

use automation_hub_domain::idea::SubmissionType;
use serde_json::{Value, json};

use super::{figures::SampleFigures, ideas::SampleIdea};

/// Questions of the organisation's own: the questionnaire each is added to, and its definition.
pub const CUSTOM_QUESTIONS: &[(&str, &str)] = &[
    (
        "overview",
        r#"{"code": "OVR-SITE_SCOPE", "title": "Where is this done?", "kind": "single-choice", "options": [
            {"code": "ah-answer_option-ovr-1-0-0-0", "label": "At one site"},
            {"code": "ah-answer_option-ovr-1-0-0-1", "label": "At several sites"},
            {"code": "ah-answer_option-ovr-1-0-0-2", "label": "In the whole group"}]}"#,
    ),
    (
        "overview",
        r#"{"code": "OVR-REGULATION", "title": "Which rules does it fall under?", "kind": "multiple-choice", "options": [
            {"code": "ah-answer_option-ovr-1-0-1-0", "label": "Data protection"},
            {"code": "ah-answer_option-ovr-1-0-1-1", "label": "Financial reporting"},
            {"code": "ah-answer_option-ovr-1-0-1-2", "label": "Customs and export control"}]}"#,
    ),
    (
        "high-level",
        r#"{"code": "Q1-PEOPLE_AFFECTED", "title": "How many people does it concern?", "kind": "integer", "minimum": 1}"#,
    ),
    (
        "detailed",
        r#"{"code": "Q2-BENEFIT_KPI", "title": "By which figure will we see the benefit?", "kind": "text", "limit": 200}"#,
    ),
    (
        "detailed",
        r#"{"code": "Q2-LICENCE_BUDGET", "title": "Budget for licences in the first year", "kind": "money"}"#,
    ),
];

const KPIS: &[&str] = &[
    "Days from receipt to posting",
    "Share of cases without a correction",
    "Hours of overtime in the closing week",
    "Complaints a month",
    "Open items older than thirty days",
];

/// The answers of an idea, by the code of their question.
pub fn answers(kind: SubmissionType, idea: &SampleIdea) -> Vec<(&'static str, Value)> {
    let mut answers = Vec::new();
    if kind != SubmissionType::BusinessProcess {
        own(idea, &mut answers);
    }
    match (kind, &idea.figures) {
        (SubmissionType::BusinessProcess, _) => {
            let kinds = (0..=idea.votes % 3).map(|kind| format!("ah-answer_option-ovrbp-0-3-0-{kind}"));
            answers.push(("OVR-PROCESS_DOCUMENTS", kinds.collect()));
        }
        (_, None) => {}
        (SubmissionType::CitizenDevelopment, Some(figures)) => answers.extend(citizen(figures)),
        (_, Some(figures)) => answers.extend(detailed(figures, idea)),
    }
    answers
}

/// About two in three have answered what the organisation asks of all.
fn own(idea: &SampleIdea, answers: &mut Vec<(&'static str, Value)>) {
    let seed = idea.submitted_secs_ago / 60 + i64::from(idea.votes);
    if seed % 3 == 0 {
        return;
    }
    answers.push(("OVR-SITE_SCOPE", format!("ah-answer_option-ovr-1-0-0-{}", seed % 5 % 3).into()));
    if seed % 4 == 1 {
        answers.push(("OVR-REGULATION", json!([format!("ah-answer_option-ovr-1-0-1-{}", seed / 4 % 3)])));
    }
    answers.push(("Q1-PEOPLE_AFFECTED", (seed % 40 + 2).into()));
}

fn detailed(figures: &SampleFigures, idea: &SampleIdea) -> Vec<(&'static str, Value)> {
    let seed = usize::try_from(idea.submitted_secs_ago / 60).unwrap_or_default();
    let mut answers = vec![
        ("Q2-AUTOMATION_GOAL", figures.goal.into()),
        ("Q2-TASK_STABILITY", stability("task-stability", figures.process_stability)),
        ("Q2-APPLICATION_STABILITY", stability("application-stability", figures.application_stability)),
        ("Q2-EMPLOYEE_AVERAGE_WORKING_DAYS", figures.working_days.into()),
        ("Q2-EMPLOYEE_WORKING_HOURS", figures.hours_per_day.into()),
        ("Q2-FREQUENCY", figures.frequency.code().into()),
        ("Q2-VOLUMES", figures.volume.into()),
        ("Q2-AVERAGE_PROCESSING_TIME", figures.minutes.into()),
        ("Q2-NUMBER_OF_EMPLOYEES", figures.employees.into()),
        ("Q2-AVERAGE_ERROR_RATE", figures.error_percent.into()),
        ("Q2-AVERAGE_REWORK_TIME", figures.rework_minutes.into()),
        ("Q2-AVERAGE_REVIEW_SHARE", figures.review_percent.into()),
        ("Q2-AVERAGE_REVIEW_TIME", figures.review_minutes.into()),
        ("Q2-NUMBER_OF_STEPS", figures.steps.into()),
        ("Q2-NUMBER_OF_WAYS", figures.ways.into()),
        ("Q2-DIGITAL_INPUT", figures.digital_percent.into()),
        ("Q2-STRUCTURED_INPUT", figures.structured_percent.into()),
    ];
    if let Some(cost) = figures.full_cost {
        answers.push(("Q2-EMPLOYEE_AVERAGE_FULL_COST", cost.into()));
    }
    if let Some(kpi) = KPIS.get(seed % (KPIS.len() * 2)) {
        answers.push(("Q2-BENEFIT_KPI", (*kpi).into()));
        answers.push(("Q2-LICENCE_BUDGET", (seed % 24 * 500 + 1000).into()));
    }
    answers
}

/// As shared automations are described: what a run takes before and after.
fn citizen(figures: &SampleFigures) -> Vec<(&'static str, Value)> {
    vec![
        ("CD-FREQUENCY", figures.frequency.code().into()),
        ("CD-VOLUMES", figures.volume.div_ceil(figures.employees.max(1)).into()),
        ("CD-EMPLOYEE_AVERAGE_WORKING_DAYS", figures.working_days.into()),
        ("CD-NUMBER_OF_BENEFICIARIES", figures.employees.into()),
        ("CD-DURATION_BEFORE", figures.minutes.into()),
        ("CD-DURATION_AFTER", (figures.minutes / 5).into()),
        ("CD-ERROR_RATE_BEFORE", figures.error_percent.into()),
        ("CD-ERROR_RATE_AFTER", (figures.error_percent / 2).into()),
        ("CD-REWORK_TIME_BEFORE", figures.rework_minutes.into()),
        ("CD-REWORK_TIME_AFTER", figures.rework_minutes.into()),
    ]
}

/// From 1, a major change, to 5, none.
fn stability(prefix: &str, answer: u8) -> Value {
    let change = match answer {
        5.. => "no-change-expected",
        4 => "minor-change-expected",
        3 => "some-change-expected",
        2 => "several-changes-expected",
        _ => "major-change-expected",
    };
    format!("{prefix}-{change}").into()
}
