//! Phases and statuses an automation passes through. Each tenant keeps them as data; this is what it starts with.

use crate::id::{PhaseId, StatusId};

/// How a status looks: its shape and colour say whether it is well, waits, or needs help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Ok,
    Warn,
    Bad,
    Off,
    Work,
}

impl Tone {
    /// The stored word, which is also the name of its style.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Off => "off",
            Self::Work => "work",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Ok, Self::Warn, Self::Bad, Self::Off, Self::Work].into_iter().find(|tone| tone.key() == key)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    pub id: PhaseId,
    /// `ASSESSMENT` on the wire.
    pub key: String,
    pub name: String,
    pub position: i64,
    pub is_active: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub id: StatusId,
    pub phase: PhaseId,
    /// Without its phase: `NOT_STARTED`.
    pub key: String,
    pub name: String,
    pub tone: Tone,
    pub position: i64,
}

/// A phase every tenant starts with, and its statuses in the order they are shown.
pub struct DefaultPhase {
    pub id: i64,
    pub key: &'static str,
    pub name: &'static str,
    pub statuses: &'static [DefaultStatus],
}

pub struct DefaultStatus {
    pub id: i64,
    pub key: &'static str,
    pub name: &'static str,
    pub tone: Tone,
}

const fn status(id: i64, key: &'static str, name: &'static str, tone: Tone) -> DefaultStatus {
    DefaultStatus { id, key, name, tone }
}

/// The phase of automations in use.
pub const LIVE: PhaseId = PhaseId::new(9);
/// Where automations go live: Live, In Production.
pub const IN_PRODUCTION: StatusId = StatusId::new(96);
/// Where an employee-driven idea starts: Idea, Awaiting Review.
pub const IDEA_AWAITING_REVIEW: StatusId = StatusId::new(46);

/// The key of a status that the mirrored API prints in two ways, where this is the one we don't. In any letter case.
pub fn other_key(phase: &str, status: &str) -> Option<&'static str> {
    let is_other = is_key("DEVELOPMENT", phase) && is_key("IN_PROGRESS", status);
    is_other.then_some("ON_TRACK")
}

/// Whether somebody means this phase or status, in whatever letter case.
pub fn is_key(key: &str, named: &str) -> bool {
    key.eq_ignore_ascii_case(named)
}

macro_rules! delivery_statuses {
    ($first:literal, $archived:literal) => {
        &[
            status($first, "ON_TRACK", "On Track", Tone::Ok),
            status($first + 3, "AT_RISK", "At Risk", Tone::Warn),
            status($first + 4, "DELAYED", "Delayed", Tone::Bad),
            status($first + 2, "ON_HOLD", "On Hold", Tone::Warn),
            status($first + 1, "CANCELLED", "Cancelled", Tone::Off),
            status($first + 5, "COMPLETED", "Completed", Tone::Ok),
            status($archived, "ARCHIVED", "Archived", Tone::Off),
        ]
    };
}

