//! The five tables of the Automation Pipeline: what each holds, and who may see it.

use automation_hub_domain::{
    id::StatusId,
    lifecycle::{Phase, Status},
    permission::Permission,
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Table {
    #[default]
    All,
    Review,
    DecisionPipeline,
    Implementation,
    Live,
}

impl Table {
    pub const EVERY: [Self; 5] =
        [Self::All, Self::Review, Self::DecisionPipeline, Self::Implementation, Self::Live];

    /// Its name in addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Review => "review",
            Self::DecisionPipeline => "decision-pipeline",
            Self::Implementation => "implementation",
            Self::Live => "live",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|table| table.key() == key)
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Review => "Review",
            Self::DecisionPipeline => "Decision Pipeline",
            Self::Implementation => "Implementation",
            Self::Live => "Live",
        }
    }

    pub const fn permission(self) -> Permission {
        match self {
            Self::All => Permission::Explore,
            Self::Review => Permission::ReviewIdeas,
            Self::DecisionPipeline => Permission::ViewDecisionPipeline,
            Self::Implementation | Self::Live => Permission::ViewImplementation,
        }
    }

    pub fn holds(self, phase: &Phase, status: &Status) -> bool {
        let place = (phase.key.as_str(), status.key.as_str());
        match self {
            Self::All => true,
            Self::Review => {
                matches!(place.0, "IDEA" | "ASSESSMENT" | "BUSINESS_REVIEW" | "TECHNICAL_REVIEW")
            }
            Self::DecisionPipeline => matches!(
                place,
                ("QUALIFICATION", "AWAITING_REVIEW" | "ON_HOLD") | ("TECHNICAL_REVIEW", "REWORK_REQUIRED")
            ),
            Self::Implementation => {
                matches!(place.0, "ANALYSIS" | "SOLUTION_DESIGN" | "DEVELOPMENT" | "TESTING" | "HYPERCARE")
                    || place == ("QUALIFICATION", "APPROVED")
            }
            Self::Live => place.0 == "LIVE",
        }
    }

    /// The statuses whose ideas it holds; none where it holds all.
    pub fn statuses(self, phases: &[Phase], statuses: &[Status]) -> Option<Vec<StatusId>> {
        if self == Self::All {
            return None;
        }
        let held = |status: &&Status| {
            phases.iter().any(|phase| phase.id == status.phase && self.holds(phase, status))
        };
        Some(statuses.iter().filter(held).map(|status| status.id).collect())
    }
}

#[cfg(test)]
mod tests {
    use automation_hub_domain::{id::PhaseId, lifecycle::DEFAULT_PHASES};

    use super::*;

    #[test]
    fn each_default_status_stands_in_the_tables_the_product_names() {
        let tables_of = |phase_key: &str, status_key: &str| {
            let default = DEFAULT_PHASES.iter().find(|phase| phase.key == phase_key).unwrap();
            let phase = Phase {
                id: PhaseId::new(default.id),
                key: phase_key.into(),
                name: default.name.into(),
                position: default.id,
                is_active: true,
            };
            let status = default.statuses.iter().find(|status| status.key == status_key).unwrap();
            let status = Status {
                id: StatusId::new(status.id),
                phase: phase.id,
                key: status_key.into(),
                name: status.name.into(),
                tone: status.tone,
                position: 1,
            };
            let holding = Table::EVERY.into_iter().filter(|table| table.holds(&phase, &status));
            holding.map(Table::key).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(tables_of("IDEA", "REJECTED"), "all review");
        assert_eq!(tables_of("ASSESSMENT", "ON_HOLD"), "all review");
        assert_eq!(tables_of("QUALIFICATION", "ON_HOLD"), "all decision-pipeline");
        assert_eq!(tables_of("QUALIFICATION", "APPROVED"), "all implementation");
        assert_eq!(tables_of("QUALIFICATION", "REJECTED"), "all");
        assert_eq!(tables_of("HYPERCARE", "DELAYED"), "all implementation");
        assert_eq!(tables_of("LIVE", "DECOMMISSIONED"), "all live");
        assert_eq!(tables_of("TECHNICAL_REVIEW", "REWORK_REQUIRED"), "all review decision-pipeline");
    }
}
