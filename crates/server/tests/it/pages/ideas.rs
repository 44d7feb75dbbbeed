//! Ideas for the tests of pages: a small category tree, and ideas that differ in what a test is about.

use automation_hub_domain::{
    clock::Timestamp,
    id::{CategoryId, PhaseId, RoleId, StatusId, TenantId, UserId},
    idea::{HighLevelAssessment, IdeaContent, IdeaName, NewIdea, Rating, SubmissionType},
    lifecycle::{DEFAULT_PHASES, default_status},
    user::RoleAssignment,
};
use automation_hub_server::{error::Error, wire};
use automation_hub_storage::{
    categories::{self, CategoryLevel, NewCategory},
    ideas, users,
};
use uuid::Uuid;

use crate::app::{NOON, TestHub};

pub const SYSTEM_ADMIN: RoleId = RoleId::new(2);
pub const IDEA_APPROVER: RoleId = RoleId::new(6);
pub const STANDARD_USER: RoleId = RoleId::new(8);
pub const PROJECT_MANAGER: RoleId = RoleId::new(11);

/// Finance with Payables below it, and Legal.
#[derive(Clone, Copy)]
pub struct Tree {
    pub finance: CategoryId,
    pub payables: CategoryId,
    pub legal: CategoryId,
}

pub async fn plant(hub: &TestHub) -> Tree {
    plant_in(hub, hub.tenant).await
}

pub async fn plant_in(hub: &TestHub, tenant: TenantId) -> Tree {
    let node = |name: &str, parent, level| NewCategory {
        parent,
        level,
        name: name.into(),
        order_number: 1,
        is_other: false,
        is_active: true,
    };
    let work = move |s: &mut automation_hub_storage::Session<'_>| -> Result<Tree, Error> {
        for (id, name) in [(1, "Business Area"), (2, "Category")] {
            categories::insert_level(s, &CategoryLevel { id, name: name.into(), slug: name.into() })?;
        }
        let finance = categories::insert(s, &node("Finance", None, 1))?;
        let payables = categories::insert(s, &node("Payables", Some(finance), 2))?;
        let legal = categories::insert(s, &node("Legal", None, 1))?;
        Ok(Tree { finance, payables, legal })
    };
    hub.app.store.write(tenant, work).await.unwrap()
}

/// An idea of the tree's first category, awaiting its review; change what matters.
pub fn idea(name: &str, category: CategoryId, submitter: UserId) -> NewIdea {
    NewIdea {
        uuid: Uuid::new_v4(),
        name: IdeaName::parse(name).unwrap(),
        category,
        submission_type: SubmissionType::EmployeeDriven,
        phase: PhaseId::new(1),
        status: StatusId::new(46),
        submitter,
        owner: None,
        content: IdeaContent::default(),
        votes: 0,
        created_at: NOON,
        updated_at: NOON,
    }
}

pub fn standing(mut idea: NewIdea, status: &str) -> NewIdea {
    let phase = DEFAULT_PHASES.iter().find(|phase| status.starts_with(phase.key)).unwrap();
    idea.phase = PhaseId::new(phase.id);
    idea.status = default_status(status).unwrap();
    idea
}

pub fn described(mut idea: NewIdea, description: &str) -> NewIdea {
    idea.content.description = description.into();
    idea
}

pub fn assessed(mut idea: NewIdea, answers: [i64; 5]) -> NewIdea {
    idea.content.assessment = HighLevelAssessment::new(answers.map(Rating::new));
    let points: u32 = answers.iter().map(|&points| u32::try_from(points).unwrap()).sum();
    idea.content.idea_score = Some(f64::from(points) * 4.0);
    idea
}

pub fn submitted_at(mut idea: NewIdea, at: Timestamp) -> NewIdea {
    idea.created_at = at;
    idea.updated_at = at;
    idea
}

pub async fn submit(hub: &TestHub, new: Vec<NewIdea>) -> Vec<ideas::Inserted> {
    let app = hub.app.clone();
    let work = move |s: &mut automation_hub_storage::Session<'_>| {
        let forms = app.forms.of(s)?;
        let prepare =
            |idea: &NewIdea| ideas::PreparedIdea::new(idea.clone(), wire::own_members(idea, &forms)).unwrap();
        let rows: Vec<_> = new.iter().map(prepare).collect();
        ideas::insert_many(s, &rows).map_err(Error::from)
    };
    hub.app.store.write(hub.tenant, work).await.unwrap()
}

/// Limits a person's only role to a category.
pub async fn limit(hub: &TestHub, user: UserId, role: RoleId, category: CategoryId) {
    let roles = [RoleAssignment { role, category: Some(category) }];
    let work = move |s: &mut automation_hub_storage::Session<'_>| {
        users::set_role_assignments(s, user, &roles).map_err(Error::from)
    };
    hub.app.store.write(hub.tenant, work).await.unwrap();
}
