//! The answers of an idea in the form they are sent in.

use automation_hub_domain::{
    id::UserId,
    idea::Idea,
    questionnaire::{Column, Question},
};
use automation_hub_storage::{Session, StorageError, users};
use serde_json::{Value, json};

use super::write::bare;
use crate::forms;

pub(super) struct Answered<'i> {
    idea: &'i Idea,
    submitter: Option<String>,
    owner: Option<String>,
}

impl<'i> Answered<'i> {
    pub(super) fn read(session: &mut Session<'_>, idea: &'i Idea) -> Result<Self, StorageError> {
        let mut address = |id: UserId| -> Result<_, StorageError> {
            Ok(users::find(session, id)?.map(|user| user.email.as_str().to_owned()))
        };
        let submitter = address(idea.submitter)?;
        let owner = idea.owner.map(&mut address).transpose()?.flatten();
        Ok(Self { idea, submitter, owner })
    }

    pub(super) fn value(&self, question: &Question) -> Option<Value> {
        match question.typed_column() {
            Some(Column::Name) => Some(self.idea.name.as_str().into()),
            Some(Column::Category) => Some(self.idea.category.get().into()),
            Some(Column::Submitter) => self.submitter.as_deref().map(Value::from),
            Some(Column::Owner) => self.owner.as_deref().map(Value::from),
            _ => forms::kept(question, &self.idea.content),
        }
    }

    /// With its comment.
    pub(super) fn of(&self, question: &Question) -> Option<Value> {
        let value = self.value(question);
        let comment =
            self.idea.content.answers.get(&question.code).and_then(|answer| answer.comment.as_deref());
        match (value, comment) {
            (None, None) => None,
            (Some(value), _) if bare(question) => Some(value),
            (Some(value), None) => Some(json!({"value": value})),
            (Some(value), Some(comment)) => Some(json!({"value": value, "comment": comment})),
            (None, Some(comment)) => Some(json!({"comment": comment})),
        }
    }
}
