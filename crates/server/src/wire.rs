//! What an idea says of itself on the wire, written once, when it is stored. What can change without it (names of
//! statuses, people, categories) is put around that when it is read.

use automation_hub_domain::{
    id::ApplicationId,
    idea::{CostSummary, Idea, IdeaContent, NewIdea, Priority, SubmissionType},
    questionnaire::{Column, Question, QuestionKind},
    rich_text,
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    forms::{TenantFlow, TenantForms},
    json::{self, Members},
};

/// What an idea says of itself, whether it is stored already or about to be.
pub struct Own<'i> {
    uuid: Uuid,
    name: &'i str,
    kind: SubmissionType,
    content: &'i IdeaContent,
}

impl<'i> From<&'i NewIdea> for Own<'i> {
    fn from(new: &'i NewIdea) -> Self {
        Self { uuid: new.uuid, name: new.name.as_str(), kind: new.submission_type, content: &new.content }
    }
}

impl<'i> From<&'i Idea> for Own<'i> {
    fn from(idea: &'i Idea) -> Self {
        Self { uuid: idea.uuid, name: &idea.name, kind: idea.submission_type, content: &idea.content }
    }
}

/// The record's own members, without braces: what storage keeps beside the row.
pub fn own_members<'i>(own: impl Into<Own<'i>>, forms: &TenantForms) -> String {
    let Own { uuid, name, kind, content } = own.into();
    let flow = forms.flow_of(kind);
    json::members(|m| {
        m.text("process_uuid", &uuid.to_string());
        m.text("process_name", name);
        m.text("process_description", &content.description);
        m.text("process_description__display", &plain(&content.description));
        m.optional_text("process_pain_points", content.pain_points.as_deref());
        m.optional_text("process_automation_id", content.automation_code.as_deref());
        m.optional_text("orchestrator_automation_uuid", content.automation_code.as_deref());
        m.integer("process_submission_type", kind.code());
        assessment(m, content, flow);
        figures(m, content);
        ids(m, content);
        m.optional_text("process_goal", goal(content, flow));
        constants(m);
        answers(m, content, flow);
    })
}

fn ids(m: &mut Members<'_>, content: &IdeaContent) {
    let write =
        |buffer: &mut Vec<u8>, id: &ApplicationId| buffer.extend_from_slice(id.to_string().as_bytes());
    let count = i64::try_from(content.applications.len()).unwrap_or(i64::MAX);
    m.integer("process_num_applications", count);
    m.array("applications", &content.applications, write);
    if !content.thin_applications.is_empty() {
        m.array("thin_applications", &content.thin_applications, write);
    }
    if let Some(parent) = content.parent {
        m.integer("process_parent_id", parent.get());
    }
}

fn assessment(m: &mut Members<'_>, content: &IdeaContent, flow: Option<&TenantFlow>) {
    const COLUMNS: [(&str, Column); 5] = [
        ("process_rules_id", Column::Rules),
        ("process_input_type_id", Column::InputType),
        ("process_input_quality_id", Column::InputQuality),
        ("process_stability_id", Column::Stability),
        ("process_documentation_id", Column::Documentation),
    ];
    // Answers to what the idea's flow doesn't ask are kept, but not shown.
    let is_asked = |column| flow.is_some_and(|flow| flow.question_of(column).is_some());
    for ((name, column), id) in COLUMNS.into_iter().zip(content.assessment.option_ids()) {
        m.optional_integer(name, id.filter(|_| is_asked(column)));
    }
    m.number("process_overall_gauge_score", content.idea_score);
}

/// The answers of an idea to what its flow asks, each with its question.
fn asked<'i>(
    content: &'i IdeaContent,
    flow: Option<&'i TenantFlow>,
) -> impl Iterator<Item = (&'i Question, &'i Value)> {
    content.answers.iter().filter_map(move |(code, answer)| {
        let question = flow?.question(code)?;
        Some((question, answer.value.as_ref()?)).filter(|_| question.typed_column().is_none())
    })
}

fn goal<'i>(content: &'i IdeaContent, flow: Option<&'i TenantFlow>) -> Option<&'i str> {
    let (_, value) =
        asked(content, flow).find(|(question, _)| question.column.as_deref() == Some("process_goal"))?;
    value.as_str()
}

/// Flat, each by the code of its question, and what it looks like to people.
fn answers(m: &mut Members<'_>, content: &IdeaContent, flow: Option<&TenantFlow>) {
    for (question, value) in asked(content, flow) {
        let name = question.flat_name();
        m.value(&name, value);
        if let Some(announced) = question.announced_name() {
            m.value(announced, value);
        }
        let display = match value {
            Value::String(text) if question.kind == QuestionKind::FormattedText => plain(text),
            other => question.display(other),
        };
        m.text(&format!("{name}__display"), &display);
    }
}

/// A text in any form as people read it, a line for each paragraph.
fn plain(text: &str) -> String {
    rich_text::paragraphs(text).join("\n")
}

fn figures(m: &mut Members<'_>, content: &IdeaContent) {
    m.number("process_automation_score", content.automation_potential);
    m.number("process_ease_of_implementation_score", content.ease_of_implementation);
    m.number("process_estimated_benefit_score", content.benefit_hours);
    m.optional_text(
        "process_estimated_benefit_score__display",
        content.benefit_hours.map(grouped).as_deref(),
    );
    m.number("process_estimated_benefit_fte", content.benefit_fte);
    m.number("process_estimated_benefit_cost", content.benefit_cost);
    m.number("number_of_robots", content.other_figures.get("number_of_robots").copied());
    let CostSummary { running, software_vendor, software } = &content.costs;
    m.optional_text("software_vendor", software_vendor.as_deref());
    m.optional_text("cost_description", software.as_deref());
    m.number("running_cost", *running);
    let priority = (content.priority != Priority::None).then(|| content.priority.key());
    m.optional_text("process_priority", priority);
}

/// Members that every record has. The store changes documents and publication in their places; null is what nothing here
/// has a value for.
fn constants(m: &mut Members<'_>) {
    for name in ["process_num_documents", "process_is_deleted", "process_is_published"] {
        m.integer(name, 0);
    }
    for name in [
        "process_type_id",
        "software_vendor_id",
        "software_cost_id",
        "check_collaborators",
        "relevance",
        "category_other_text",
    ] {
        m.null(name);
    }
}

/// Rounded to a whole number, thousands apart: `1,240`.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0.0 && digits != "0" {
        text.push('-');
    }
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_stand_apart() {
        for (value, text) in
            [(0.0, "0"), (-0.2, "0"), (999.5, "1,000"), (12_345_678.0, "12,345,678"), (-1240.0, "-1,240")]
        {
            assert_eq!(grouped(value), text);
        }
    }
}
