//! Filling an idea with answers: the one place that takes any, whichever call or page they come from.

mod applications;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use automation_hub_domain::{
    clock::Timestamp,
    id::{ApplicationId, CategoryId, IdeaId, UserId},
    idea::{HighLevelAssessment, Idea, IdeaContent, IdeaName, Rating},
    permission::Permission,
    questionnaire::{
        Column, Question, QuestionKind,
        answer::{AnswerError, Style},
    },
    user::{Email, User},
};
use automation_hub_storage::{Session, categories::CategoryTree, forms::StoredQuestionnaire, ideas, users};
use serde_json::Value;

use super::{
    given::{Given, contradiction, flat_field},
    new_applications,
    submit::Completeness,
};
use crate::{
    auth::actor::Actor,
    error::{Error, Violations},
    forms::{self, TenantFlow},
};

/// The sentence about a choice that is missing; a caller is told first that something is.
pub const MISSING_SELECTION: &str = "An answer selection is required.";

/// To the mirrored API an archived category is as wrong as one that isn't there.
pub const INVALID_CATEGORY: &str = "Invalid Category Id.";

/// An idea as far as it is filled in.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) name: Option<IdeaName>,
    pub(super) category: Option<CategoryId>,
    pub(super) submitter: Option<UserId>,
    pub(super) owner: Option<UserId>,
    pub(super) content: IdeaContent,
}

pub(super) struct Filling<'f> {
    /// Whose answers they are.
    actor: &'f Actor,
    pub(super) flow: &'f TenantFlow,
    pub(super) tree: &'f CategoryTree,
    pub(super) now: Timestamp,
    /// The idea itself, where it exists already.
    pub(super) id: Option<IdeaId>,
    pub(super) draft: Draft,
    pub(super) violations: Violations,
    /// Codes of the questions whose answers are changed.
    pub(super) changed: BTreeSet<String>,
    /// Codes of the questions that something is wrong with.
    faulty: BTreeSet<String>,
    /// Entries of the inventory that the idea names already. It may go on doing so once they are inactive.
    named: HashSet<ApplicationId>,
}

impl<'f> Filling<'f> {
    pub(super) fn new(
        actor: &'f Actor,
        flow: &'f TenantFlow,
        tree: &'f CategoryTree,
        now: Timestamp,
    ) -> Self {
        Self {
            actor,
            flow,
            tree,
            now,
            id: None,
            draft: Draft::default(),
            violations: Violations::default(),
            changed: BTreeSet::new(),
            faulty: BTreeSet::new(),
            named: HashSet::new(),
        }
    }

    /// Goes on from what is there.
    pub(super) fn of(
        idea: &Idea,
        actor: &'f Actor,
        flow: &'f TenantFlow,
        tree: &'f CategoryTree,
        now: Timestamp,
    ) -> Self {
        let draft = Draft {
            name: IdeaName::parse(&idea.name).ok(),
            category: Some(idea.category),
            submitter: Some(idea.submitter),
            owner: idea.owner,
            content: idea.content.clone(),
        };
        let named = flow.applications_of(&idea.content);
        Self { id: Some(idea.id), draft, named, ..Self::new(actor, flow, tree, now) }
    }

    pub(super) fn take(&mut self, session: &mut Session<'_>, answers: &[Given]) -> Result<(), Error> {
        // Applications are filed under the category of the idea, so that one is known first, wherever it stands.
        let (category, others): (Vec<_>, Vec<_>) = answers.iter().partition(|given| self.is_category(given));
        for given in category.into_iter().chain(others) {
            match self.flow.question(&given.code) {
                Some(question) => self.answer(session, question, given)?,
                None => self.refuse(given, "There is no such question in this idea flow.".to_owned()),
            }
        }
        let content = &mut self.draft.content;
        // What isn't used at all isn't used remotely either.
        content.thin_applications.retain(|id| content.applications.contains(id));
        Ok(())
    }

    fn is_category(&self, given: &Given) -> bool {
        self.flow.question(&given.code).and_then(Question::typed_column) == Some(Column::Category)
    }

    fn refuse(&mut self, given: &Given, message: String) {
        self.refuse_at(given, given.pointer(), message);
    }

    fn refuse_at(&mut self, given: &Given, pointer: String, message: String) {
        self.faulty.insert(given.code.clone());
        self.violations.add_at((given.field.clone(), Some(pointer)), message);
    }

