//! An automation from its first idea on: its name, its five first answers, and the score they give.

use crate::{
    clock::Timestamp,
    id::{ApplicationId, CategoryId, IdeaId, PhaseId, StatusId, UserId},
    text::{self, TextError},
};
use uuid::Uuid;

/// 1 to 100 printable characters; unique in a tenant, ignoring case and outer blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdeaName(String);

impl IdeaName {
    pub const LIMIT: usize = 100;

    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::line(text, Self::LIMIT).map(|text| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn key(&self) -> String {
        text::fold(&self.0)
    }
}

/// Where a submission came from, `process_submission_type` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubmissionType {
    EmployeeDriven,
    CoeDriven,
    CitizenDevelopment,
    ProcessMining,
    TaskMining,
    ChangeRequest,
    AgenticAi,
    BusinessProcess,
}

impl SubmissionType {
    pub const ALL: [Self; 8] = [
        Self::EmployeeDriven,
        Self::CoeDriven,
        Self::CitizenDevelopment,
        Self::ProcessMining,
        Self::TaskMining,
        Self::ChangeRequest,
        Self::AgenticAi,
        Self::BusinessProcess,
    ];

    pub const fn code(self) -> i64 {
        match self {
            Self::EmployeeDriven => 1,
            Self::CoeDriven => 2,
            Self::CitizenDevelopment => 3,
            Self::ProcessMining => 4,
            Self::TaskMining => 5,
            Self::ChangeRequest => 6,
            Self::AgenticAi => 7,
            Self::BusinessProcess => 8,
        }
    }

    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::EmployeeDriven => "Employee-driven idea",
            Self::CoeDriven => "CoE-driven idea",
            Self::CitizenDevelopment => "Citizen Development idea",
            Self::ProcessMining => "Process Mining idea",
            Self::TaskMining => "Task Mining idea",
            Self::ChangeRequest => "Change Request",
            Self::AgenticAi => "Agentic AI idea",
            Self::BusinessProcess => "Business Process",
        }
    }
}

/// An answer from 1 to 5; higher is better for automation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rating(u8);

impl Rating {
    pub const fn new(value: i64) -> Option<Self> {
        match value {
            1 => Some(Self(1)),
            2 => Some(Self(2)),
            3 => Some(Self(3)),
            4 => Some(Self(4)),
            5 => Some(Self(5)),
            _ => None,
        }
    }

    pub const fn get(self) -> i64 {
        self.0 as i64
    }
}

/// The five scored questions of the high-level assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HighLevelAssessment {
    pub rules: Rating,
    pub input_type: Rating,
    pub input_quality: Rating,
    pub stability: Rating,
    pub documentation: Rating,
}

impl HighLevelAssessment {
    const fn answers(self) -> [Rating; 5] {
        [self.rules, self.input_type, self.input_quality, self.stability, self.documentation]
    }

    /// Option ids as stored by the mirrored product: five per question in this order, so rules 2 is 2,
    /// input type 1 is 6, stability 2 is 17.
    pub fn option_ids(self) -> [i64; 5] {
        let mut ids = [0; 5];
        for (id, (index, answer)) in ids.iter_mut().zip((0_i64..).zip(self.answers())) {
            *id = index * 5 + answer.get();
        }
        ids
    }

    /// 0 to 100: the mean of the five answers as a share of five.
    pub fn idea_score(self) -> f64 {
        percent(&self.answers())
    }

    /// How well rules and input suit a robot, 0 to 100.
    pub fn suitability(self) -> f64 {
        percent(&[self.rules, self.input_type, self.input_quality])
    }

    /// How settled and documented the process is, 0 to 100.
    pub fn readiness(self) -> f64 {
        percent(&[self.stability, self.documentation])
    }
}

fn percent(answers: &[Rating]) -> f64 {
    let sum: u32 = answers.iter().map(|answer| u32::from(answer.0)).sum();
    let count = u32::try_from(answers.len()).unwrap_or(1);
    f64::from(sum) * 20.0 / f64::from(count)
}

/// How urgent a Program Manager finds an idea.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    #[default]
    None,
    Low,
    Medium,
    High,
    Critical,
}

impl Priority {
    pub const ALL: [Self; 5] = [Self::None, Self::Low, Self::Medium, Self::High, Self::Critical];

    pub const fn key(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "Not set",
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Critical => "Critical",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.key() == key)
    }
}

/// What an idea says of itself. Kept as one text, because most of it is only ever shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IdeaContent {
    /// As given: plain text, an HTML fragment or a rich-text document in JSON.
    pub description: String,
    /// The company's own number for the process, free text.
    pub automation_code: Option<String>,
    pub pain_points: Option<String>,
    pub assessment: Option<HighLevelAssessment>,
    /// 0 to 100.
    pub automation_potential: Option<f64>,
    /// 0 to 100.
    pub ease_of_implementation: Option<f64>,
    /// Hours a year.
    pub benefit_hours: Option<f64>,
    /// Full-time people.
    pub benefit_fte: Option<f64>,
    /// In the tenant's currency, a year.
    pub benefit_cost: Option<f64>,
    pub priority: Priority,
    pub applications: Vec<ApplicationId>,
}

/// An idea that doesn't exist yet.
#[derive(Clone, Debug)]
pub struct NewIdea {
    pub uuid: Uuid,
    pub name: IdeaName,
    pub category: CategoryId,
    pub submission_type: SubmissionType,
    pub phase: PhaseId,
    pub status: StatusId,
    pub submitter: UserId,
    pub owner: Option<UserId>,
    pub content: IdeaContent,
    pub votes: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Idea {
    pub id: IdeaId,
    pub uuid: Uuid,
    /// Made of the name's words when the idea was created; renaming doesn't change it.
    pub slug: String,
    pub name: String,
    pub category: CategoryId,
    pub submission_type: SubmissionType,
    pub phase: PhaseId,
    pub status: StatusId,
    pub submitter: UserId,
    pub owner: Option<UserId>,
    pub content: IdeaContent,
    pub votes: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assessment(answers: [i64; 5]) -> HighLevelAssessment {
        let [rules, input_type, input_quality, stability, documentation] =
            answers.map(|answer| Rating::new(answer).unwrap());
        HighLevelAssessment { rules, input_type, input_quality, stability, documentation }
    }

    #[test]
    fn the_score_is_the_weighted_mean_of_suitability_and_readiness() {
        let example = assessment([5, 4, 3, 4, 5]);
        assert!((example.suitability() - 80.0).abs() < 1e-9);
        assert!((example.readiness() - 90.0).abs() < 1e-9);
        assert!((example.idea_score() - 84.0).abs() < 1e-9);
    }

    #[test]
    fn option_ids_count_through_the_questions() {
        assert_eq!(assessment([2, 1, 1, 2, 5]).option_ids(), [2, 6, 11, 17, 25]);
    }

    #[test]
    fn ratings_outside_the_scale_do_not_exist() {
        assert_eq!(Rating::new(0), None);
        assert_eq!(Rating::new(6), None);
    }

    #[test]
    fn names_are_one_line_of_a_hundred_characters() {
        assert!(IdeaName::parse(&"ä".repeat(100)).is_ok());
        assert!(IdeaName::parse(&"a".repeat(101)).is_err());
        assert!(IdeaName::parse("a\nb").is_err());
    }
}
