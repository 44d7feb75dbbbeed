//! What submissions of a tenant are made with: flows, questionnaires and formulas, read once and kept until one of
//! them changes. Whether it did is told by two numbers, read in the session that asks.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use automation_hub_domain::{
    cost_benefit::{Outlook, Plan},
    flow::{Flow, Place},
    id::{ApplicationId, FlowId, StatusId, TenantId},
    idea::{IdeaContent, Rating, SubmissionType},
    lifecycle::{Phase, Status, is_key, other_key},
    questionnaire::{Column, Question},
};
use automation_hub_storage::{
    Session, StorageError,
    forms::{self, StoredFormulas, StoredQuestionnaire},
    lifecycle, tenants,
};
use jiff::civil::Date;
use papaya::HashMap as SharedMap;
use serde_json::Value;

/// The forms of all tenants.
#[derive(Default)]
pub struct Forms(SharedMap<TenantId, Arc<TenantForms>>);

/// How often a tenant's forms have changed, and the catalogue, whose phases and statuses flows name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormVersions {
    pub catalogue: i64,
    pub forms: i64,
}

/// One tenant's forms as of one moment.
pub struct TenantForms {
    versions: FormVersions,
    flows: Vec<TenantFlow>,
    questionnaires: Vec<StoredQuestionnaire>,
    formulas: StoredFormulas,
}

/// A flow together with the phases, statuses and questions that it names.
pub struct TenantFlow {
    pub id: FlowId,
    pub kind: SubmissionType,
    pub flow: Flow,
    pub phases: Vec<FlowPhase>,
    /// Those of all its assessments, in their order.
    questions: Vec<Question>,
    positions: HashMap<String, usize>,
    /// Positions of the questions that a member of a flat body may answer.
    answered_by: HashMap<String, Vec<usize>>,
}

pub struct FlowPhase {
    pub phase: Phase,
    pub statuses: Vec<Status>,
}

impl Forms {
    /// The forms as the session sees them: one indexed read if nothing changed.
    pub fn of(&self, session: &mut Session<'_>) -> Result<Arc<TenantForms>, StorageError> {
        let tenant = session.tenant();
        let (versions, forms) = tenants::all_versions(session)?;
        let versions = FormVersions { catalogue: versions.catalogue, forms };
        let kept = self.last(tenant);
        if let Some(kept) = kept.as_ref().filter(|kept| kept.versions == versions) {
            return Ok(Arc::clone(kept));
        }
        let read = Arc::new(TenantForms::read(session, versions)?);
        // A session that began earlier than another must not put its older view in place of the newer one.
        let is_newer = kept.is_none_or(|kept| {
            kept.versions.catalogue <= versions.catalogue && kept.versions.forms <= versions.forms
        });
        if is_newer {
            self.0.pin().insert(tenant, Arc::clone(&read));
        }
        Ok(read)
    }

    /// The forms as they were last seen; whether they still hold is for the caller to find out.
    pub fn last(&self, tenant: TenantId) -> Option<Arc<TenantForms>> {
        self.0.pin().get(&tenant).cloned()
    }

    /// As [`Forms::of`] for a session that writes and has read the versions, and whether they were kept. What a
    /// session finds that may still be undone isn't kept for others.
    pub fn of_writer(
        &self,
        session: &mut Session<'_>,
        versions: FormVersions,
    ) -> Result<(Arc<TenantForms>, bool), StorageError> {
        match self.last(session.tenant()).filter(|kept| kept.versions == versions) {
            Some(kept) => Ok((kept, true)),
            None => Ok((Arc::new(TenantForms::read(session, versions)?), false)),
        }
    }
}

/// By each of the names that an answer may have in a flat body.
fn answered_by(questions: &[Question]) -> HashMap<String, Vec<usize>> {
    let mut answered_by: HashMap<_, Vec<_>> = HashMap::new();
    for (position, question) in questions.iter().enumerate() {
        for name in question.flat_names() {
            answered_by.entry(name).or_default().push(position);
        }
    }
    answered_by
}

impl TenantForms {
    pub fn versions(&self) -> FormVersions {
        self.versions
    }