    fn answer(&mut self, session: &mut Session<'_>, question: &Question, given: &Given) -> Result<(), Error> {
        if let Some(rival) = &given.rival {
            self.faulty.insert(given.code.clone());
            let place = (rival.clone(), Some(format!("/{rival}")));
            self.violations.add_at(place, contradiction(&given.field));
            return Ok(());
        }
        let kept = self.kept(question);
        let question = &*question.keeping(kept.as_ref());
        match given.comment.as_ref().map(|comment| question.read_comment(comment)) {
            None => {}
            Some(Ok(comment)) => self.comment(question, comment),
            Some(Err(error)) => self.refuse_at(given, given.beside("comment"), error.to_string()),
        }
        let added = given.new_applications.as_ref().map(|new| new_applications::read(question, new));
        let (added, mistakes) = match added.transpose() {
            Ok(added) => (added, Vec::new()),
            Err(mistakes) => (None, mistakes),
        };
        let is_new_wrong = !mistakes.is_empty();
        for new_applications::Mistake { at, told } in mistakes {
            self.refuse_at(given, given.beside(&at), told);
        }
        let is_kept = kept.is_some() && given.value == kept;
        if added.is_none() && (given.value.is_none() || is_kept) {
            return Ok(());
        }
        let Some(value) = self.read(session, question, given)? else { return Ok(()) };
        if is_new_wrong {
            return Ok(());
        }
        self.changed.insert(question.code.clone());
        match value {
            Value::Null if added.is_none() => {
                self.clear(question);
                Ok(())
            }
            value => {
                let value = if value.is_null() { Value::Array(Vec::new()) } else { value };
                match self.put(session, question, value)? {
                    Ok(()) => self.add_applications(session, given, added.unwrap_or_default()),
                    Err(message) => {
                        self.refuse(given, message);
                        Ok(())
                    }
                }
            }
        }
    }

    /// The value as it is kept, null where it says nothing. None if it is no answer: all that is wrong with it by itself,
    /// and with the applications it names, is noted.
    fn read(
        &mut self,
        session: &mut Session<'_>,
        question: &Question,
        given: &Given,
    ) -> Result<Option<Value>, Error> {
        let value = given.value.as_ref().unwrap_or(&Value::Null);
        let (read, mut mistakes) = match question.read(value, given.style) {
            Ok(read) => (Some(read.unwrap_or_default()), BTreeMap::new()),
            Err(AnswerError::Items(wrong)) => {
                let told = wrong.into_iter().map(|(place, error)| (place, told(question, &error)));
                (None, told.collect())
            }
            Err(AnswerError::Nobody) => {
                self.refuse(given, unidentified(question));
                return Ok(None);
            }
            Err(error) => {
                self.refuse(given, told(question, &error));
                return Ok(None);
            }
        };
        if question.kind.is_of_inventory() {
            for (place, id) in self.unusable_places(session, value)? {
                mistakes.entry(place).or_insert_with(|| new_applications::unknown_id(id));
            }
        }
        let is_right = mistakes.is_empty();
        for (place, told) in mistakes {
            self.refuse_at(given, format!("{}/{place}", given.pointer()), told);
        }
        Ok(read.filter(|_| is_right))
    }

    /// The answer so far, as schemas show it. Sent back it isn't judged again: what it names may be closed or gone since.
    /// People are always found, so theirs need not be known.
    fn kept(&self, question: &Question) -> Option<Value> {
        match question.typed_column() {
            Some(Column::Name) => self.draft.name.as_ref().map(|name| name.as_str().into()),
            Some(Column::Category) => self.draft.category.map(|category| category.get().into()),
            _ => forms::kept(question, &self.draft.content),
        }
    }

    fn comment(&mut self, question: &Question, comment: Option<String>) {
        let answers = &mut self.draft.content.answers;
        let answer = answers.entry(question.code.clone()).or_default();
        answer.comment = comment;
        if answer.comment.is_none() && answer.value.is_none() {
            answers.remove(&question.code);
        }
    }

