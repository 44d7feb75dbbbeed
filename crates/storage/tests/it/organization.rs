//! A small organisation to file ideas in: two areas with a category each, and one person.

use automation_hub_domain::{
    clock::Timestamp,
    id::{CategoryId, IdeaId, StatusId, TenantId, UserId},
    idea::{HighLevelAssessment, Idea, IdeaContent, IdeaName, NewIdea, Rating, SubmissionType},
    lifecycle::IDEA_AWAITING_REVIEW,
    tenant::{NewTenant, Slug},
    user::{Email, InviteStatus, NewUser, Profile},
};
use automation_hub_storage::categories::{self, CategoryLevel, NewCategory};
use automation_hub_storage::ideas::{self, IdeaKey};
use automation_hub_storage::testing::TestDatabase;
use automation_hub_storage::{Session, StorageError, Store, tenants, users};
use uuid::Uuid;

pub(crate) struct Organization {
    pub(crate) database: TestDatabase,
    pub(crate) tenant: TenantId,
    pub(crate) finance: CategoryId,
    pub(crate) payables: CategoryId,
    pub(crate) legal: CategoryId,
    pub(crate) ana: UserId,
}

impl Organization {
    /// Changes an idea as `change` says; `wire` becomes what it says of itself.
    pub(crate) async fn change_idea(
        &self,
        id: IdeaId,
        wire: &'static str,
        change: impl Fn(&mut Idea) + Send + 'static,
    ) -> Result<(), StorageError> {
        self.write(move |s| {
            let before = ideas::find_to_change(s, IdeaKey::Id(id))?.unwrap();
            let mut after = before.clone();
            change(&mut after);
            ideas::update(s, &before, &after, wire)
        })
        .await
    }

    pub(crate) async fn found() -> Self {
        Self::found_in(TestDatabase::create().await.unwrap()).await
    }

    pub(crate) async fn found_in(database: TestDatabase) -> Self {
        let tenant = found_tenant(&database.store, "acme").await;
        let (finance, payables, legal, ana) = database
            .store
            .write(tenant, |s| -> Result<_, StorageError> {
                for (id, name, slug) in [(1, "Business Area", "business-area"), (2, "Category", "category")] {
                    categories::insert_level(s, &CategoryLevel { id, name: name.into(), slug: slug.into() })?;
                }
                let finance = categories::insert(s, &node("Finance", None, 1))?;
                let payables = categories::insert(s, &node("Accounts payable", Some(finance), 1))?;
                let legal = categories::insert(s, &node("Legal", None, 2))?;
                Ok((
                    finance,
                    payables,
                    legal,
                    users::insert(s, &person("ana@acme.example", Some("Shared Services")))?,
                ))
            })
            .await
            .unwrap();
        Self { database, tenant, finance, payables, legal, ana }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.database.store
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Session<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        self.store().write(self.tenant, work).await
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Session<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> T {
        self.store().read(self.tenant, work).await.unwrap()
    }

    /// An idea in accounts payable, made at an instant.
    pub(crate) fn idea(&self, name: &str, created_at: i64) -> NewIdea {
        NewIdea {
            uuid: Uuid::new_v4(),
            name: IdeaName::parse(name).unwrap(),
            category: self.payables,
            submission_type: SubmissionType::EmployeeDriven,
            phase: automation_hub_domain::id::PhaseId::new(1),
            status: IDEA_AWAITING_REVIEW,
            submitter: self.ana,
            owner: None,
            content: IdeaContent {
                description: "Match by hand".into(),
                assessment: HighLevelAssessment::new([2, 1, 3, 4, 5].map(Rating::new)),
                idea_score: Some(60.0),
                ..IdeaContent::default()
            },
            votes: 0,
            created_at: Timestamp::from_millis(created_at),
            updated_at: Timestamp::from_millis(created_at),
        }
    }
}

pub(crate) const APPROVED: StatusId = StatusId::new(47);

pub(crate) async fn found_tenant(store: &Store, slug: &str) -> TenantId {
    let new = NewTenant {
        uuid: Uuid::new_v4(),
        organization_slug: Slug::parse(slug).unwrap(),
        organization_name: slug.to_uppercase(),
        tenant_slug: Slug::parse("default").unwrap(),
        tenant_name: "Default".into(),
        currency: "EUR".into(),
        time_zone: "Europe/Berlin".into(),
        created_at: Timestamp::from_millis(0),
    };
    store.system().write(move |s| tenants::insert(s, &new)).await.unwrap()
}

pub(crate) fn node(name: &str, parent: Option<CategoryId>, order_number: i64) -> NewCategory {
    NewCategory {
        parent,
        level: if parent.is_some() { 2 } else { 1 },
        name: name.into(),
        order_number,
        is_other: false,
        is_active: true,
    }
}

fn person(email: &str, unit: Option<&str>) -> NewUser {
    NewUser {
        email: Email::parse(email).unwrap(),
        profile: Profile {
            first_name: "Ana".into(),
            last_name: "Costa".into(),
            business_unit: unit.map(Into::into),
            ..Profile::default()
        },
        is_active: true,
        invite_status: InviteStatus::Active,
        password_hash: None,
        created_at: Timestamp::from_millis(0),
    }
}
