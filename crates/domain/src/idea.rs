//! An automation from its first idea on: its name, its five first answers, and the score they give.

use crate::{
    clock::Timestamp,
    formula::Figures,
    id::{ApplicationId, CategoryId, IdeaId, PhaseId, StatusId, UserId},
    questionnaire::answer::Answers,
    text::{self, TextError},
};
use uuid::Uuid;

/// 1 to 100 printable characters; unique in a tenant, ignoring case and outer blanks. It has none that only say where a line
/// may break: two names would look the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdeaName(String);

impl IdeaName {
    pub const LIMIT: usize = 100;

    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::line(&text::without_breaks(text), Self::LIMIT).map(|text| Self(text.to_owned()))
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

    /// What lists of the Open API show unless other kinds are asked for.
    pub const USUAL: [Self; 2] = [Self::EmployeeDriven, Self::CoeDriven];

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

    /// `Idea flow type` on the wire.
    pub const fn key(self) -> &'static str {
        match self {
            Self::EmployeeDriven => "employee-driven",
            Self::CoeDriven => "coe-driven",
            Self::CitizenDevelopment => "citizen-developer",
            Self::ProcessMining => "process-mining",
            Self::TaskMining => "task-mining",
            Self::ChangeRequest => "change-request",
            Self::AgenticAi => "agentic-ai",
            Self::BusinessProcess => "business-process",
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

/// The five rated questions of the high-level assessment, as far as they are answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HighLevelAssessment {
    pub rules: Option<Rating>,
    pub input_type: Option<Rating>,
    pub input_quality: Option<Rating>,
    pub stability: Option<Rating>,
    pub documentation: Option<Rating>,
}

impl HighLevelAssessment {
    /// In the order rules, input type, input quality, stability, documentation.
    pub const fn new(
        [rules, input_type, input_quality, stability, documentation]: [Option<Rating>; 5],
    ) -> Self {
        Self { rules, input_type, input_quality, stability, documentation }
    }

    pub const fn answers(self) -> [Option<Rating>; 5] {
        [self.rules, self.input_type, self.input_quality, self.stability, self.documentation]
    }

    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Option ids as stored by the mirrored product: five per question in this order, so rules 2 is 2,
    /// input type 1 is 6, stability 2 is 17.
    pub fn option_ids(self) -> [Option<i64>; 5] {
        let mut ids = [None; 5];
        for (id, (index, answer)) in ids.iter_mut().zip((0_i64..).zip(self.answers())) {
            *id = answer.map(|answer| index * 5 + answer.get());
        }
        ids
    }
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

/// What an automation costs, in short.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CostSummary {
    /// In the tenant's currency, a year.
    pub running: Option<f64>,
    /// Whose software the robots are.
    pub software_vendor: Option<String>,
    /// What is paid for that software.
    pub software: Option<String>,
}

/// What an idea says of itself. Kept as one text, because most of it is only ever shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IdeaContent {
    /// As given: plain text, an HTML fragment or a rich-text document in JSON.
    pub description: String,
    /// The company's own number for the process, free text.
    pub automation_code: Option<String>,
    pub pain_points: Option<String>,
    pub assessment: HighLevelAssessment,
    /// 0 to 100.
    pub idea_score: Option<f64>,
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
    /// Those of the applications that run remotely.
    pub thin_applications: Vec<ApplicationId>,
    /// What a change request changes.
    pub parent: Option<IdeaId>,
    /// What records show of what was entered for the cost-benefit analysis, which is kept apart.
    pub costs: CostSummary,
    /// Answers without a place of their own, and all comments.
    pub answers: Answers,
    /// Figures without a place of their own.
    pub other_figures: Figures,
    /// The version of the formulas that the figures come of; none where they were given.
    pub formulas_version: Option<i64>,
}

/// Figures with a place of their own, by the name formulas have for them.
const PLACED_FIGURES: [&str; 6] = [
    "idea_score",
    "automation_potential",
    "ease_of_implementation",
    "benefit_hours",
    "benefit_fte",
    "benefit_cost",
];

impl IdeaContent {
    /// Everything that is worked out or was given.
    pub fn figures(&self) -> Figures {
        let mut figures = self.other_figures.clone();
        let placed = [
            self.idea_score,
            self.automation_potential,
            self.ease_of_implementation,
            self.benefit_hours,
            self.benefit_fte,
            self.benefit_cost,
        ];
        for (name, value) in PLACED_FIGURES.into_iter().zip(placed) {
            figures.extend(value.map(|value| (name.to_owned(), value)));
        }
        figures
    }

    pub fn set_figures(&mut self, mut figures: Figures) {
        let [score, potential, ease, hours, fte, cost] = PLACED_FIGURES.map(|name| figures.remove(name));
        self.idea_score = score;
        self.automation_potential = potential;
        self.ease_of_implementation = ease;
        self.benefit_hours = hours;
        self.benefit_fte = fte;
        self.benefit_cost = cost;
        self.other_figures = figures;
    }
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
    /// How often its record was changed, counted from 1.
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn option_ids_count_through_the_questions() {
        let assessment = HighLevelAssessment::new([2, 1, 1, 2, 5].map(Rating::new));
        assert_eq!(assessment.option_ids(), [2, 6, 11, 17, 25].map(Some));
        let partly = HighLevelAssessment { stability: Rating::new(2), ..HighLevelAssessment::default() };
        assert_eq!(partly.option_ids(), [None, None, None, Some(17), None]);
    }

    #[test]
    fn figures_go_to_their_places_and_come_back() {
        let figures = Figures::from([("idea_score".to_owned(), 84.0), ("hours".to_owned(), 1265.0)]);
        let mut content = IdeaContent { benefit_cost: Some(1.0), ..IdeaContent::default() };
        content.set_figures(figures.clone());
        assert_eq!((content.idea_score, content.benefit_cost), (Some(84.0), None));
        assert_eq!(content.figures(), figures);
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
