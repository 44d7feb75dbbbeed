//! The sample organisation a demo starts with: Nordwind Group, its people, categories, applications, tokens and
//! ideas. Data and a deterministic generator only; whoever calls it stores what it yields.

mod answers;
mod applications;
mod categories;
mod components;
mod crews;
mod documents;
mod featured;
mod figures;
pub mod further;
mod ideas;
mod people;
mod plans;
mod random;
mod status;
mod teams;
mod texts;
mod tokens;
mod variation;

#[cfg(test)]
mod tests;

pub use answers::{CUSTOM_QUESTIONS, answers};
pub use applications::{SampleApplication, applications, thin_clients};
pub use categories::{SampleCategory, categories};
pub use components::{
    CURATOR, SampleComponent, SampleContent, SampleListing, SampleReview, SampleVersion, components,
    listings, workflow,
};
pub use documents::{SampleDocument, SampleDocumentContent, documents};
pub use figures::{Frequency, SampleFigures};
pub use ideas::{SampleAnswers, SampleIdea, SampleIdeas, ideas};
pub use people::{SamplePerson, SampleStatus, people};
pub use plans::{PLANNED_ROLES, ROBOT_PRICE, SamplePlan, SampleRunningCost, plans};
pub use status::PHASE_STATUS;
pub use teams::{SampleTeam, teams};
pub use tokens::{SampleToken, SampleTokenUser, tokens};

/// The company and the one tenant of a demo.
#[derive(Clone, Copy, Debug)]
pub struct SampleTenant {
    pub organization_slug: &'static str,
    pub organization_name: &'static str,
    pub tenant_slug: &'static str,
    pub tenant_name: &'static str,
    pub currency: &'static str,
    pub time_zone: &'static str,
}

pub const TENANT: SampleTenant = SampleTenant {
    organization_slug: "nordwind",
    organization_name: "Nordwind Group",
    tenant_slug: "production",
    tenant_name: "Production",
    currency: "EUR",
    time_zone: "Europe/Copenhagen",
};

/// The written change requests, each with the idea it changes: their names.
pub fn change_requests() -> impl Iterator<Item = (&'static str, &'static str)> {
    texts::all().filter_map(|topic| match topic.kind {
        texts::Kind::ChangeRequest(changes) => Some((topic.name, changes)),
        _ => None,
    })
}

/// How many ideas have a text of their own; beyond them, sites and occasions vary these.
pub fn written_ideas() -> usize {
    texts::all().count()
}