    /// Takes an answer back.
    fn clear(&mut self, question: &Question) {
        let draft = &mut self.draft;
        match question.typed_column() {
            None => self.keep(question, None),
            Some(Column::Name) => draft.name = None,
            Some(Column::Category) => draft.category = None,
            Some(Column::Submitter) => draft.submitter = None,
            Some(Column::Owner) => draft.owner = None,
            Some(Column::Description) => draft.content.description.clear(),
            Some(Column::PainPoints) => draft.content.pain_points = None,
            Some(Column::AutomationCode) => draft.content.automation_code = None,
            Some(Column::Applications) => draft.content.applications.clear(),
            Some(Column::ThinApplications) => draft.content.thin_applications.clear(),
            Some(Column::Parent) => draft.content.parent = None,
            Some(column) => rate(&mut draft.content.assessment, column, None),
        }
    }

    fn keep(&mut self, question: &Question, value: Option<Value>) {
        let answers = &mut self.draft.content.answers;
        let answer = answers.entry(question.code.clone()).or_default();
        answer.value = value;
        if answer.value.is_none() && answer.comment.is_none() {
            answers.remove(&question.code);
        }
    }

    /// Puts a well-formed answer where it belongs, unless what it refers to isn't there: then the sentence about it.
    fn put(
        &mut self,
        session: &mut Session<'_>,
        question: &Question,
        value: Value,
    ) -> Result<Result<(), String>, Error> {
        let text = || value.as_str().unwrap_or_default().to_owned();
        let number = value.as_i64().unwrap_or_default();
        match question.typed_column() {
            None => match self.check_reference(session, question, &value)? {
                Ok(()) => self.keep(question, Some(value)),
                wrong => return Ok(wrong),
            },
            Some(Column::Name) => match IdeaName::parse(&text()) {
                Ok(name) => self.draft.name = Some(name),
                Err(error) => return Ok(Err(error.to_string())),
            },
            Some(Column::Description) => self.draft.content.description = text(),
            Some(Column::PainPoints) => self.draft.content.pain_points = Some(text()),
            Some(Column::AutomationCode) => self.draft.content.automation_code = Some(text()),
            Some(Column::Category) => {
                if !self.is_open(number) {
                    return Ok(Err(INVALID_CATEGORY.to_owned()));
                }
                self.draft.category = Some(CategoryId::new(number));
            }
            Some(column @ (Column::Owner | Column::Submitter)) => {
                let Some(user) = person(session, &text())? else { return Ok(Err(unidentified(question))) };
                if column == Column::Owner {
                    self.draft.owner = Some(user.id);
                } else if user.is_active || self.draft.submitter == Some(user.id) {
                    self.draft.submitter = Some(user.id);
                } else {
                    return Ok(Err("The submitter is deactivated.".to_owned()));
                }
            }
            Some(Column::Applications) => {
                self.draft.content.applications = forms::application_ids(&value);
            }
            Some(Column::ThinApplications) => {
                self.draft.content.thin_applications = forms::application_ids(&value);
            }
            Some(Column::Parent) => {
                let parent = IdeaId::new(number);
                if self.id == Some(parent) || !self.may_name(session, question, parent)? {
                    return Ok(Err("There is no such automation to change.".to_owned()));
                }
                self.draft.content.parent = Some(parent);
            }
            Some(column) => {
                let option = question.option(&text()).and_then(|option| option.number);
                let rating = (1..=5).find(|&points| {
                    question.option_of_number(points).and_then(|option| option.number) == option
                });
                rate(&mut self.draft.content.assessment, column, rating.and_then(Rating::new));
            }
        }
        Ok(Ok(()))
    }

    /// Whether there is such an idea and whoever answers may view it: who may not doesn't learn that there is. Who sends back
    /// what the answer is already names nothing new.
    fn may_name(&self, session: &mut Session<'_>, question: &Question, id: IdeaId) -> Result<bool, Error> {
        if forms::kept(question, &self.draft.content) == Some(id.get().into()) {
            return Ok(true);
        }
        let Some(category) = ideas::category_of(session, id)? else { return Ok(false) };
        Ok(self.actor.require_at(Permission::Explore, Some(&self.tree.path_ids(category))).is_ok())
    }

    fn is_open(&self, category: i64) -> bool {
        self.tree.is_open(CategoryId::new(category))
    }

