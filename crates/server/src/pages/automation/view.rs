//! The parts of an automation's page in words: steps, facts, scores with how they come about, people.

use automation_hub_domain::{
    idea::{HighLevelAssessment, Idea, IdeaContent, Priority},
    lifecycle::Phase,
};

use crate::pages::{
    catalogue::{Catalogue, People, Person},
    format::{self, Format},
    pipeline::view::Score,
};

/// A phase on the way to live.
pub struct Step {
    pub name: String,
    pub reached: Reached,
    /// Under the current phase.
    pub status: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    Done,
    Current,
    NotYet,
}

/// The phases in their order. Those behind Live are another way to it, on which only some automations are:
/// they show that way, the others the main one.
pub fn steps(idea: &Idea, catalogue: &Catalogue) -> Vec<Step> {
    let phases: Vec<_> = catalogue.phases.iter().filter(|phase| phase.is_active).collect();
    let live = phases.iter().find(|phase| phase.key == "LIVE").map_or(i64::MAX, |phase| phase.position);
    let current = catalogue.phase(idea.phase).map_or(0, |phase| phase.position);
    let is_side_way = current > live;
    let on_the_way =
        |phase: &&&Phase| if is_side_way { phase.position >= live } else { phase.position <= live };
    let mut way: Vec<_> = phases.iter().filter(on_the_way).copied().collect();
    if is_side_way {
        // Live comes first by position and last by sense.
        way.rotate_left(1);
    }
    let current = way.iter().position(|phase| phase.id == idea.phase).unwrap_or_default();
    let status = catalogue.status(idea.status).map(|status| status.name.clone()).unwrap_or_default();
    let step = |(place, phase): (usize, &Phase)| Step {
        name: phase.name.clone(),
        reached: match place.cmp(&current) {
            std::cmp::Ordering::Less => Reached::Done,
            std::cmp::Ordering::Equal => Reached::Current,
            std::cmp::Ordering::Greater => Reached::NotYet,
        },
        status: if place == current { status.clone() } else { String::new() },
    };
    way.into_iter().enumerate().map(step).collect()
}

/// A label and its value; none where nothing is set.
pub struct Fact {
    pub label: &'static str,
    pub value: Option<String>,
}

pub fn facts(idea: &Idea, applications: &[String]) -> Vec<Fact> {
    let content = &idea.content;
    let fact = |label, value| Fact { label, value };
    let applications = (!applications.is_empty()).then(|| applications.join(", "));
    let priority = (content.priority != Priority::None).then(|| content.priority.name().to_owned());
    vec![
        fact("Source", Some(idea.submission_type.name().to_owned())),
        fact("Priority", priority),
        fact("Automation ID", content.automation_code.clone().filter(|code| !code.is_empty())),
        fact("Votes", Some(format::count(u64::try_from(idea.votes).unwrap_or_default()))),
        fact("Applications", applications),
    ]
}

/// The five questions of the high-level assessment and what each answer from 1 to 5 says.
const QUESTIONS: [(&str, [&str; 5]); 5] = [
    (
        "How rule-based is it?",
        ["Very creative", "Pretty creative", "Mixed", "Pretty rule-based", "Very rule-based"],
    ),
    (
        "How digital is the input?",
        ["Very much paper", "Pretty much paper", "Mixed", "Pretty digital", "Very digital"],
    ),
    (
        "How structured is the input?",
        ["Very unstructured", "Pretty unstructured", "Mixed", "Pretty structured", "Very structured"],
    ),
    ("Expected changes in the next 6 months?", ["Major", "Several", "Some", "Minor", "None"]),
    (
        "What documentation exists?",
        [
            "None",
            "Input files",
            "Maps or flowcharts",
            "Standard operating procedure",
            "Detailed work instructions",
        ],
    ),
];

pub struct Answer {
    pub question: &'static str,
    pub words: &'static str,
    pub points: i64,
}

/// The idea score and all that makes it.
pub struct ScorePanel {
    pub score: Score,
    pub answers: Vec<Answer>,
    pub points: i64,
    pub suitability: String,
    pub readiness: String,
}

impl ScorePanel {
    pub fn of(assessment: HighLevelAssessment) -> Self {
        let HighLevelAssessment { rules, input_type, input_quality, stability, documentation } = assessment;
        let ratings = [rules, input_type, input_quality, stability, documentation];
        let answer = |((question, words), rating): ((&'static str, [&'static str; 5]), _)| {
            let points = automation_hub_domain::idea::Rating::get(rating);
            let place = usize::try_from(points - 1).unwrap_or_default();
            Answer { question, words: words.get(place).copied().unwrap_or_default(), points }
        };
        let answers: Vec<_> = QUESTIONS.into_iter().zip(ratings).map(answer).collect();
        Self {
            score: Score::of(assessment.idea_score()),
            points: answers.iter().map(|answer| answer.points).sum(),
            answers,
            suitability: format!("{}\u{a0}%", format::decimal(assessment.suitability())),
            readiness: format!("{}\u{a0}%", format::decimal(assessment.readiness())),
        }
    }
}

/// What the automation is expected to save in a year.
pub struct Benefit {
    pub hours: Option<String>,
    pub people: Option<String>,
    pub money: Option<String>,
}

impl Benefit {
    pub fn of(content: &IdeaContent, format: &Format) -> Option<Self> {
        let benefit = Self {
            hours: content.benefit_hours.map(format::hours),
            people: content.benefit_fte.map(format::decimal),
            money: content.benefit_cost.map(|amount| format.money(amount)),
        };
        let is_known = benefit.hours.is_some() || benefit.people.is_some() || benefit.money.is_some();
        is_known.then_some(benefit)
    }
}

/// Somebody's part, or that nobody has it.
pub struct Role {
    pub title: &'static str,
    pub person: Option<Person>,
    /// Why it matters that nobody has it.
    pub missing: &'static str,
}

pub fn roles(idea: &Idea, people: &People) -> Vec<Role> {
    let role = |title, person: Option<&Person>, missing| Role { title, person: person.cloned(), missing };
    vec![
        role("Submitter", people.find(idea.submitter), "no longer known"),
        role(
            "Process Owner",
            idea.owner.and_then(|owner| people.find(owner)),
            "needed to assess and approve the idea",
        ),
    ]
}
