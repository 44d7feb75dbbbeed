//! What an idea says of itself, as the JSON text it is kept as.

use std::collections::BTreeMap;

use automation_hub_domain::{
    formula::Figures,
    id::{ApplicationId, IdeaId},
    idea::{CostSummary, HighLevelAssessment, IdeaContent, Priority, Rating},
    questionnaire::answer::{Answer, Answers},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    assessment: Option<[Option<i64>; 5]>,
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    thin_applications: Vec<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    running_cost: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_vendor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    answers: BTreeMap<String, AnswerRow>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    figures: Figures,
    #[serde(skip_serializing_if = "Option::is_none")]
    formulas_version: Option<i64>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct AnswerRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

impl From<&IdeaContent> for ContentRow {
    fn from(content: &IdeaContent) -> Self {
        let ratings = content.assessment.answers().map(|rating| rating.map(Rating::get));
        let priority = match content.priority {
            Priority::None => String::new(),
            set => set.key().to_owned(),
        };
        Self {
            description: content.description.clone(),
            automation_code: content.automation_code.clone(),
            pain_points: content.pain_points.clone(),
            assessment: (!content.assessment.is_empty()).then_some(ratings),
            automation_potential: content.automation_potential,
            ease_of_implementation: content.ease_of_implementation,
            benefit_hours: content.benefit_hours,
            benefit_fte: content.benefit_fte,
            benefit_cost: content.benefit_cost,
            priority,
            applications: content.applications.iter().map(|id| id.get()).collect(),
            thin_applications: content.thin_applications.iter().map(|id| id.get()).collect(),
            parent: content.parent.map(IdeaId::get),
            running_cost: content.costs.running,
            software_vendor: content.costs.software_vendor.clone(),
            software: content.costs.software.clone(),
            answers: content.answers.iter().map(|(code, answer)| (code.clone(), answer.into())).collect(),
            figures: content.other_figures.clone(),
            formulas_version: content.formulas_version,
        }
    }
}

impl From<&Answer> for AnswerRow {
    fn from(answer: &Answer) -> Self {
        Self { value: answer.value.clone(), comment: answer.comment.clone() }
    }
}

impl ContentRow {
    fn assessment(&self) -> Result<HighLevelAssessment, StorageError> {
        let Some(answers) = self.assessment else { return Ok(HighLevelAssessment::default()) };
        let ratings = answers.map(|answer| answer.and_then(Rating::new));
        if ratings.iter().zip(answers).any(|(rating, answer)| rating.is_none() && answer.is_some()) {
            return Err(StorageError::Corrupt("ideas: an answer outside its scale".to_owned()));
        }
        Ok(HighLevelAssessment::new(ratings))
    }

    fn answers(&mut self) -> Answers {
        let answer = |row: AnswerRow| Answer { value: row.value, comment: row.comment };
        std::mem::take(&mut self.answers).into_iter().map(|(code, row)| (code, answer(row))).collect()
    }
}

pub(super) fn encode(content: &IdeaContent) -> Result<String, StorageError> {
    serde_json::to_string(&ContentRow::from(content)).map_err(StorageError::driver)
}

/// The description alone, which takes less than the whole.
pub(super) fn description(text: &str) -> Result<String, StorageError> {
    #[derive(Deserialize)]
    struct Description {
        #[serde(default)]
        description: String,
    }
    let row: Description = serde_json::from_str(text).map_err(|error| corrupt(&error))?;
    Ok(row.description)
}

fn corrupt(error: &serde_json::Error) -> StorageError {
    StorageError::Corrupt(format!("ideas: content: {error}"))
}

/// The idea's score stands in a column of its own.
pub(super) fn decode(text: &str, idea_score: Option<f64>) -> Result<IdeaContent, StorageError> {
    let mut row: ContentRow = serde_json::from_str(text).map_err(|error| corrupt(&error))?;
    Ok(IdeaContent {
        assessment: row.assessment()?,
        idea_score,
        answers: row.answers(),
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
        thin_applications: row.thin_applications.into_iter().map(ApplicationId::new).collect(),
        parent: row.parent.map(IdeaId::new),
        costs: CostSummary {
            running: row.running_cost,
            software_vendor: row.software_vendor,
            software: row.software,
        },
        other_figures: row.figures,
        formulas_version: row.formulas_version,
    })
}
