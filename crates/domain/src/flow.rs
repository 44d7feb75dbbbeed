//! Idea flows: which phases and statuses a kind of submission passes through, who may move it, and which
//! assessments it has. Each tenant keeps them as data; what it starts with is in `defaults`.

mod defaults;

use serde::{Deserialize, Serialize};

use crate::permission::Permission;

pub use defaults::{DefaultFlow, default_flows};

/// What somebody is to one automation, beside the roles they hold in the tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollaboratorRole {
    Submitter,
    ProcessOwner,
    ProjectManager,
    BusinessAnalyst,
    SolutionArchitect,
    RpaDeveloper,
    CitizenDeveloperSelfUser,
    CitizenDeveloperPowerUser,
}

impl CollaboratorRole {
    pub const ALL: [Self; 8] = [
        Self::Submitter,
        Self::ProcessOwner,
        Self::ProjectManager,
        Self::BusinessAnalyst,
        Self::SolutionArchitect,
        Self::RpaDeveloper,
        Self::CitizenDeveloperSelfUser,
        Self::CitizenDeveloperPowerUser,
    ];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Submitter => "submitter",
            Self::ProcessOwner => "process-owner",
            Self::ProjectManager => "project-manager",
            Self::BusinessAnalyst => "business-analyst",
            Self::SolutionArchitect => "solution-architect",
            Self::RpaDeveloper => "rpa-developer",
            Self::CitizenDeveloperSelfUser => "citizen-developer-self-user",
            Self::CitizenDeveloperPowerUser => "citizen-developer-power-user",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }
}

/// What lets somebody do something: a permission of theirs where the idea is filed, or their part in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Condition {
    Permission(Permission),
    Collaborator(CollaboratorRole),
}

const COLLABORATOR: &str = "collaborator:";

impl From<Condition> for String {
    fn from(condition: Condition) -> Self {
        match condition {
            Condition::Permission(permission) => permission.key().to_owned(),
            Condition::Collaborator(role) => format!("{COLLABORATOR}{}", role.key()),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("“{0}” is neither a permission nor a collaborator's role")]
pub struct UnknownCondition(String);

impl TryFrom<String> for Condition {
    type Error = UnknownCondition;

    fn try_from(text: String) -> Result<Self, UnknownCondition> {
        let found = match text.strip_prefix(COLLABORATOR) {
            Some(key) => CollaboratorRole::from_key(key).map(Self::Collaborator),
            None => Permission::from_key(&text).map(Self::Permission),
        };
        found.ok_or(UnknownCondition(text))
    }
}

/// A flow. Phases, statuses and assessments are named by their keys; a status by its phase's and its own, joined
/// as in `IDEA_APPROVED`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    pub name: String,
    /// In the order an idea passes through them.
    pub phases: Vec<FlowPhase>,
    /// The status of a new submission.
    pub start: String,
    pub transitions: Vec<Transition>,
    pub permissions: FlowPermissions,
    /// Assessments that make up the submission form.
    pub form: Vec<String>,
    /// All assessments an idea of this flow has, those of the form first.
    pub assessments: Vec<String>,
    /// Codes of questions that this flow requires although their assessment doesn't.
    #[serde(default)]
    pub required: Vec<String>,
    /// Where an idea without a process owner isn't moved: to a status, or to any of a phase. By force it is.
    #[serde(default)]
    pub needs_owner: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlowPhase {
    pub phase: String,
    /// Without the phase: `AWAITING_REVIEW`.
    pub statuses: Vec<String>,
    /// Who may exchange one status of the phase for another.
    pub workers: Vec<Condition>,
}

/// From any of some statuses to any of others. A phase's key alone stands for all its statuses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    pub from: Vec<String>,
    pub to: Vec<String>,
    pub by: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlowPermissions {
    pub submit: Vec<Condition>,
    pub edit: Vec<Condition>,
    /// Who may move an idea whatever its transitions say.
    pub force: Vec<Condition>,
    pub delete: Vec<Condition>,
}

/// A status by the keys of its phase and its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'k> {
    pub phase: &'k str,
    pub status: &'k str,
}

impl Place<'_> {
    fn is(self, key: &str) -> bool {
        key.strip_prefix(self.phase).and_then(|rest| rest.strip_prefix('_')) == Some(self.status)
    }

    fn is_any_of(self, keys: &[String]) -> bool {
        keys.iter().any(|key| key == self.phase || self.is(key))
    }
}

impl Flow {
    pub fn has(&self, place: Place<'_>) -> bool {
        let phase = self.phases.iter().find(|phase| phase.phase == place.phase);
        phase.is_some_and(|phase| phase.statuses.iter().any(|status| status == place.status))
    }

