//! Which day it was somewhere. Every record shows two days, and working out a zone's rules anew for each took longer
//! than all the rest of the record; a zone's changes of its offset are few, so they are worked out once.

use std::sync::{Arc, LazyLock};

use automation_hub_domain::clock::Timestamp;
use jiff::tz::TimeZone;
use papaya::HashMap;

pub struct Calendar {
    zone: TimeZone,
    /// Seconds ahead of UTC from [`BEGIN`] on.
    first: i32,
    /// Changes up to [`END`]: from which millisecond on how many seconds hold.
    changes: Vec<(i64, i32)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    pub day: i64,
}

/// 1 January 1970 and 2100: what lies outside is rare enough to be worked out.
const BEGIN: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH;
const END: i64 = 4_102_444_800_000;

impl Calendar {
    /// Of a zone by its IANA name; UTC where there is none of that name.
    pub fn of(zone: &str) -> Arc<Self> {
        static KNOWN: LazyLock<HashMap<String, Arc<Calendar>>> = LazyLock::new(HashMap::new);
        let known = KNOWN.pin();
        if let Some(calendar) = known.get(zone) {
            return Arc::clone(calendar);
        }
        match TimeZone::get(zone) {
            Ok(found) => Arc::clone(known.get_or_insert_with(zone.to_owned(), || Arc::new(Self::new(found)))),
            Err(_) => Arc::new(Self::new(TimeZone::UTC)),
        }
    }

    fn new(zone: TimeZone) -> Self {
        let changes = zone
            .following(BEGIN)
            .map(|change| (change.timestamp().as_millisecond(), change.offset().seconds()))
            .take_while(|(at, _)| *at < END)
            .collect();
        Self { first: zone.to_offset(BEGIN).seconds(), changes, zone }
    }

    /// None for an instant beyond all calendars.
    pub fn day(&self, at: Timestamp) -> Option<Date> {
        let millis = at.millis();
        if !(0..END).contains(&millis) {
            let date = self.zone.to_datetime(jiff::Timestamp::from_millisecond(millis).ok()?).date();
            return Some(Date {
                year: date.year().into(),
                month: date.month().into(),
                day: date.day().into(),
            });
        }
        let passed = self.changes.partition_point(|(from, _)| *from <= millis);
        let change = passed.checked_sub(1).and_then(|last| self.changes.get(last));
        let seconds = change.map_or(self.first, |(_, seconds)| *seconds);
        Some(Date::after_1970((millis / 1000 + i64::from(seconds)).div_euclid(86_400)))
    }
}

impl Date {
    /// Counted in years that begin in March, whose last day is the one that is sometimes missing.
    fn after_1970(days: i64) -> Self {
        const DAYS_IN_400_YEARS: i64 = 146_097;
        // From 1 March of the year 0.
        let days = days + 719_468;
        let (era, day) = (days.div_euclid(DAYS_IN_400_YEARS), days.rem_euclid(DAYS_IN_400_YEARS));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        Self {
            year: era * 400 + year + i64::from(month >= 10),
            month: if month < 10 { month + 3 } else { month - 9 },
            day: day - (153 * month + 2) / 5 + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn agrees(name: &str, millis: i64) {
        let instant = jiff::Timestamp::from_millisecond(millis).unwrap();
        let date = TimeZone::get(name).unwrap().to_datetime(instant).date();
        let expected = Date { year: date.year().into(), month: date.month().into(), day: date.day().into() };
        assert_eq!(Calendar::of(name).day(Timestamp::from_millis(millis)), Some(expected), "{name} {millis}");
    }

    #[test]
    fn days_change_where_the_zone_says() {
        for name in ["UTC", "Europe/Copenhagen", "America/New_York", "Asia/Kathmandu", "Africa/Monrovia"] {
            let zone = TimeZone::get(name).unwrap();
            let changes: Vec<_> = zone.following(BEGIN).take(100).map(|change| change.timestamp()).collect();
            for at in [BEGIN].into_iter().chain(changes) {
                for distance in [-1, 0, 1] {
                    agrees(name, at.as_millisecond() + distance);
                }
            }
        }
    }

    #[test]
    fn an_unknown_zone_is_utc_and_no_instant_is_too_far() {
        let noon = Timestamp::from_millis(43_200_000);
        assert_eq!(Calendar::of("Nowhere/At all").day(noon), Some(Date { year: 1970, month: 1, day: 1 }));
        assert_eq!(Calendar::of("UTC").day(Timestamp::from_millis(i64::MAX)), None);
    }

    proptest! {
        #[test]
        fn any_instant_is_shown_as_the_zone_shows_it(
            at in -4_000_000_000_000..8_000_000_000_000_i64,
            name in prop::sample::select(vec!["Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo"]),
        ) {
            agrees(name, at);
        }
    }
}
