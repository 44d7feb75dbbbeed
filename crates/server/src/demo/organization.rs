//! Founds the sample tenant with its people, categories and applications, once, and finds them again later.

use std::collections::HashMap;

use automation_hub_domain::{
    clock::Timestamp,
    id::{ApplicationId, CategoryId, PhaseId, RoleId, StatusId, TenantId, UserId},
    page::PageRequest,
    questionnaire::Question,
    role::DEFAULT_ROLES,
    tenant::Tenant,
    user::{Email, InviteStatus, NewUser, Profile, RoleAssignment},
};
use automation_hub_storage::{
    Session, StorageError, Store, System,
    applications::{self, NewApplication},
    categories::{self, NewCategory},
    forms, lifecycle, links, tenants, users,
};
use uuid::Uuid;

use crate::{
    error::{Error, Violations},
    sample::{self, SamplePerson, SampleStatus, TENANT, further},
    services::tenants::{self as service, TenantInput},
};

/// The programme began eighteen months ago.
const FOUNDED_DAYS_AGO: i64 = 548;

/// The rows of the sample organisation by the names the sample has for them. What was deleted since is absent.
pub(super) struct Directory {
    pub(super) tenant: TenantId,
    pub(super) tenant_uuid: Uuid,
    pub(super) people: HashMap<&'static str, UserId>,
    pub(super) categories: HashMap<String, CategoryId>,
    pub(super) applications: HashMap<String, ApplicationId>,
    /// By the key of phase and status together, as the wire has it.
    pub(super) statuses: HashMap<String, (PhaseId, StatusId)>,
}

/// `further` is how many questions it asks beyond the sample's, if it is founded now.
pub(super) async fn found(store: &Store, now: Timestamp, further: usize) -> anyhow::Result<Directory> {
    let work = move |system: &mut System<'_>| -> Result<_, Error> {
        let known = tenants::find_by_slugs(system, TENANT.organization_slug, TENANT.tenant_slug)?;
        let (id, uuid) = match known {
            Some(Tenant { id, uuid, .. }) => (id, uuid),
            None => found_tenant(system, now, further)?,
        };
        Ok(read(&mut system.tenant(id), uuid)?)
    };
    Ok(store.system().write(work).await?)
}

fn found_tenant(system: &mut System<'_>, now: Timestamp, further: usize) -> Result<(TenantId, Uuid), Error> {
    let founded = now.plus_days(-FOUNDED_DAYS_AGO);
    let text = |text: &str| text.to_owned();
    let input = TenantInput {
        organization: text(TENANT.organization_name),
        organization_slug: text(TENANT.organization_slug),
        tenant: text(TENANT.tenant_name),
        tenant_slug: text(TENANT.tenant_slug),
        currency: text(TENANT.currency),
        time_zone: text(TENANT.time_zone),
    };
    let mut wrong = Violations::default();
    let new = service::check(&mut wrong, &input, founded)?;
    let new = wrong.complete(new)?;
    let id = service::found(system, &new)?;
    let session = &mut system.tenant(id);
    let categories = insert_categories(session)?;
    for person in sample::people() {
        insert_person(session, &person, &categories, now)?;
    }
    for application in sample::applications() {
        let of_paths = application.categories.iter().filter_map(|path| categories.get(path).copied());
        let new = NewApplication {
            name: application.name.to_owned(),
            version: application.version.to_owned(),
            language: application.language.to_owned(),
            comments: application.comments.to_owned(),
            is_thin_client: application.is_thin_client,
            is_added_by_end_user: application.is_added_by_end_user,
            categories: of_paths.collect(),
            created_at: founded,
        };
        applications::insert(session, &new)?;
    }
    ask_own_questions(session, further)?;
    links::complete_setup(system, now, true)?;
    Ok((id, new.uuid))
}

