//! Sample ideas in any number: made on a thread of their own while the batch before is written.

use std::{collections::HashMap, sync::Arc};

use automation_hub_domain::{
    clock::Timestamp,
    id::{ApplicationId, CategoryId, PhaseId, StatusId, UserId},
    idea::{HighLevelAssessment, IdeaContent, IdeaName, NewIdea, Priority, Rating, SubmissionType},
    questionnaire::answer::{Answer, Answers},
};
use automation_hub_storage::{
    Constraint, StorageError,
    ideas::{self, Apart, IdeaFilter, PreparedIdea},
};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{Workshop, organization::Directory, progress};
use crate::{
    forms::{Forms, TenantForms},
    sample::{self, SampleAnswers, SampleIdea, further},
    wire::own_members,
};

const BATCH: usize = 8000;
/// Batches that may wait to be written.
const AHEAD: usize = 1;
/// From here on it is quicker to make the indexes once at the end.
const MANY: u64 = 20_000;

type Batch = Vec<PreparedIdea<'static>>;

/// Adds ideas until there are as many as asked for.
pub(super) async fn top_up(
    workshop: &Workshop<'_>,
    directory: &Directory,
    count: usize,
) -> anyhow::Result<()> {
    let (store, tenant) = (workshop.store, directory.tenant);
    let present = store.read(tenant, |s| ideas::count(s, &IdeaFilter::default())).await?;
    let wanted = u64::try_from(count)?;
    if present >= wanted {
        return Ok(());
    }
    if present == 0 && wanted >= MANY {
        store.system().write(ideas::begin_filling).await?;
    }
    let bar = progress("Ideas", wanted - present);
    let forms = store.read(tenant, |s| Forms::default().of(s)).await?;
    let mut batches = produce(Plan::new(directory, forms, workshop.now), count);
    let mut missing = wanted - present;
    while let Some(batch) = batches.recv().await {
        if missing == 0 {
            break;
        }
        let written = if present == 0 {
            let count = u64::try_from(batch.len())?;
            store.write(tenant, move |s| ideas::insert_many(s, &batch).map(drop)).await?;
            count
        } else {
            let limit = missing;
            store.write(tenant, move |s| insert_new(s, &batch, limit)).await?
        };
        missing = missing.saturating_sub(written);
        bar.inc(written);
    }
    store.system().write(ideas::end_filling).await?;
    store.system().write(ideas::analyze).await?;
    bar.finish_and_clear();
    Ok(())
}

/// The sample of a smaller number is part of that of a larger one: what is there already is passed over.
fn insert_new(
    session: &mut automation_hub_storage::Session<'_>,
    batch: &Batch,
    limit: u64,
) -> Result<u64, StorageError> {
    let mut written = 0;
    for idea in batch {
        if written == limit {
            break;
        }
        match ideas::insert_prepared(session, idea) {
            Ok(_) => written += 1,
            Err(StorageError::Conflict(Constraint::IdeaName)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}

fn produce(plan: Plan, count: usize) -> mpsc::Receiver<Batch> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut apart = Apart::default();
        let mut ideas =
            sample::ideas(count).filter_map(|idea| plan.idea(idea)).filter_map(|idea| apart.admit(idea));
        loop {
            let batch: Batch = ideas.by_ref().take(BATCH).collect();
            // An empty batch is the end, or a tenant from which somebody removed what ideas refer to.
            if batch.is_empty() || sender.blocking_send(batch).is_err() {
                break;
            }
        }
    });
    receiver
}

/// What turns a described idea into one of this database.
struct Plan {
    people: HashMap<&'static str, UserId>,
    categories: HashMap<String, CategoryId>,
    applications: HashMap<String, ApplicationId>,
    statuses: HashMap<String, (PhaseId, StatusId)>,
    forms: Arc<TenantForms>,
    now: Timestamp,
}

impl Plan {
    fn new(directory: &Directory, forms: Arc<TenantForms>, now: Timestamp) -> Self {
        Self {
            forms,
            people: directory.people.clone(),
            categories: directory.categories.clone(),
            applications: directory.applications.clone(),
            statuses: directory.statuses.clone(),
            now,
        }
    }

    /// None where the idea refers to something that is no longer there, or can't be written down.
    fn idea(&self, idea: SampleIdea) -> Option<PreparedIdea<'static>> {
        let &(phase, status) = self.statuses.get(idea.status)?;
        let kind = SubmissionType::from_code(idea.submission_type.into())?;
        let new = NewIdea {
            uuid: Uuid::new_v4(),
            name: IdeaName::parse(&idea.name).ok()?,
            category: *self.categories.get(idea.category)?,
            submission_type: kind,
            phase,
            status,
            submitter: *self.people.get(idea.submitter)?,
            owner: idea.owner.and_then(|owner| self.people.get(owner).copied()),
            votes: idea.votes.into(),
            created_at: self.now.plus_millis(-idea.submitted_secs_ago * 1000),
            updated_at: self.now.plus_millis(-idea.updated_secs_ago * 1000),
            content: self.content(kind, idea),
        };
        let wire = own_members(&new, &self.forms);
        PreparedIdea::new(new, wire).ok()
    }

    fn answers(&self, kind: SubmissionType, idea: &SampleIdea) -> Answers {
        let usual = sample::answers(kind, idea).into_iter().map(|(code, value)| (code.to_owned(), value));
        let flow = self.forms.flow_of(kind);
        let is_asked = |code: &String| flow.is_some_and(|flow| flow.question(code).is_some());
        let further =
            (1..).map(|number| (number, further::code(number))).take_while(|(_, code)| is_asked(code));
        let further = further.map(|(number, code)| (code, further::answer(number, idea)));
        usual
            .chain(further)
            .map(|(code, value)| (code, Answer { value: Some(value), comment: None }))
            .collect()
    }

    fn content(&self, kind: SubmissionType, idea: SampleIdea) -> IdeaContent {
        let is_rated = kind != SubmissionType::BusinessProcess;
        let answers = self.answers(kind, &idea);
        let application = |&name: &&str| self.applications.get(name).copied();
        let mut content = IdeaContent {
            description: idea.description,
            pain_points: idea.pain_points,
            automation_code: idea.automation_id,
            assessment: if is_rated { assessment(idea.answers) } else { HighLevelAssessment::default() },
            priority: idea.priority.and_then(Priority::from_key).unwrap_or_default(),
            applications: idea.applications.iter().filter_map(application).collect(),
            thin_applications: sample::thin_clients(idea.applications)
                .filter_map(|name| application(&name))
                .collect(),
            answers,
            ..IdeaContent::default()
        };
        self.forms.work_out(kind, &mut content, None);
        content
    }
}

fn assessment(answers: SampleAnswers) -> HighLevelAssessment {
    let SampleAnswers { rules, input_type, input_quality, stability, documentation } = answers;
    let ratings = [rules, input_type, input_quality, stability, documentation];
    HighLevelAssessment::new(ratings.map(|answer| Rating::new(answer.into())))
}
