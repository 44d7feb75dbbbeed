//! The written ideas, one file per part of the company. Each says what people do today and what would help;
//! how often and how long is kept as figures, so that texts and calculated benefits agree.

use super::figures::Frequency;

/// How an idea came to the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Employee-driven or CoE-driven.
    Idea,
    CitizenAutomation,
    /// Changes the idea of this name.
    ChangeRequest(&'static str),
    BusinessProcess,
}

/// One written idea.
#[derive(Clone, Copy, Debug)]
pub(super) struct Topic {
    pub(super) kind: Kind,
    pub(super) category: &'static str,
    pub(super) name: &'static str,
    pub(super) frequency: Frequency,
    pub(super) volume: u32,
    pub(super) unit: &'static str,
    pub(super) minutes: u32,
    pub(super) applications: &'static [&'static str],
    pub(super) today: &'static str,
    pub(super) wish: &'static str,
}

/// `"category" { "name" (Frequency volume "units" minutes) ["application"…] "today" "wish"; … }`
macro_rules! topics {
    ($kind:expr; $($category:literal {
        $($name:literal ($frequency:ident $volume:literal $unit:literal $minutes:literal)
          [$($application:literal),*] $today:literal $wish:literal;)+
    })+) => {
        &[$($(Topic {
            kind: $kind,
            category: $category,
            name: $name,
            frequency: Frequency::$frequency,
            volume: $volume,
            unit: $unit,
            minutes: $minutes,
            applications: &[$($application),*],
            today: $today,
            wish: $wish,
        },)+)+]
    };
}

mod finance;
mod it;
mod legal;
mod logistics;
mod other_kinds;
mod people;
mod procurement;
mod production;
mod sales;
mod service;

/// Every written idea, by area.
pub(super) fn all() -> impl Iterator<Item = &'static Topic> {
    [
        finance::TOPICS,
        it::TOPICS,
        legal::TOPICS,
        logistics::TOPICS,
        people::TOPICS,
        procurement::TOPICS,
        production::TOPICS,
        sales::TOPICS,
        service::TOPICS,
        other_kinds::CITIZEN_AUTOMATIONS,
        other_kinds::BUSINESS_PROCESSES,
        other_kinds::CHANGE_REQUESTS,
    ]
    .into_iter()
    .flatten()
}