/// Adds the organisation's own questions to what every tenant is founded with.
fn ask_own_questions(session: &mut Session<'_>, further: usize) -> Result<(), StorageError> {
    for mut stored in forms::questionnaires(session)? {
        let own = sample::CUSTOM_QUESTIONS.iter().filter(|(name, _)| *name == stored.name);
        let count = if stored.name == further::QUESTIONNAIRE { further } else { 0 };
        let own = own
            .map(|(_, text)| serde_json::from_str(text))
            .chain((1..=count).map(|number| serde_json::from_value(further::question(number))))
            .collect::<Result<Vec<Question>, _>>();
        let own = own.map_err(|error| StorageError::Corrupt(format!("{}: {error}", stored.name)))?;
        let last = stored.questionnaire.sections.last_mut();
        if let (Some(section), false) = (last, own.is_empty()) {
            section.questions.extend(own);
            forms::install_questionnaire(session, &stored.name, &stored.questionnaire)?;
        }
    }
    Ok(())
}

fn insert_categories(session: &mut Session<'_>) -> Result<HashMap<&'static str, CategoryId>, StorageError> {
    let mut ids = HashMap::new();
    for node in sample::categories() {
        let new = NewCategory {
            parent: node.parent.and_then(|parent| ids.get(parent).copied()),
            level: node.level.into(),
            name: node.name.to_owned(),
            order_number: node.order.into(),
            is_other: node.is_other,
            is_active: node.is_active,
        };
        ids.insert(node.path, categories::insert(session, &new)?);
    }
    Ok(ids)
}

fn insert_person(
    session: &mut Session<'_>,
    person: &SamplePerson,
    categories: &HashMap<&'static str, CategoryId>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let invite_status = match person.status {
        SampleStatus::Active => InviteStatus::Active,
        SampleStatus::Inactive { .. } | SampleStatus::NotInvited => InviteStatus::NotInvited,
        SampleStatus::Pending { mail_sent: true } => InviteStatus::Pending,
        SampleStatus::Pending { mail_sent: false } => InviteStatus::PendingUnsent,
    };
    let some = |text: &str| Some(text.to_owned());
    let new = NewUser {
        email: email(person.email)?,
        profile: Profile {
            first_name: person.first_name.to_owned(),
            last_name: person.last_name.to_owned(),
            job_title: some(person.job_title),
            department: some(person.department),
            business_unit: some(person.business_unit),
            location: some(person.location),
        },
        is_active: true,
        invite_status,
        password_hash: None,
        created_at: now.plus_days(-FOUNDED_DAYS_AGO),
    };
    let id = users::insert(session, &new)?;
    let role_of =
        |slug: &str| DEFAULT_ROLES.iter().find(|role| role.slug == slug).map(|role| RoleId::new(role.id));
    let assignments: Vec<_> = person
        .roles
        .iter()
        .filter_map(|(slug, path)| {
            let category = path.map(|path| categories.get(path).copied());
            Some(RoleAssignment { role: role_of(slug)?, category: category.flatten() })
        })
        .collect();
    users::set_role_assignments(session, id, &assignments)?;
    if let SampleStatus::Inactive { deactivated_days_ago } = person.status {
        users::set_active(session, id, false, now.plus_days(-i64::from(deactivated_days_ago)))?;
    }
    Ok(())
}

pub(super) fn email(text: &str) -> Result<Email, StorageError> {
    Email::parse(text).map_err(|error| StorageError::Corrupt(format!("{text}: {error}")))
}

fn read(session: &mut Session<'_>, tenant_uuid: Uuid) -> Result<Directory, StorageError> {
    let mut people = HashMap::new();
    for person in sample::people() {
        if let Some(user) = users::find_by_email(session, &email(person.email)?)? {
            people.insert(person.email, user.id);
        }
    }
    let tree = categories::tree(session)?;
    let path = |id| tree.path(id).iter().map(|node| node.name.as_str()).collect::<Vec<_>>().join("/");
    let all = applications::list(session, PageRequest { offset: 0, limit: 10_000 })?;
    let (phases, statuses) = lifecycle::list(session)?;
    let phase_key = |id: PhaseId| phases.iter().find(|phase| phase.id == id).map(|phase| phase.key.as_str());
    Ok(Directory {
        tenant: session.tenant(),
        tenant_uuid,
        people,
        categories: tree.nodes().iter().map(|node| (path(node.id), node.id)).collect(),
        applications: all.items.into_iter().map(|entry| (entry.name, entry.id)).collect(),
        statuses: statuses
            .into_iter()
            .filter_map(|status| {
                Some((format!("{}_{}", phase_key(status.phase)?, status.key), (status.phase, status.id)))
            })
            .collect(),
    })
}