    fn check_reference(
        &self,
        session: &mut Session<'_>,
        question: &Question,
        value: &Value,
    ) -> Result<Result<(), String>, Error> {
        Ok(match question.kind {
            QuestionKind::Person if person(session, value.as_str().unwrap_or_default())?.is_none() => {
                Err(unidentified(question))
            }
            QuestionKind::Category if !self.is_open(value.as_i64().unwrap_or_default()) => {
                Err(INVALID_CATEGORY.to_owned())
            }
            QuestionKind::Automation
                if !self.may_name(session, question, IdeaId::new(value.as_i64().unwrap_or_default()))? =>
            {
                Err("There is no such automation.".to_owned())
            }
            _ => Ok(()),
        })
    }

    fn is_answered(&self, question: &Question) -> bool {
        match question.typed_column() {
            Some(Column::Name) => self.draft.name.is_some(),
            Some(Column::Category) => self.draft.category.is_some(),
            Some(Column::Owner) => self.draft.owner.is_some(),
            Some(Column::Submitter) => self.draft.submitter.is_some(),
            _ => forms::kept(question, &self.draft.content).is_some(),
        }
    }

    fn is_required(&self, question: &Question) -> bool {
        question.is_required() || self.flow.flow.required.contains(&question.code)
    }

    /// Names the owner by their id, unless an answer does or tries to.
    pub(super) fn take_owner(&mut self, session: &mut Session<'_>, owner: UserId) -> Result<(), Error> {
        let Some(question) = self.flow.question_of(Column::Owner) else { return Ok(()) };
        if self.draft.owner.is_some() || self.faulty.contains(&question.code) {
            return Ok(());
        }
        self.draft.owner = users::find(session, owner)?.map(|user| user.id);
        if self.draft.owner.is_none() {
            self.faulty.insert(question.code.clone());
            self.violations.add("process_owner_user_id", "There is no such person.");
        }
        Ok(())
    }

    /// Notes what a form requires and nobody answered.
    pub(super) fn complete<'q>(
        &mut self,
        form: impl Iterator<Item = &'q StoredQuestionnaire>,
        completeness: Completeness,
        style: Style,
    ) {
        for (place, asked) in form.enumerate() {
            for section in &asked.questionnaire.sections {
                let asked_for = |question: &&Question| completeness.asks(place, question);
                for question in section.questions.iter().filter(asked_for) {
                    let is_missing = self.is_required(question) && !self.is_answered(question);
                    if is_missing && !self.faulty.contains(&question.code) {
                        let key = &asked.questionnaire.key;
                        let pointer = format!("/user_inputs/{key}/{}/{}", section.code, question.code);
                        let place = match style {
                            Style::Schema => (question.code.clone(), Some(pointer)),
                            Style::Flat => (flat_field(question), None),
                        };
                        self.violations.add_at(place, question.missing().to_string());
                    }
                }
            }
        }
    }

    /// Notes which required answers were taken back.
    pub(super) fn still_complete(&mut self, answers: &[Given]) {
        for given in answers {
            let Some(question) = self.flow.question(&given.code) else { continue };
            // Somebody handed the idea in, whatever the form asks for.
            let is_required =
                self.is_required(question) || question.typed_column() == Some(Column::Submitter);
            let is_missing =
                self.changed.contains(&question.code) && is_required && !self.is_answered(question);
            if is_missing && !self.faulty.contains(&question.code) {
                self.refuse(given, question.missing().to_string());
            }
        }
    }
}

fn rate(assessment: &mut HighLevelAssessment, column: Column, rating: Option<Rating>) {
    let mut answers = assessment.answers();
    if let Some(answer) = column.rating().and_then(|place| answers.get_mut(place)) {
        *answer = rating;
    }
    *assessment = HighLevelAssessment::new(answers);
}

/// What is wrong with an answer, as clients look for it.
fn told(question: &Question, error: &AnswerError) -> String {
    if question.kind.is_of_inventory() { new_applications::invalid(error) } else { error.to_string() }
}

/// In the mirrored API's words.
fn unidentified(question: &Question) -> String {
    match question.typed_column() {
        Some(Column::Owner) => "Cannot identify owner by email".to_owned(),
        Some(Column::Submitter) => "Cannot identify submitter by email".to_owned(),
        _ => "Cannot identify the person by email".to_owned(),
    }
}

fn person(session: &mut Session<'_>, address: &str) -> Result<Option<User>, Error> {
    match Email::parse(address) {
        Ok(email) => Ok(users::find_by_email(session, &email)?),
        Err(_) => Ok(None),
    }
}
