//! One newtype per identifier, so that a user's id can't be passed where an idea's is meant.

use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            pub const fn new(value: i64) -> Self {
                Self(value)
            }

            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// Row of a tenant. Never leaves the server: outside, a tenant is its UUID or its slugs.
    TenantId,
    /// A person of one tenant, `user_id` on the wire.
    UserId,
    /// A tenant role, `role_id` on the wire.
    RoleId,
    /// A node of the category tree, `category_id` on the wire.
    CategoryId,
    /// An entry of the application inventory, `application_id` on the wire.
    ApplicationId,
    /// An automation from its first idea on, `process_id` on the wire.
    IdeaId,
    /// A phase of the lifecycle, `phase_id` on the wire.
    PhaseId,
    /// A status within a phase, `phase_status_id` on the wire.
    StatusId,
    /// An idea flow, `idea_flow_id` on the wire.
    FlowId,
    /// Row of an Open API token.
    TokenId,
    /// A browser session.
    SessionId,
    /// Something to be done after the answer.
    JobId,
    /// Something in the file store, `file_id` on the wire.
    FileId,
    /// A document of an automation, `document_id` on the wire.
    DocumentId,
    /// A picture or video of an automation, `media_id` on the wire.
    MediaId,
    /// A reusable component, `component_id` on the wire.
    ComponentId,
}
