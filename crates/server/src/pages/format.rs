//! How pages write numbers, money, days and instants: one spelling everywhere, in the tenant's time zone
//! and currency. Rules of wording, not of business.

use std::iter;

use automation_hub_domain::{clock::Timestamp, tenant::Tenant};
use jiff::{
    civil::{Date, DateTime},
    fmt::temporal::DateTimePrinter,
    tz::{TimeZone, TimeZoneOffsetInfo},
};

/// Keeps a number and its unit on one line.
const NBSP: char = '\u{a0}';

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Beyond this many hours "today, 08:12" says more than "5 hours ago".
const HOURS_COUNTED: i64 = 3;
const DAYS_COUNTED: i32 = 6;

/// An instant ready for a `<time>` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What people read: `2 hours ago`, `14 Nov`.
    pub text: String,
    /// For the `datetime` attribute, in UTC.
    pub iso: String,
    /// The whole instant in the tenant's time zone.
    pub title: String,
}

/// How one tenant writes, at one instant.
#[derive(Clone, Debug)]
pub struct Format {
    zone: TimeZone,
    currency: String,
    now: Timestamp,
    today: Date,
}

/// An instant as clocks of the tenant show it.
struct Local<'f> {
    at: jiff::Timestamp,
    shown: DateTime,
    /// What those clocks go by at that moment: `CET`.
    rules: TimeZoneOffsetInfo<'f>,
}

impl Format {
    /// A zone that the time zone database doesn't know (any more) is shown as UTC rather than not at all.
    pub fn of(tenant: &Tenant, now: Timestamp) -> Self {
        let zone = TimeZone::get(&tenant.time_zone).unwrap_or(TimeZone::UTC);
        let today = local(&zone, now).shown.date();
        Self { zone, currency: tenant.currency.clone(), now, today }
    }

    /// The day: `15 Feb 2027`, without the year where it is this one.
    pub fn day(&self, at: Timestamp) -> Moment {
        let at = local(&self.zone, at);
        at.moment(self.day_words(at.shown.date()))
    }

    /// Relative up to a week, then the day.
    pub fn ago(&self, at: Timestamp) -> Moment {
        let past = self.now.since(at);
        let at = local(&self.zone, at);
        at.moment(self.relative(past, at.shown).unwrap_or_else(|| self.day_words(at.shown.date())))
    }

    fn day_words(&self, day: Date) -> String {
        let month = month(day).get(..3).unwrap_or_default();
        let mut words = String::with_capacity(11);
        push(&mut words, day.day());
        words.extend([" ", month]);
        if day.year() != self.today.year() {
            words.push(' ');
            push(&mut words, day.year());
        }
        words
    }

    /// The day an instant falls on in the tenant's zone, as date fields hold it: `2027-02-15`.
    pub fn date_value(&self, at: Timestamp) -> String {
        local(&self.zone, at).shown.date().to_string()
    }

    /// The first instant of the day a date field holds.
    pub fn start_of_day(&self, date: &str) -> Option<Timestamp> {
        let date: jiff::civil::Date = date.parse().ok()?;
        let start = date.to_zoned_datetime(self.zone.clone()).ok()?;
        Some(Timestamp::from_millis(start.timestamp().as_millisecond()))
    }

    /// The first instant after the day a date field holds. Days differ in length where clocks change.
    pub fn end_of_day(&self, date: &str) -> Option<Timestamp> {
        let date: jiff::civil::Date = date.parse().ok()?;
        let end = date.tomorrow().ok()?.to_zoned_datetime(self.zone.clone()).ok()?;
        Some(Timestamp::from_millis(end.timestamp().as_millisecond()))
    }

    /// The day that a date field holds, as people read it.
    pub fn day_of_value(&self, date: &str) -> Option<String> {
        self.start_of_day(date).map(|at| self.day(at).text)
    }

    /// Whole units of the tenant's currency: `27,600 €`.
    pub fn money(&self, amount: f64) -> String {
        let number = whole(amount);
        let before = match self.currency.as_str() {
            "EUR" => return with_unit(number, "€"),
            "USD" => "$",
            "GBP" => "£",
            "JPY" => "¥",
            code => return with_unit(number, code),
        };
        match number.strip_prefix('−') {
            Some(digits) => ["−", before, digits].concat(),
            None => [before, &number].concat(),
        }
    }

    /// Of an instant so many milliseconds ago.
    fn relative(&self, past: i64, shown: DateTime) -> Option<String> {
        if past < 0 {
            return None;
        }
        let days = self.today.since(shown.date()).ok()?.get_days();
        Some(match (past, days) {
            (..MINUTE, _) => "just now".to_owned(),
            (..HOUR, _) => units(past / MINUTE, "minute"),
            (_, 0) if past / HOUR <= HOURS_COUNTED => units(past / HOUR, "hour"),
            (_, 0) => {
                let mut words = "today, ".to_owned();
                push_time(&mut words, shown);
                words
            }
            (_, 1) => "yesterday".to_owned(),
            (_, 2..=DAYS_COUNTED) => units(i64::from(days), "day"),
            _ => return None,
        })
    }
}

