//! Names, addresses and what they are folded to.

use automation_hub_domain::{
    idea::IdeaName,
    tenant::{Slug, SlugError},
    text::{ascii_slug, fold, slug},
    token::TokenName,
    user::Email,
};

pub const PIECES: &[&str] = &[
    "Invoice",
    "ENTRY",
    " ",
    "\u{a0}",
    "\t",
    "Ｉ",
    "ß",
    "İ",
    "न्",
    "\u{200c}",
    "\u{ad}",
    "ŉ",
    "ǅ",
    "¨",
    "´",
    "\u{308}",
    "ﬁ",
    "Ω",
    "請求書",
    "-",
    "--",
    "@",
    ".",
    "nordwind.test",
    "api",
    "\u{202e}",
    "\u{0}",
    "\u{feff}",
    "ϓ",
    "ẛ̣",
    "K",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    check_folding(text);
    check_slugs(text);
    check_lines(text);
    check_email(text);
}

/// A key is its own key: otherwise what was stored would not be found by what was stored.
fn check_folding(text: &str) {
    let folded = fold(text);
    assert_eq!(fold(&folded), folded, "{text:?}");
    assert_eq!(folded.trim(), folded, "{text:?}");
    assert!(!folded.contains("  "), "{text:?}");
    assert_eq!(fold(&format!("  {text}\t ")), folded, "outer blanks count in {text:?}");
    if text.is_ascii() {
        assert_eq!(folded, text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase());
    }
}

fn check_slugs(text: &str) {
    for made in [slug(text), ascii_slug(text)] {
        assert!(!made.starts_with('-') && !made.ends_with('-') && !made.contains("--"), "{text:?}: {made:?}");
        // Beside letters and digits, marks on them.
        let is_of_word =
            |c: char| c.is_alphanumeric() || !(c.is_ascii() || c.is_control() || c.is_whitespace());
        assert!(made.chars().all(|c| c == '-' || is_of_word(c)), "{text:?}: {made:?}");
        let begins_well = |word: &str| word.is_empty() || word.starts_with(char::is_alphanumeric);
        assert!(made.split('-').all(begins_well), "{text:?}: {made:?}");
    }
    let made = ascii_slug(text);
    let refused = Slug::parse(&made).err();
    let is_explained = match &refused {
        None => (1..=50).contains(&made.len()),
        Some(SlugError::Empty) => made.is_empty(),
        Some(SlugError::TooLong(length)) => made.len() > 50 && *length == made.len(),
        Some(SlugError::Reserved(word)) => *word == made,
        Some(SlugError::Characters) => false,
    };
    assert!(is_explained, "{made:?}: {refused:?}");
    if let Ok(parsed) = Slug::parse(text) {
        let plain = text.trim();
        assert_eq!(parsed.as_str(), plain);
        assert!(plain.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-')) && plain.len() <= 50);
    }
}

fn check_lines(text: &str) {
    let line = |text: &str| {
        let plain = text.trim();
        let is_line = !plain.chars().all(automation_hub_domain::text::is_blank)
            && plain.chars().count() <= 100
            && !plain.chars().any(automation_hub_domain::text::is_unprintable);
        is_line.then(|| plain.to_owned())
    };
    let name = TokenName::parse(text).ok().map(|name| name.as_str().to_owned());
    assert_eq!(name, line(text), "{text:?}");
    let name = IdeaName::parse(text).ok().map(|name| name.as_str().to_owned());
    assert_eq!(name, line(&text.replace(['\u{ad}', '\u{200b}', '\u{2060}'], "")), "{text:?}");
}

fn check_email(text: &str) {
    let Ok(email) = Email::parse(text) else { return };
    let written = email.as_str();
    assert_eq!(Email::parse(written).as_ref(), Ok(&email), "{text:?}");
    let parts: Vec<&str> = written.split('@').collect();
    assert!(parts.len() == 2 && parts.iter().all(|part| !part.is_empty()), "{text:?}");
    assert!(written.chars().count() <= 64 && !written.contains(char::is_whitespace), "{text:?}");
    assert_eq!(fold(&email.key()), email.key());
}