    fn read(session: &mut Session<'_>, versions: FormVersions) -> Result<Self, StorageError> {
        let (phases, statuses) = lifecycle::list(session)?;
        let questionnaires = forms::questionnaires(session)?;
        let flows = forms::flows(session)?.into_iter().map(|stored| {
            let named = stored.flow.assessments.iter();
            let asked = named.filter_map(|name| questionnaires.iter().find(|asked| asked.name == *name));
            let questions: Vec<_> =
                asked.flat_map(|asked| asked.questionnaire.questions()).cloned().collect();
            let codes = questions.iter().map(|question| question.code.clone());
            TenantFlow {
                id: stored.id,
                kind: stored.kind,
                phases: phases_of(&stored.flow, &phases, &statuses),
                positions: codes.zip(0..).collect(),
                answered_by: answered_by(&questions),
                questions,
                flow: stored.flow,
            }
        });
        Ok(Self { versions, flows: flows.collect(), questionnaires, formulas: forms::formulas(session)? })
    }

    /// In the order of their ids.
    pub fn flows(&self) -> &[TenantFlow] {
        &self.flows
    }

    pub fn flow(&self, id: FlowId) -> Option<&TenantFlow> {
        self.flows.iter().find(|flow| flow.id == id)
    }

    /// Whether answers are shown under this name in records.
    pub fn shows(&self, name: &str) -> bool {
        let code = name.strip_suffix("__display").unwrap_or(name);
        let mut questions = self.questionnaires.iter().flat_map(|asked| asked.questionnaire.questions());
        questions.any(|question| {
            let is_of_code = question.typed_column().is_none() && question.flat_name() == code;
            is_of_code || question.announced_name() == Some(name)
        })
    }

    /// The flow of a kind of submission.
    pub fn flow_of(&self, kind: SubmissionType) -> Option<&TenantFlow> {
        self.flows.iter().find(|flow| flow.kind == kind)
    }

    pub fn questionnaires(&self) -> &[StoredQuestionnaire] {
        &self.questionnaires
    }

    /// The questionnaires of these names, in their order.
    pub fn named<'f>(&'f self, names: &'f [String]) -> impl Iterator<Item = &'f StoredQuestionnaire> {
        names.iter().filter_map(|name| self.questionnaires.iter().find(|asked| asked.name == *name))
    }

    /// Works the figures out that depend on one of the changed questions; all of them where none are named, or where
    /// those there are come of other formulas.
    pub fn work_out(
        &self,
        kind: SubmissionType,
        content: &mut IdeaContent,
        changed: Option<&BTreeSet<String>>,
    ) {
        let version = self.formulas.version;
        let is_current = content.formulas_version.is_none_or(|known| known == version);
        let changed = changed.filter(|_| is_current);
        let flow = self.flow_of(kind);
        let mut figures = content.figures();
        let any = self
            .formulas
            .formulas
            .work_out(&mut figures, changed, |code| number(flow?.question(code)?, content));
        if any {
            content.set_figures(figures);
            content.formulas_version = Some(version);
        }
    }

    /// What an input of the formulas is answered with.
    pub fn input(&self, kind: SubmissionType, content: &IdeaContent, name: &str) -> Option<f64> {
        let code = self.formulas.formulas.question_of(name)?;
        number(self.flow_of(kind)?.question(code)?, content)
    }

    /// What the formulas take for granted of every automation.
    pub fn assumption(&self, name: &str) -> Option<f64> {
        self.formulas.formulas.assumption(name)
    }

    /// What an idea is to cost and to save, given what was entered and the day it goes live.
    pub fn outlook(&self, content: &IdeaContent, plan: &Plan, launch: Option<Date>) -> Outlook {
        Outlook::of(&self.formulas.formulas, content.figures(), plan, launch)
    }

    /// The words there are for a figure.
    pub fn labels(&self, figure: &str) -> Vec<&str> {
        self.formulas.formulas.labels(figure)
    }

    /// The word for a figure.
    pub fn label(&self, figure: &str, value: f64) -> Option<&str> {
        self.formulas.formulas.label(figure, value)
    }
}

fn phases_of(flow: &Flow, phases: &[Phase], statuses: &[Status]) -> Vec<FlowPhase> {
    let found = flow.phases.iter().filter_map(|named| {
        let phase = phases.iter().find(|phase| phase.key == named.phase)?;
        let of_key = |key: &String| {
            statuses.iter().find(|status| status.phase == phase.id && status.key == *key).cloned()
        };
        Some(FlowPhase { phase: phase.clone(), statuses: named.statuses.iter().filter_map(of_key).collect() })
    });
    found.collect()
}