/// The zone's rules are looked up once for all that is said of an instant.
fn local(zone: &TimeZone, at: Timestamp) -> Local<'_> {
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    let rules = zone.to_offset_info(at);
    Local { at, shown: rules.offset().to_datetime(at), rules }
}

impl Local<'_> {
    fn moment(&self, text: String) -> Moment {
        let Self { at, shown, rules } = self;
        let day = shown.date();
        let mut title = String::with_capacity(32);
        push(&mut title, day.day());
        title.extend([" ", month(day), " "]);
        push(&mut title, day.year());
        title.push_str(", ");
        push_time(&mut title, *shown);
        title.extend([" ", rules.abbreviation()]);
        Moment { text, iso: PRINTER.timestamp_to_string(at), title }
    }
}

static PRINTER: DateTimePrinter = DateTimePrinter::new();

/// Lists hold hundreds of instants, and general formatting takes several times as long.
fn push(text: &mut String, number: impl itoa::Integer) {
    text.push_str(itoa::Buffer::new().format(number));
}

/// `08:05`
fn push_time(text: &mut String, shown: DateTime) {
    for (sign, number) in [("", shown.hour()), (":", shown.minute())] {
        text.push_str(sign);
        if number < 10 {
            text.push('0');
        }
        push(text, number);
    }
}

fn month(day: Date) -> &'static str {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(day.month() - 1).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default()
}

fn units(n: i64, unit: &str) -> String {
    let mut words = String::with_capacity(16);
    push(&mut words, n);
    words.push(NBSP);
    words.extend([unit, if n == 1 { " ago" } else { "s ago" }]);
    words
}

