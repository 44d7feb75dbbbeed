//! The parts of an automation's page in words: steps, facts, scores with how they come about, people.

use automation_hub_domain::{
    formula::Figures,
    idea::{Idea, IdeaContent, Priority, Rating},
    lifecycle::Phase,
};

use crate::{
    forms::TenantFlow,
    pages::{
        catalogue::{Catalogue, People, Person},
        format::{self, Format},
        pipeline::view::Score,
    },
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

/// The phases of the idea's flow in their order.
pub fn steps(idea: &Idea, catalogue: &Catalogue, flow: Option<&TenantFlow>) -> Vec<Step> {
    let way: Vec<_> = flow.into_iter().flat_map(|flow| &flow.phases).map(|of| &of.phase).collect();
    let current = way.iter().position(|phase| phase.id == idea.phase);
    let status = catalogue.status(idea.status).map(|status| status.name.clone()).unwrap_or_default();
    let step = |(place, phase): (usize, &&Phase)| Step {
        name: phase.name.clone(),
        // Forced out of its flow, it has reached none of its phases.
        reached: match current.map(|current| place.cmp(&current)) {
            Some(std::cmp::Ordering::Less) => Reached::Done,
            Some(std::cmp::Ordering::Equal) => Reached::Current,
            Some(std::cmp::Ordering::Greater) | None => Reached::NotYet,
        },
        status: if Some(place) == current { status.clone() } else { String::new() },
    };
    way.iter().enumerate().map(step).collect()
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
    /// None where no score comes of the answers.
    pub fn of(content: &IdeaContent, figures: &Figures) -> Option<Self> {
        let answer = |((question, words), rating): ((&'static str, [&'static str; 5]), Option<Rating>)| {
            let points = rating?.get();
            let place = usize::try_from(points - 1).unwrap_or_default();
            Some(Answer { question, words: words.get(place).copied().unwrap_or_default(), points })
        };
        let answers: Vec<_> =
            QUESTIONS.into_iter().zip(content.assessment.answers()).filter_map(answer).collect();
        let percent = |name| figures.get(name).map(|value| format!("{}\u{a0}%", format::decimal(*value)));
        Some(Self {
            score: Score::of(content.idea_score?),
            points: answers.iter().map(|answer| answer.points).sum(),
            answers,
            suitability: percent("suitability").unwrap_or_default(),
            readiness: percent("readiness").unwrap_or_default(),
        })
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
