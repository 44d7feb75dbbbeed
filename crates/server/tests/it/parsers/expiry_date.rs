//! The day up to whose end a token works.

use automation_hub_domain::clock::Timestamp;
use automation_hub_server::services::tokens::end_of_day;

pub const PIECES: &[&str] = &[
    "2026-11",
    "2027-02-15",
    "2026",
    "2028-02",
    "2036",
    "1969",
    "0000",
    "9999",
    "10000",
    "-01",
    "-02",
    "-11",
    "-12",
    "-13",
    "-00",
    "-17",
    "-18",
    "-29",
    "-30",
    "-31",
    "-32",
    "T24:00",
    "Z",
    "+",
    " ",
];

/// 17 November 2026, 12:00 UTC.
const NOON: Timestamp = Timestamp::from_millis(1_794_916_800_000);
const DAY_MILLIS: i64 = 86_400_000;

#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    NoDay,
    Past,
    TooFar,
}

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let parsed = end_of_day(text, NOON).map(Timestamp::millis).map_err(|message| match message {
        "Choose a day after today." => Wrong::Past,
        "Choose a day within ten years." => Wrong::TooFar,
        _ => Wrong::NoDay,
    });
    assert_eq!(parsed, naive(text), "{text:?}");
}

/// Counts the days one year and one month after the other.
fn naive(text: &str) -> Result<i64, Wrong> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return Err(Wrong::NoDay) };
    let number = |text: &str, length| {
        let is_number = text.len() == length && text.chars().all(|c| c.is_ascii_digit());
        is_number.then(|| text.parse::<i64>().unwrap()).ok_or(Wrong::NoDay)
    };
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_of = |year, month| match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(is_leap(year)),
        _ => 31,
    };
    if !(1..=12).contains(&month) || !(1..=days_of(year, month)).contains(&day) {
        return Err(Wrong::NoDay);
    }
    if year < 1970 {
        return Err(Wrong::Past);
    }
    let years: i64 = (1970..year).map(|year| 365 + i64::from(is_leap(year))).sum();
    let months: i64 = (1..month).map(|month| days_of(year, month)).sum();
    let days = years + months + day - 1;
    let today = NOON.millis() / DAY_MILLIS;
    if days <= today {
        return Err(Wrong::Past);
    }
    let end = (days + 1) * DAY_MILLIS;
    if end > NOON.millis() + 3660 * DAY_MILLIS { Err(Wrong::TooFar) } else { Ok(end) }
}