impl TenantFlow {
    pub fn question(&self, code: &str) -> Option<&Question> {
        self.questions.get(*self.positions.get(code)?)
    }

    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// Those that members of a flat body may answer, in their order.
    pub fn questions_answered_by<'f>(
        &'f self,
        members: impl Iterator<Item = &'f String>,
    ) -> impl Iterator<Item = &'f Question> {
        let positions: BTreeSet<_> =
            members.filter_map(|member| self.answered_by.get(member)).flatten().copied().collect();
        positions.into_iter().filter_map(|position| self.questions.get(position))
    }

    /// Entries of the inventory that answers name.
    pub fn applications_of(&self, content: &IdeaContent) -> HashSet<ApplicationId> {
        let asked = self.questions.iter().filter(|question| question.kind.is_of_inventory());
        asked.filter_map(|question| kept(question, content)).flat_map(|ids| application_ids(&ids)).collect()
    }

    /// The question that a column answers.
    pub fn question_of(&self, column: Column) -> Option<&Question> {
        self.questions.iter().find(|question| question.typed_column() == Some(column))
    }

    /// Phase and status by the status's id, where the flow has it.
    pub fn find(&self, status: StatusId) -> Option<(&Phase, &Status)> {
        self.all().find(|(_, candidate)| candidate.id == status)
    }

    /// Phase and status by their variables, in any letter case.
    pub fn find_by_keys(&self, phase: &str, status: &str) -> Option<(&Phase, &Status)> {
        // Some tenants of the mirrored product spell a status with its phase in front.
        let bare = status
            .split_at_checked(phase.len())
            .and_then(|(start, rest)| rest.strip_prefix('_').filter(|_| is_key(phase, start)));
        let with_key =
            |key: &str| self.all().find(|(of, found)| is_key(&of.key, phase) && is_key(&found.key, key));
        let named = with_key(status).or_else(|| with_key(bare?));
        named.or_else(|| with_key(other_key(phase, bare.unwrap_or(status))?))
    }

    pub fn start(&self) -> Option<(&Phase, &Status)> {
        let Place { phase, status } = self.flow.starts_in()?;
        self.find_by_keys(phase, status)
    }

    fn all(&self) -> impl Iterator<Item = (&Phase, &Status)> {
        self.phases.iter().flat_map(|of| of.statuses.iter().map(|status| (&of.phase, status)))
    }
}

/// The answer to a question as it is kept, but for people, name and category, which aren't part of the content.
pub fn kept(question: &Question, content: &IdeaContent) -> Option<Value> {
    let text = |text: &str| (!text.is_empty()).then(|| Value::from(text));
    match question.typed_column() {
        None => content.answers.get(&question.code)?.value.clone(),
        Some(Column::Description) => text(&content.description),
        Some(Column::PainPoints) => text(content.pain_points.as_deref()?),
        Some(Column::AutomationCode) => text(content.automation_code.as_deref()?),
        Some(Column::Applications) => ids(content.applications.iter().map(|id| id.get())),
        Some(Column::ThinApplications) => ids(content.thin_applications.iter().map(|id| id.get())),
        Some(Column::Parent) => content.parent.map(|parent| parent.get().into()),
        Some(column) => {
            let rating = rating(column, content)?;
            question.option_of_number(rating.get()).map(|option| option.code.as_str().into())
        }
    }
}

/// What an answer names that is a list of entries of the inventory.
pub fn application_ids(answer: &Value) -> Vec<ApplicationId> {
    let ids = answer.as_array().into_iter().flatten().filter_map(Value::as_i64);
    ids.map(ApplicationId::new).collect()
}

fn rating(column: Column, content: &IdeaContent) -> Option<Rating> {
    *content.assessment.answers().get(column.rating()?)?
}

fn ids(ids: impl Iterator<Item = i64>) -> Option<Value> {
    let ids: Vec<_> = ids.collect();
    (!ids.is_empty()).then(|| ids.into())
}

/// What an answer counts for in formulas.
fn number(question: &Question, content: &IdeaContent) -> Option<f64> {
    let count = |many: usize| u32::try_from(many).ok().map(f64::from);
    match question.typed_column() {
        None => question.number_of(content.answers.get(&question.code)?.value.as_ref()?),
        Some(Column::Applications | Column::ThinApplications) if content.applications.is_empty() => None,
        Some(Column::Applications) => count(content.applications.len()),
        Some(Column::ThinApplications) => count(content.thin_applications.len()),
        Some(column) => i32::try_from(rating(column, content)?.get()).ok().map(f64::from),
    }
}