    /// All places in their order.
    pub fn places(&self) -> impl Iterator<Item = Place<'_>> {
        self.phases.iter().flat_map(|phase| {
            phase.statuses.iter().map(|status| Place { phase: phase.phase.as_str(), status })
        })
    }

    pub fn starts_in(&self) -> Option<Place<'_>> {
        self.places().find(|place| place.is(&self.start))
    }

    /// Whether somebody has to own an idea for it to be moved there.
    pub fn needs_owner_in(&self, place: Place<'_>) -> bool {
        place.is_any_of(&self.needs_owner)
    }

    /// Under which conditions an idea may go from one place to another; nobody may where there are none.
    pub fn conditions<'f>(
        &'f self,
        from: Place<'f>,
        to: Place<'f>,
    ) -> impl Iterator<Item = Condition> + use<'f> {
        let within =
            self.phases.iter().filter(move |phase| phase.phase == from.phase && from.phase == to.phase);
        let leading =
            self.transitions.iter().filter(move |way| from.is_any_of(&way.from) && to.is_any_of(&way.to));
        let ways = within.map(|phase| &phase.workers).chain(leading.map(|way| &way.by));
        ways.flatten().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        idea::SubmissionType,
        lifecycle::{DEFAULT_PHASES, default_status},
    };

    fn flow(kind: SubmissionType) -> Flow {
        default_flows().into_iter().find(|default| default.kind == kind).unwrap().flow
    }

    fn place<'k>(phase: &'k str, status: &'k str) -> Place<'k> {
        Place { phase, status }
    }

    #[test]
    fn every_kind_of_submission_has_a_flow_through_phases_that_exist() {
        let flows = default_flows();
        let kinds: Vec<_> = flows.iter().map(|default| default.kind).collect();
        assert_eq!(kinds, SubmissionType::ALL);
        for DefaultFlow { flow, .. } in &flows {
            assert!(flow.starts_in().is_some(), "{}", flow.name);
            assert!(flow.form.iter().all(|form| flow.assessments.contains(form)), "{}", flow.name);
            for place in flow.places() {
                let key = format!("{}_{}", place.phase, place.status);
                assert!(default_status(&key).is_some(), "{}: {key}", flow.name);
            }
            let named = flow.transitions.iter().flat_map(|way| way.from.iter().chain(&way.to));
            for key in named.chain(&flow.needs_owner) {
                let exists = flow.places().any(|place| place.is_any_of(std::slice::from_ref(key)));
                assert!(exists, "{}: {key}", flow.name);
            }
        }
    }

    #[test]
    fn every_default_status_is_used_by_a_flow() {
        let flows = default_flows();
        for phase in DEFAULT_PHASES {
            for status in phase.statuses {
                let place = place(phase.key, status.key);
                assert!(flows.iter().any(|default| default.flow.has(place)), "{place:?}");
            }
        }
    }

    #[test]
    fn an_approver_passes_an_idea_on_and_the_owner_its_assessment() {
        let flow = flow(SubmissionType::EmployeeDriven);
        let waiting = place("IDEA", "AWAITING_REVIEW");
        let not_started = place("ASSESSMENT", "NOT_STARTED");
        let review = Condition::Permission(Permission::ReviewIdeas);
        let owner = Condition::Collaborator(CollaboratorRole::ProcessOwner);
        assert!(flow.conditions(waiting, place("IDEA", "REJECTED")).any(|by| by == review));
        assert!(flow.conditions(waiting, not_started).any(|by| by == review));
        let submitted = place("QUALIFICATION", "AWAITING_REVIEW");
        assert!(flow.conditions(not_started, submitted).any(|by| by == owner));
        assert!(!flow.conditions(not_started, submitted).any(|by| by == review));
        assert_eq!(flow.conditions(waiting, place("LIVE", "ONGOING")).count(), 0);
    }

    #[test]
    fn each_kind_of_submission_begins_where_it_belongs() {
        for (kind, phase, status) in [
            (SubmissionType::EmployeeDriven, "IDEA", "AWAITING_REVIEW"),
            (SubmissionType::CoeDriven, "ASSESSMENT", "NOT_STARTED"),
            (SubmissionType::CitizenDevelopment, "BUSINESS_REVIEW", "AWAITING_REVIEW"),
            (SubmissionType::ProcessMining, "IDEA", "AWAITING_REVIEW"),
            (SubmissionType::TaskMining, "IDEA", "AWAITING_REVIEW"),
            (SubmissionType::ChangeRequest, "IDEA", "AWAITING_REVIEW"),
            (SubmissionType::AgenticAi, "IDEA", "AWAITING_REVIEW"),
            (SubmissionType::BusinessProcess, "DOCUMENTATION", "NOT_STARTED"),
        ] {
            assert_eq!(flow(kind).starts_in(), Some(place(phase, status)), "{kind:?}");
        }
        assert!(!flow(SubmissionType::BusinessProcess).has(place("IDEA", "AWAITING_REVIEW")));
    }

    #[test]
    fn a_flow_reads_back_and_unknown_conditions_are_refused() {
        for DefaultFlow { flow, .. } in default_flows() {
            let text = serde_json::to_string(&flow).unwrap();
            assert_eq!(serde_json::from_str::<Flow>(&text).unwrap(), flow);
        }
        for text in ["collaborator:nobody", "NO_SUCH_RIGHT", ""] {
            assert!(Condition::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
