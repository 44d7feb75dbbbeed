//! Answers that have a place of their own in an idea. All others are kept by the code of their question.

use super::{Question, QuestionKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Name,
    Description,
    PainPoints,
    AutomationCode,
    Category,
    Owner,
    Submitter,
    Applications,
    ThinApplications,
    Rules,
    InputType,
    InputQuality,
    Stability,
    Documentation,
    Parent,
}

impl Column {
    /// By what `process_column` says.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "process_name" => Self::Name,
            "process_description" => Self::Description,
            "process_pain_points" => Self::PainPoints,
            "process_automation_id" => Self::AutomationCode,
            "hierarchy" => Self::Category,
            "process_owner_user_id" => Self::Owner,
            "process_submitter_user_id" => Self::Submitter,
            "applications" => Self::Applications,
            "thin_applications" => Self::ThinApplications,
            "process_rules_id" => Self::Rules,
            "process_input_type_id" => Self::InputType,
            "process_input_quality_id" => Self::InputQuality,
            "process_stability_id" => Self::Stability,
            "process_documentation_id" => Self::Documentation,
            "process_parent_id" => Self::Parent,
            _ => return None,
        })
    }

    /// Which of the five ratings of the high-level assessment it is.
    pub const fn rating(self) -> Option<usize> {
        match self {
            Self::Rules => Some(0),
            Self::InputType => Some(1),
            Self::InputQuality => Some(2),
            Self::Stability => Some(3),
            Self::Documentation => Some(4),
            _ => None,
        }
    }

    fn takes(self, kind: QuestionKind) -> bool {
        match self {
            Self::Name | Self::AutomationCode => kind == QuestionKind::Text,
            Self::Description | Self::PainPoints => {
                matches!(kind, QuestionKind::Text | QuestionKind::FormattedText)
            }
            Self::Category => kind == QuestionKind::Category,
            Self::Owner | Self::Submitter => kind == QuestionKind::Person,
            Self::Applications => kind == QuestionKind::Applications,
            Self::ThinApplications => kind == QuestionKind::ThinApplications,
            Self::Parent => kind == QuestionKind::Automation,
            Self::Rules | Self::InputType | Self::InputQuality | Self::Stability | Self::Documentation => {
                kind == QuestionKind::SingleChoice
            }
        }
    }

    pub(super) fn check(self, question: &Question) -> Result<(), &'static str> {
        if !self.takes(question.kind) {
            return Err("its column holds answers of another kind");
        }
        let has_points = |points: i64| question.option_of_number(points).is_some();
        if self.rating().is_some() && !(question.options.len() == 5 && (1..=5).all(has_points)) {
            return Err("its column holds ratings from 1 to 5, so five options have these numbers");
        }
        Ok(())
    }
}
