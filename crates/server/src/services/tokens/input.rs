//! What a form says about a token, read into what is stored. Every mistake is told at once.

use automation_hub_domain::{
    clock::Timestamp,
    id::UserId,
    token::{TokenName, app_key::AppKey},
    user::{Email, User},
};
use automation_hub_storage::{Session, tokens::Token, users};

use crate::error::{Error, Violations};

const UNRESOLVED_USER: &str =
    "Choose a person from the list, or type a full e-mail address. Clear the field for a tenant-level token.";
const PAST_DAY: &str = "Choose a day after today.";
const TOO_FAR: &str = "Choose a day within ten years.";
const NO_DAY: &str = "Choose a day, as in 2027-02-15.";
/// Nobody remembers a token for longer.
const LONGEST_YEARS: i16 = 10;
const DAY_MILLIS: i64 = 86_400_000;

/// What the App Key field asks for. But for [`AppKeyInput::Replace`], a new token gets a key if one is typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AppKeyInput {
    #[default]
    Keep,
    Replace,
    Remove,
    /// No choice that the form offers.
    Unknown,
}

impl AppKeyInput {
    /// What a form says; one that says nothing asks for nothing.
    pub fn from_key(key: &str) -> Self {
        match key {
            "" | "keep" => Self::Keep,
            "replace" => Self::Replace,
            "remove" => Self::Remove,
            _ => Self::Unknown,
        }
    }
}

/// The fields of Add Token and Edit Token as typed. What the form of an edit showed when it was opened tells what was
/// changed in it; where it doesn't say, everything counts as changed.
#[derive(Clone, Default)]
pub struct TokenInput {
    pub name: String,
    pub name_shown: Option<String>,
    /// An e-mail address, an id, or nothing.
    pub user: String,
    pub user_shown: Option<String>,
    /// `30`, `90`, `365` or `never`; empty where none is chosen.
    pub expires_in: String,
    /// A date; it counts once it differs from the one the form showed.
    pub expires_on: String,
    pub expires_on_shown: String,
    pub app_key: String,
    pub app_key_input: AppKeyInput,
    pub is_active: bool,
    pub is_active_shown: Option<bool>,
    /// Asked for where the token acts for somebody else.
    pub password: String,
}

/// The same, understood.
pub(super) struct Checked {
    pub name: TokenName,
    pub user: Option<User>,
    pub expires_at: Option<Timestamp>,
    pub app_key: Option<AppKey>,
}

/// What a token has already, when it is edited.
#[derive(Clone, Copy, Default)]
pub(super) struct Present {
    pub expires_at: Option<Timestamp>,
    pub is_new: bool,
    pub user: Option<UserId>,
    pub has_app_key: bool,
}

impl TokenInput {
    /// The form as the token stands.
    pub fn of(token: &Token) -> Self {
        let user = token.user.as_ref().map(|user| user.email.clone()).unwrap_or_default();
        let date = token.expires_at.map(last_day).unwrap_or_default();
        let is_active = token.is_switched_on();
        Self {
            name: token.name.clone(),
            name_shown: Some(token.name.clone()),
            user: user.clone(),
            user_shown: Some(user),
            expires_in: unchosen_preset(&date).to_owned(),
            expires_on: date.clone(),
            expires_on_shown: date,
            is_active,
            is_active_shown: Some(is_active),
            ..Self::default()
        }
    }

    /// What was changed in the form, on top of the token as it stands: somebody else may have changed the rest since
    /// the form was opened.
    #[must_use]
    pub fn on_top_of(&self, token: &Token) -> Self {
        let theirs = Self::of(token);
        let (preset, date) = self.expiry_on_top_of(&theirs);
        let asks_to_remove_none = self.app_key_input == AppKeyInput::Remove && !token.has_app_key;
        Self {
            name: merged(&self.name, self.name_shown.as_ref(), theirs.name),
            user: merged(&self.user, self.user_shown.as_ref(), theirs.user),
            expires_in: preset,
            expires_on: date,
            app_key: self.app_key.clone(),
            app_key_input: if asks_to_remove_none { AppKeyInput::Keep } else { self.app_key_input },
            is_active: merged(&self.is_active, self.is_active_shown.as_ref(), theirs.is_active),
            password: self.password.clone(),
            ..theirs
        }
    }

    /// Preset and date. A date that was typed counts by itself, whatever preset was chosen before.
    fn expiry_on_top_of(&self, theirs: &Self) -> (String, String) {
        let date = self.expires_on.trim();
        let has_other_date = date != self.expires_on_shown;
        let has_other_preset = self.expires_in != unchosen_preset(&self.expires_on_shown);
        match (has_other_date, has_other_preset) {
            (true, _) if date.is_empty() => (self.expires_in.clone(), String::new()),
            (true, _) => (String::new(), date.to_owned()),
            (false, true) => (self.expires_in.clone(), theirs.expires_on.clone()),
            (false, false) => (theirs.expires_in.clone(), theirs.expires_on.clone()),
        }
    }

