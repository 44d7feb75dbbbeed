//! Reusable components: what they are, and the way of each version from draft to the catalogue and out of it.

macro_rules! keyed {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $key:literal, $title:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($variant,)+
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)+ }
            }

            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }

            pub fn from_key(key: &str) -> Option<Self> {
                match key { $($key => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

keyed! {
    /// What kind of thing a component is.
    ComponentType {
        CustomActivity = "CUSTOM_ACTIVITY", "Custom activity";
        Snippet = "SNIPPET", "Snippet";
        WorkflowTemplate = "WORKFLOW_TEMPLATE", "Workflow template";
        Connector = "CONNECTOR", "Connector";
        Dashboard = "DASHBOARD", "Dashboard";
        MachineLearningModel = "ML_MODEL", "ML model";
        Solution = "SOLUTION", "Solution";
    }
}

keyed! {
    /// Where a version stands in curation.
    ComponentStatus {
        Draft = "DRAFT", "Draft";
        Submitted = "SUBMITTED", "Submitted";
        InReview = "IN_REVIEW", "In Review";
        Published = "PUBLISHED", "Published";
        NeedsUpdate = "REJECTED_NEEDS_UPDATE", "Rejected – Needs Update";
        Rejected = "REJECTED_PERMANENTLY", "Rejected – Permanently";
        Archived = "ARCHIVED", "Archived";
    }
}

keyed! {
    /// How a component has to do with an automation.
    ComponentUse {
        UsedBy = "USED_BY", "Used by the automation";
        BuiltFor = "BUILT_FOR", "Built for the automation";
    }
}

/// Who moves a version: a person can be both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mover {
    Author,
    /// Who may curate.
    Curator,
    /// Whoever of the curators took this version.
    Reviewer,
}

impl ComponentStatus {
    /// Who may take a version from here to there; `None` where that can't be.
    pub const fn mover(self, next: Self) -> Option<Mover> {
        match (self, next) {
            (Self::Draft | Self::NeedsUpdate, Self::Submitted) | (Self::Submitted, Self::Draft) => {
                Some(Mover::Author)
            }
            (Self::Submitted, Self::InReview) | (Self::Published, Self::Archived) => Some(Mover::Curator),
            (Self::InReview, Self::Published | Self::NeedsUpdate | Self::Rejected) => Some(Mover::Reviewer),
            _ => None,
        }
    }

    /// Whether a version is still on its way, so that no other can be begun.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Submitted | Self::InReview | Self::NeedsUpdate)
    }

    /// Whether curators see it before it is in the catalogue, or after it was refused.
    pub const fn is_seen_by_curators(self) -> bool {
        !matches!(self, Self::Draft)
    }
}

/// At most this many characters in a component's summary.
pub const SUMMARY_LIMIT: usize = 200;
/// At most this many bytes in a component's file.
pub const FILE_LIMIT: u64 = 50 * 1024 * 1024;
/// Endings of a component's file.
pub const FILE_ENDINGS: [&str; 3] = ["zip", "nupkg", "xaml"];

#[cfg(test)]
mod tests {
    use super::{ComponentStatus::*, *};

    #[test]
    fn every_step_has_one_who_takes_it_and_no_other_step_can_be_taken() {
        let steps = [
            (Draft, Submitted, Mover::Author),
            (NeedsUpdate, Submitted, Mover::Author),
            (Submitted, Draft, Mover::Author),
            (Submitted, InReview, Mover::Curator),
            (InReview, Published, Mover::Reviewer),
            (InReview, NeedsUpdate, Mover::Reviewer),
            (InReview, Rejected, Mover::Reviewer),
            (Published, Archived, Mover::Curator),
        ];
        for &from in ComponentStatus::ALL {
            for &to in ComponentStatus::ALL {
                let step = steps.iter().find(|step| (step.0, step.1) == (from, to));
                assert_eq!(from.mover(to), step.map(|step| step.2), "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn keys_lead_back() {
        for &status in ComponentStatus::ALL {
            assert_eq!(ComponentStatus::from_key(status.key()), Some(status));
        }
        for &kind in ComponentType::ALL {
            assert_eq!(ComponentType::from_key(kind.key()), Some(kind));
        }
    }
}
