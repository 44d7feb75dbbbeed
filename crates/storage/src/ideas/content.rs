//! What an idea says of itself, as the JSON text it is kept as.

use automation_hub_domain::{
    id::ApplicationId,
    idea::{HighLevelAssessment, IdeaContent, Priority, Rating},
};
use serde::{Deserialize, Serialize};

use crate::StorageError;

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct ContentRow {
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    automation_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pain_points: Option<String>,
    /// Rules, input type, input quality, stability, documentation.
    #[serde(skip_serializing_if = "Option::is_none")]
    assessment: Option<[i64; 5]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    automation_potential: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ease_of_implementation: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    benefit_hours: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    benefit_fte: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    benefit_cost: Option<f64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    priority: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    applications: Vec<i64>,
}

impl From<&IdeaContent> for ContentRow {
    fn from(content: &IdeaContent) -> Self {
        let answers = |a: HighLevelAssessment| {
            [a.rules, a.input_type, a.input_quality, a.stability, a.documentation].map(Rating::get)
        };
        let priority = match content.priority {
            Priority::None => String::new(),
            set => set.key().to_owned(),
        };
        Self {
            description: content.description.clone(),
            automation_code: content.automation_code.clone(),
            pain_points: content.pain_points.clone(),
            assessment: content.assessment.map(answers),
            automation_potential: content.automation_potential,
            ease_of_implementation: content.ease_of_implementation,
            benefit_hours: content.benefit_hours,
            benefit_fte: content.benefit_fte,
            benefit_cost: content.benefit_cost,
            priority,
            applications: content.applications.iter().map(|id| id.get()).collect(),
        }
    }
}

impl ContentRow {
    fn assessment(&self) -> Result<Option<HighLevelAssessment>, StorageError> {
        let Some(answers) = self.assessment else { return Ok(None) };
        let [Some(rules), Some(input_type), Some(input_quality), Some(stability), Some(documentation)] =
            answers.map(Rating::new)
        else {
            return Err(StorageError::Corrupt("ideas: an answer outside its scale".to_owned()));
        };
        Ok(Some(HighLevelAssessment { rules, input_type, input_quality, stability, documentation }))
    }
}

pub(super) fn encode(content: &IdeaContent) -> Result<String, StorageError> {
    serde_json::to_string(&ContentRow::from(content)).map_err(StorageError::driver)
}

pub(super) fn decode(text: &str) -> Result<IdeaContent, StorageError> {
    let row: ContentRow = serde_json::from_str(text)
        .map_err(|error| StorageError::Corrupt(format!("ideas: content: {error}")))?;
    Ok(IdeaContent {
        assessment: row.assessment()?,
        description: row.description,
        automation_code: row.automation_code,
        pain_points: row.pain_points,
        automation_potential: row.automation_potential,
        ease_of_implementation: row.ease_of_implementation,
        benefit_hours: row.benefit_hours,
        benefit_fte: row.benefit_fte,
        benefit_cost: row.benefit_cost,
        priority: Priority::from_key(&row.priority).unwrap_or_default(),
        applications: row.applications.into_iter().map(ApplicationId::new).collect(),
    })
}