    pub(super) fn check(
        &self,
        s: &mut Session<'_>,
        present: Present,
        now: Timestamp,
    ) -> Result<Checked, Error> {
        let allows_never = automation_hub_storage::tenants::get(s)?.settings.allows_never_expiring;
        let mut violations = Violations::default();
        let name = violations.check("name", TokenName::parse(&self.name));
        let user = match self.user(s, present)? {
            Ok(user) => user,
            Err(message) => {
                violations.add("user", message);
                None
            }
        };
        let expires_at = violations.check("expires_on", self.expiry(present, allows_never, now));
        if !present.is_new && self.app_key_input == AppKeyInput::Unknown {
            let choices = if present.has_app_key { "Keep, Replace or Remove" } else { "Keep or Set" };
            violations.add("app_key_change", format!("Choose {choices}."));
        }
        let app_key = violations.check("app_key", self.app_key(present));
        violations.into_result()?;
        match (name, expires_at, app_key) {
            (Some(name), Some(expires_at), Some(app_key)) => Ok(Checked { name, user, expires_at, app_key }),
            _ => Err(Error::internal("a form without violations lacks a value")),
        }
    }

    fn user(&self, s: &mut Session<'_>, present: Present) -> Result<Result<Option<User>, String>, Error> {
        let text = self.user.trim();
        if text.is_empty() {
            return Ok(Ok(None));
        }
        let Some(user) = find_user(s, text)? else { return Ok(Err(UNRESOLVED_USER.to_owned())) };
        // A token whose user was switched off can still be renamed or given another date.
        if !user.is_active && present.user != Some(user.id) {
            return Ok(Err(format!("{} is deactivated. Choose somebody active.", user.full_name())));
        }
        Ok(Ok(Some(user)))
    }

    fn app_key(&self, present: Present) -> Result<Option<AppKey>, String> {
        let is_typed = !self.app_key.is_empty();
        let is_asked_for = match self.app_key_input {
            AppKeyInput::Replace => true,
            _ if present.is_new => is_typed,
            // Without scripts the field can be typed into whatever is chosen.
            AppKeyInput::Keep | AppKeyInput::Remove if is_typed => {
                let choice = if present.has_app_key { "Replace" } else { "Set" };
                return Err(format!("Choose {choice} to use this app key, or clear the field."));
            }
            AppKeyInput::Keep | AppKeyInput::Remove | AppKeyInput::Unknown => false,
        };
        if !is_asked_for {
            return Ok(None);
        }
        AppKey::parse(&self.app_key).map(Some).map_err(|error| error.to_string())
    }

    fn expiry(
        &self,
        present: Present,
        allows_never: bool,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, &'static str> {
        let date = self.expires_on.trim();
        if !date.is_empty() && date != self.expires_on_shown {
            return end_of_day(date, now).map(Some);
        }
        match self.expires_in.as_str() {
            "never" if allows_never || (!present.is_new && present.expires_at.is_none()) => Ok(None),
            "never" => Err("This tenant wants an expiry. Choose a day after today."),
            days => match days.parse::<i64>() {
                Ok(days) if [30, 90, 365].contains(&days) => Ok(Some(end_of(now.plus_days(days)))),
                _ if !present.is_new && present.expires_at.is_some() && !date.is_empty() => {
                    Ok(present.expires_at)
                }
                _ => end_of_day(date, now).map(Some),
            },
        }
    }
}

/// What was typed, unless it is what was shown: then it follows what others made of it.
fn merged<T: Clone + PartialEq>(typed: &T, shown: Option<&T>, theirs: T) -> T {
    if shown == Some(typed) { theirs } else { typed.clone() }
}

/// What the presets say of a token that shows this date as long as nobody chooses one.
const fn unchosen_preset(date: &str) -> &'static str {
    if date.is_empty() { "never" } else { "" }
}

/// Who an e-mail address names, or an id. People type addresses, and one that names nobody may be a typo; an id
/// comes from a program, and one that isn't of this tenant's is as if it weren't there.
pub(crate) fn find_user(s: &mut Session<'_>, text: &str) -> Result<Option<User>, Error> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let user = match text.parse() {
            Ok(id) => users::find(s, UserId::new(id))?,
            Err(_) => None,
        };
        return user.map(Some).ok_or(Error::NotFound("user"));
    }
    match Email::parse(text) {
        Ok(email) => Ok(users::find_by_email(s, &email)?),
        Err(_) => Ok(None),
    }
}

/// The first instant after the UTC day of `at`: an expiry is exclusive.
pub fn end_of(at: Timestamp) -> Timestamp {
    Timestamp::from_millis((at.millis().div_euclid(DAY_MILLIS) + 1) * DAY_MILLIS)
}

/// The last day before an expiry, as date fields hold it: `2027-02-15`, in UTC.
pub fn last_day(expires_at: Timestamp) -> String {
    let last = jiff::Timestamp::from_millisecond(expires_at.millis() - 1).unwrap_or_default();
    last.strftime("%F").to_string()
}