/// Ids 46 to 88 are those of the mirrored API; the published list ends there, so ours follow from 89 on.
pub const DEFAULT_PHASES: &[DefaultPhase] = &[
    DefaultPhase {
        id: 1,
        key: "IDEA",
        name: "Idea",
        statuses: &[
            status(46, "AWAITING_REVIEW", "Awaiting Review", Tone::Work),
            status(47, "APPROVED", "Approved", Tone::Ok),
            status(48, "REJECTED", "Rejected", Tone::Bad),
            status(49, "DUPLICATE", "Duplicate", Tone::Off),
            status(50, "ARCHIVED", "Archived", Tone::Off),
        ],
    },
    DefaultPhase {
        id: 2,
        key: "ASSESSMENT",
        name: "Assessment",
        statuses: &[
            status(51, "NOT_STARTED", "Not Started", Tone::Work),
            status(53, "IN_PROGRESS", "In Progress", Tone::Work),
            status(52, "ON_HOLD", "On Hold", Tone::Warn),
            status(89, "ARCHIVED", "Archived", Tone::Off),
        ],
    },
    DefaultPhase {
        id: 3,
        key: "QUALIFICATION",
        name: "Qualification",
        statuses: &[
            status(54, "AWAITING_REVIEW", "Awaiting Review", Tone::Work),
            status(55, "ON_HOLD", "On Hold", Tone::Warn),
            status(56, "APPROVED", "Approved", Tone::Ok),
            status(57, "REJECTED", "Rejected", Tone::Bad),
            status(90, "ARCHIVED", "Archived", Tone::Off),
        ],
    },
    DefaultPhase {
        id: 4,
        key: "ANALYSIS",
        name: "Analysis",
        statuses: &[
            status(58, "NOT_STARTED", "Not Started", Tone::Work),
            status(59, "ON_TRACK", "On Track", Tone::Ok),
            status(62, "AT_RISK", "At Risk", Tone::Warn),
            status(63, "DELAYED", "Delayed", Tone::Bad),
            status(61, "ON_HOLD", "On Hold", Tone::Warn),
            status(60, "CANCELLED", "Cancelled", Tone::Off),
            status(64, "COMPLETED", "Completed", Tone::Ok),
            status(91, "ARCHIVED", "Archived", Tone::Off),
        ],
    },
    DefaultPhase {
        id: 5,
        key: "SOLUTION_DESIGN",
        name: "Solution Design",
        statuses: delivery_statuses!(65, 92),
    },
    DefaultPhase { id: 6, key: "DEVELOPMENT", name: "Development", statuses: delivery_statuses!(71, 93) },
    DefaultPhase { id: 7, key: "TESTING", name: "Testing", statuses: delivery_statuses!(77, 94) },
    DefaultPhase { id: 8, key: "HYPERCARE", name: "Hypercare", statuses: delivery_statuses!(83, 95) },
    DefaultPhase {
        id: 9,
        key: "LIVE",
        name: "Live",
        statuses: &[
            status(96, "ONGOING", "In Production", Tone::Ok),
            status(97, "ON_HOLD", "On Hold", Tone::Warn),
            status(98, "DECOMMISSIONED", "Decommissioned", Tone::Off),
            status(99, "ARCHIVED", "Archived", Tone::Off),
        ],
    },
    DefaultPhase {
        id: 10,
        key: "BUSINESS_REVIEW",
        name: "Business Review",
        statuses: &[
            status(100, "AWAITING_REVIEW", "Awaiting Review", Tone::Work),
            status(101, "APPROVED", "Approved", Tone::Ok),
            status(102, "REJECTED", "Rejected", Tone::Bad),
            status(103, "DUPLICATE", "Duplicate", Tone::Off),
            status(104, "ARCHIVED", "Archived", Tone::Off),
        ],
    },
    DefaultPhase {
        id: 11,
        key: "TECHNICAL_REVIEW",
        name: "Technical Review",
        statuses: &[
            status(105, "AWAITING_REVIEW", "Awaiting Review", Tone::Work),
            status(106, "APPROVED", "Approved", Tone::Ok),
            status(107, "REWORK_REQUIRED", "Rework Required", Tone::Warn),
            status(108, "REJECTED", "Rejected", Tone::Bad),
            status(109, "ARCHIVED", "Archived", Tone::Off),
        ],
    },
    DefaultPhase {
        id: 12,
        key: "DOCUMENTATION",
        name: "Documentation",
        statuses: &[
            status(110, "NOT_STARTED", "Not Started", Tone::Work),
            status(111, "IN_PROGRESS", "In Progress", Tone::Work),
            status(112, "COMPLETED", "Completed", Tone::Ok),
            status(113, "ARCHIVED", "Archived", Tone::Off),
        ],
    },
];

/// The id of a default status by its phase and key joined as the mirrored API joins them: `IDEA_APPROVED`.
pub fn default_status(key: &str) -> Option<StatusId> {
    DEFAULT_PHASES.iter().find_map(|phase| {
        let status_key = key.strip_prefix(phase.key)?.strip_prefix('_')?;
        phase.statuses.iter().find(|status| status.key == status_key).map(|status| StatusId::new(status.id))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn status_ids_are_unique_and_complete() {
        let ids: Vec<i64> =
            DEFAULT_PHASES.iter().flat_map(|phase| phase.statuses).map(|status| status.id).collect();
        let unique: HashSet<i64> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len());
        assert_eq!(unique, (46..=113).collect());
    }

    #[test]
    fn statuses_are_found_by_their_joined_key() {
        assert_eq!(default_status("IDEA_AWAITING_REVIEW"), Some(IDEA_AWAITING_REVIEW));
        assert_eq!(default_status("SOLUTION_DESIGN_ON_HOLD"), Some(StatusId::new(67)));
        assert_eq!(default_status("DEVELOPMENT_AT_RISK"), Some(StatusId::new(74)));
        assert_eq!(default_status("LIVE_ONGOING"), Some(IN_PRODUCTION));
        assert_eq!(default_status("IDEA_UNKNOWN"), None);
    }
}