/// A number of things with thousands separated: `1,248`.
pub fn count(n: u64) -> String {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(n);
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 automation`, `37 automations`.
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{}{NBSP}{}", count(n), if n == 1 { one } else { many })
}

/// Rounded to a whole number, half up, with thousands separated.
pub fn whole(value: f64) -> String {
    // Figures are far below 2^64; what isn't a number never gets here as one.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rounded, and without its sign"
    )]
    let text = count(value.abs().round() as u64);
    if value <= -0.5 { format!("−{text}") } else { text }
}

/// How long somebody has to wait, in the unit that says most: `20 seconds`, `15 minutes`.
pub fn wait(secs: u32) -> String {
    match secs {
        ..=1 => "1 second".to_owned(),
        2..90 => format!("{secs} seconds"),
        _ => format!("{} minutes", secs.div_ceil(60)),
    }
}

fn with_unit(mut number: String, unit: &str) -> String {
    number.reserve(NBSP.len_utf8() + unit.len());
    number.push(NBSP);
    number.push_str(unit);
    number
}

/// A share of a hundred: `84 %`.
pub fn percent(value: f64) -> String {
    with_unit(whole(value), "%")
}

/// Hours: `1,012 h`.
pub fn hours(value: f64) -> String {
    with_unit(whole(value), "h")
}

/// At most two decimals, rounded half up, none that says nothing: `0.58`, `3`, `4.2`.
pub fn decimal(value: f64) -> String {
    // By the digits people typed: the binary number for 0.575 lies a little below it, and would be rounded down.
    let digits = value.abs().to_string();
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    if part.len() <= 2 && value >= 0.0 {
        return digits;
    }
    let hundredths = match (format!("{whole}{part:0<2.2}").parse::<u128>(), part.as_bytes().get(2)) {
        (Ok(down), Some(b'5'..)) => down + 1,
        (Ok(down), _) => down,
        // What isn't a number never gets here as one.
        (Err(_), _) => return digits,
    };
    let sign = if value < 0.0 && hundredths > 0 { "−" } else { "" };
    let text = format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The number by which people call an idea: `AH-1042`.
pub fn idea_number(id: automation_hub_domain::id::IdeaId) -> String {
    let mut text = String::from("AH-");
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(id.get());
    text.extend(iter::repeat_n('0', 4_usize.saturating_sub(digits.len())));
    text.push_str(digits);
    text
}

#[cfg(test)]
mod tests {
    use automation_hub_domain::{
        id::{IdeaId, TenantId},
        tenant::{Slug, TokenSettings},
    };
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;

    /// 17 November 2026, 12:00 UTC: 13:00 in Copenhagen.
    const NOON: Timestamp = Timestamp::from_millis(1_794_916_800_000);

    fn format_in(currency: &str, time_zone: &str) -> Format {
        let tenant = Tenant {
            id: TenantId::new(1),
            uuid: Uuid::nil(),
            organization_slug: Slug::parse("nordwind").unwrap(),
            organization_name: "Nordwind".into(),
            tenant_slug: Slug::parse("production").unwrap(),
            tenant_name: "Production".into(),
            currency: currency.into(),
            time_zone: time_zone.into(),
            is_active: true,
            created_at: NOON,
            settings: TokenSettings::default(),
        };
        Format::of(&tenant, NOON)
    }

    fn copenhagen() -> Format {
        format_in("EUR", "Europe/Copenhagen")
    }

    #[rstest]
    #[case(0, "just now")]
    #[case(59, "just now")]
    #[case(60, "1\u{a0}minute ago")]
    #[case(45 * 60, "45\u{a0}minutes ago")]
    #[case(2 * 3600, "2\u{a0}hours ago")]
    #[case(5 * 3600, "today, 08:00")]
    #[case(14 * 3600, "yesterday")]
    #[case(3 * 86_400, "3\u{a0}days ago")]
    #[case(8 * 86_400, "9 Nov")]
    #[case(400 * 86_400, "13 Oct 2025")]
    #[case(-3600, "17 Nov")]
    fn instants_are_relative_up_to_a_week(#[case] seconds_ago: i64, #[case] text: &str) {
        assert_eq!(copenhagen().ago(NOON.plus_millis(-seconds_ago * 1000)).text, text);
    }

    #[test]
    fn an_instant_carries_itself_in_full() {
        let moment = copenhagen().day(NOON);
        assert_eq!(moment.text, "17 Nov");
        assert_eq!(moment.iso, "2026-11-17T12:00:00Z");
        assert_eq!(moment.title, "17 November 2026, 13:00 CET");
    }

    #[test]
    fn the_day_is_that_of_the_tenant() {
        let late = NOON.plus_hours(11);
        assert_eq!(copenhagen().day(late).text, "18 Nov");
        assert_eq!(format_in("EUR", "America/New_York").day(late).text, "17 Nov");
        assert_eq!(format_in("EUR", "Nowhere/Town").day(late).title, "17 November 2026, 23:00 UTC");
    }

    #[test]
    fn a_day_lasts_from_midnight_to_midnight_where_the_tenant_is() {
        let format = copenhagen();
        let hours = |date| {
            let (start, end) = (format.start_of_day(date).unwrap(), format.end_of_day(date).unwrap());
            end.since(start) / HOUR
        };
        assert_eq!(hours("2026-11-17"), 24);
        assert_eq!(hours("2026-10-25"), 25, "clocks go back");
        assert_eq!(format.start_of_day("2026-02-30"), None);
        assert_eq!(format.start_of_day("yesterday"), None);
        assert_eq!(format.date_value(NOON), "2026-11-17");
    }

    #[rstest]
    #[case("EUR", 27_600.4, "27,600\u{a0}€")]
    #[case("USD", 1_234_567.0, "$1,234,567")]
    #[case("GBP", -990.0, "−£990")]
    #[case("CHF", 12.0, "12\u{a0}CHF")]
    fn money_is_written_as_its_currency_is(#[case] currency: &str, #[case] amount: f64, #[case] text: &str) {
        assert_eq!(format_in(currency, "UTC").money(amount), text);
    }

    #[test]
    fn numbers_have_separators_and_stay_with_their_unit() {
        assert_eq!([count(0), count(999), count(1000), count(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(counted(1, "automation", "automations"), "1\u{a0}automation");
        assert_eq!(counted(1_248, "automation", "automations"), "1,248\u{a0}automations");
        assert_eq!([whole(-0.2), whole(-1_500.0)], ["0", "−1,500"]);
        assert_eq!([percent(84.0), hours(1011.6)], ["84\u{a0}%", "1,012\u{a0}h"]);
        assert_eq!([decimal(0.58), decimal(4.20), decimal(3.0)], ["0.58", "4.2", "3"]);
        assert_eq!([whole(0.5), whole(2.5), whole(-0.5)], ["1", "3", "−1"], "half up");
        assert_eq!([idea_number(IdeaId::new(42)), idea_number(IdeaId::new(12_345))], ["AH-0042", "AH-12345"]);
    }

    #[rstest]
    #[case(0.575, "0.58")]
    #[case(1.005, "1.01")]
    #[case(0.574_9, "0.57")]
    #[case(0.995, "1")]
    #[case(9.996, "10")]
    #[case(-0.575, "−0.58")]
    #[case(-0.001, "0")]
    #[case(1_234.5, "1234.5")]
    #[case(120.0, "120")]
    fn decimals_are_rounded_half_up_as_people_do(#[case] value: f64, #[case] text: &str) {
        assert_eq!(decimal(value), text);
    }
}