/// The first instant after a day written as `2027-02-15`, in UTC.
pub fn end_of_day(date: &str, now: Timestamp) -> Result<Timestamp, &'static str> {
    let has_shape = date.len() == 10
        && date.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let day: jiff::civil::Date = has_shape.then(|| date.parse().ok()).flatten().ok_or(NO_DAY)?;
    // What some type for "never" has no end that could be told.
    let start = day.to_zoned_datetime(jiff::tz::TimeZone::UTC).map_err(|_| TOO_FAR)?;
    let end = end_of(Timestamp::from_millis(start.timestamp().as_millisecond()));
    if end <= end_of(now) {
        return Err(PAST_DAY);
    }
    let limit = now.plus_days(i64::from(LONGEST_YEARS) * 366);
    if end > limit { Err(TOO_FAR) } else { Ok(end) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// 17 November 2026, 12:00 UTC.
    const NOON: Timestamp = Timestamp::from_millis(1_794_916_800_000);

    #[test]
    fn a_day_ends_when_the_next_one_begins() {
        assert_eq!(end_of_day("2027-02-15", NOON).map(Timestamp::millis), Ok(1_802_736_000_000));
        assert_eq!(end_of(NOON.plus_days(90)).millis(), 1_802_736_000_000);
        assert_eq!(last_day(Timestamp::from_millis(1_802_736_000_000)), "2027-02-15");
    }

    #[rstest]
    #[case::today("2026-11-17")]
    #[case::past("2026-11-16")]
    #[case::year_10000("10000-01-01")]
    #[case::beyond_the_cap("2037-11-18")]
    #[case::no_such_day("2027-02-30")]
    #[case::with_time("2027-02-15T24:00")]
    #[case::with_zone("2027-02-15Z")]
    #[case::words("next year")]
    #[case::empty("")]
    fn what_is_no_day_ahead_is_refused(#[case] date: &str) {
        assert!(end_of_day(date, NOON).is_err());
    }

    #[test]
    fn the_last_of_all_days_is_too_far_as_the_one_before_it() {
        for date in ["9999-12-30", "9999-12-31"] {
            assert_eq!(end_of_day(date, NOON), Err(TOO_FAR), "{date}");
        }
    }

    #[rstest]
    #[case::untouched(("2027-02-15", "", "2027-02-15"), ("", "2027-06-01"))]
    #[case::another_date(("2027-02-15", "", "2027-03-01"), ("", "2027-03-01"))]
    #[case::preset_with_its_date(("2027-02-15", "30", "2026-12-17"), ("", "2026-12-17"))]
    #[case::preset_without_scripts(("2027-02-15", "30", "2027-02-15"), ("30", "2027-06-01"))]
    #[case::never_with_its_date(("2027-02-15", "never", ""), ("never", ""))]
    #[case::cleared(("2027-02-15", "", ""), ("", ""))]
    #[case::untouched_never(("", "never", ""), ("", "2027-06-01"))]
    #[case::the_date_that_others_chose_too(("", "never", "2027-06-01"), ("", "2027-06-01"))]
    fn an_expiry_that_was_not_changed_follows_the_token(
        #[case] (shown, preset, date): (&str, &str, &str),
        #[case] (merged_preset, merged_date): (&str, &str),
    ) {
        let typed = TokenInput {
            expires_in: preset.into(),
            expires_on: date.into(),
            expires_on_shown: shown.into(),
            ..TokenInput::default()
        };
        let theirs = TokenInput {
            expires_on: "2027-06-01".into(),
            expires_on_shown: "2027-06-01".into(),
            ..TokenInput::default()
        };
        assert_eq!(typed.expiry_on_top_of(&theirs), (merged_preset.into(), merged_date.into()));
    }

    #[test]
    fn a_date_counts_once_it_was_changed() {
        let shown = || TokenInput {
            expires_in: "30".into(),
            expires_on: "2027-02-15".into(),
            expires_on_shown: "2027-02-15".into(),
            ..TokenInput::default()
        };
        let new = Present { is_new: true, ..Present::default() };
        let expiry = |input: &TokenInput| input.expiry(new, false, NOON);
        assert_eq!(expiry(&shown()), Ok(Some(end_of(NOON.plus_days(30)))));
        let changed = TokenInput { expires_on: "2027-02-16".into(), ..shown() };
        assert_eq!(expiry(&changed), Ok(Some(end_of(NOON.plus_days(91)))));
        let never = TokenInput { expires_in: "never".into(), ..shown() };
        assert!(expiry(&never).is_err());
        assert_eq!(never.expiry(new, true, NOON), Ok(None));
        let kept = Present { expires_at: Some(NOON), ..Present::default() };
        let untouched = TokenInput { expires_in: String::new(), ..shown() };
        assert_eq!(untouched.expiry(kept, false, NOON), Ok(Some(NOON)));
    }
}
