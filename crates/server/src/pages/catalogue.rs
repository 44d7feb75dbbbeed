//! The names behind ids on pages: phases, statuses, categories and people of a tenant.

use std::collections::HashMap;

use automation_hub_domain::{
    access::Reach,
    id::{CategoryId, PhaseId, StatusId, UserId},
    lifecycle::{Phase, Status},
};
use automation_hub_storage::{Session, StorageError, categories::CategoryTree};

use crate::{
    directory::{Directories, TenantDirectory},
    pages::shell::tint,
};

/// A tenant's lifecycle, category tree and people. Cheap to clone.
#[derive(Clone)]
pub struct Catalogue(TenantDirectory);

/// Phase over status, as lists show where an idea stands.
#[derive(Clone, Debug)]
pub struct Place {
    pub phase: String,
    pub status: String,
    /// The style of the status: its shape and colour.
    pub tone: &'static str,
}

impl Catalogue {
    /// As the session sees it.
    pub fn read(directories: &Directories, s: &mut Session<'_>) -> Result<Self, StorageError> {
        directories.of(s).map(Self)
    }

    pub fn phases(&self) -> &[Phase] {
        self.0.phases()
    }

    pub fn statuses(&self) -> &[Status] {
        self.0.statuses()
    }

    pub fn categories(&self) -> &CategoryTree {
        self.0.tree()
    }

    pub fn phase(&self, id: PhaseId) -> Option<&Phase> {
        self.phases().iter().find(|phase| phase.id == id)
    }

    pub fn status(&self, id: StatusId) -> Option<&Status> {
        self.statuses().iter().find(|status| status.id == id)
    }

    /// The statuses of a phase in their order.
    pub fn statuses_of(&self, phase: PhaseId) -> impl Iterator<Item = &Status> {
        self.statuses().iter().filter(move |status| status.phase == phase)
    }

    pub fn place(&self, phase: PhaseId, status: StatusId) -> Place {
        let phase = self.phase(phase).map(|phase| phase.name.clone()).unwrap_or_default();
        match self.status(status) {
            Some(status) => Place { phase, status: status.name.clone(), tone: status.tone.key() },
            None => Place { phase, status: String::new(), tone: "off" },
        }
    }

    /// From the top down: `Finance, Accounts payable`.
    pub fn category_words(&self, id: CategoryId) -> String {
        let names: Vec<_> = self.categories().path(id).iter().map(|node| node.name.as_str()).collect();
        names.join(", ")
    }

    /// The categories in which a permission holds, those below included; none for all of them.
    pub fn reached(&self, reach: &Reach) -> Option<Vec<CategoryId>> {
        match reach {
            Reach::Everywhere => None,
            Reach::Nowhere => Some(Vec::new()),
            Reach::Categories(ids) => Some(self.categories().with_descendants(ids)),
        }
    }
}

/// A person as a row or a card shows them.
#[derive(Clone, Debug)]
pub struct Person {
    pub name: String,
    pub email: String,
    pub initials: String,
    pub tint: u8,
}

/// The people that some rows name.
#[derive(Clone, Debug, Default)]
pub struct People(HashMap<UserId, Person>);

impl People {
    pub fn read(
        Catalogue(directory): &Catalogue,
        s: &mut Session<'_>,
        ids: impl IntoIterator<Item = UserId>,
    ) -> Result<Self, StorageError> {
        let mut people = HashMap::new();
        for id in ids {
            directory.learn(s, &[id])?;
            directory.person(id, |person| {
                if let Some(person) = person.filter(|person| !person.email.is_empty()) {
                    people.entry(id).or_insert_with(|| Person {
                        name: person.name.clone(),
                        email: person.email.clone(),
                        initials: person.initials.clone(),
                        tint: tint(id.get()),
                    });
                }
            });
        }
        Ok(Self(people))
    }

    pub fn find(&self, id: UserId) -> Option<&Person> {
        self.0.get(&id)
    }
}
