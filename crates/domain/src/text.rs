//! Text as people write it, and the folded form that is compared, sorted and searched.

use std::borrow::Cow;

use unicode_normalization::{
    IsNormalized, UnicodeNormalization, char::is_combining_mark, is_nfc_quick, is_nfkc_quick,
};

/// What is wrong with a text, in words that can stand under its field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("This can't be empty.")]
    Empty,
    #[error("At most {limit} characters; this has {length}.")]
    TooLong { limit: usize, length: usize },
    #[error("Control and text-direction characters aren't allowed.")]
    Control,
}

/// Cuts outer blanks and checks a one-line text of 1 to `limit` characters without control characters. One of which nothing
/// can be seen is empty.
pub fn line(text: &str, limit: usize) -> Result<&str, TextError> {
    if text.chars().all(is_blank) {
        return Err(TextError::Empty);
    }
    optional_line(text, limit)
}

/// As [`line()`], but the text may be empty.
pub fn optional_line(text: &str, limit: usize) -> Result<&str, TextError> {
    let text = text.trim();
    let length = text.chars().count();
    if length > limit {
        return Err(TextError::TooLong { limit, length });
    }
    if text.chars().any(is_unprintable) {
        return Err(TextError::Control);
    }
    Ok(text)
}

/// Shows as a blank or takes no room at all.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{2800}' | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Control characters, and those that reorder the text around them so that it reads as something else.
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Only says where a line may or may not break: `in\u{ad}voice` and `invoice` look the same.
fn is_about_breaks(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}')
}

/// A text without what only says where its lines may break, as names are that have to differ to the eye.
pub fn without_breaks(text: &str) -> Cow<'_, str> {
    if text.contains(is_about_breaks) {
        Cow::Owned(text.replace(is_about_breaks, ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// Case and compatibility forms folded, outer blanks cut, inner blanks joined: `Ｉnvoice  ENTRY` and
/// `invoice entry` are one key. Folding happens here because the engines fold differently.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return join_words(&text.to_ascii_lowercase());
    }
    let is_compatible = is_nfkc_quick(text.chars()) == IsNormalized::Yes;
    let compatible = normalised(text, is_compatible, |text| text.nfkc().collect());
    let lower: String = compatible.chars().flat_map(char::to_lowercase).collect();
    // Only now: some compatibility forms, such as that of a lone `¨`, bring blanks along.
    let is_composed = is_nfc_quick(lower.chars()) == IsNormalized::Yes;
    join_words(&normalised(&lower, is_composed, |lower| lower.nfc().collect()))
}

/// Most texts are in their normal form already, and telling so takes a fraction of making it.
fn normalised(text: &str, is_normal: bool, normalise: impl Fn(&str) -> String) -> Cow<'_, str> {
    if is_normal { Cow::Borrowed(text) } else { Cow::Owned(normalise(text)) }
}

fn join_words(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(word);
    }
    joined
}

/// The words of a text joined by hyphens, for addresses: `Match supplier invoices` → `match-supplier-invoices`.
/// Letters of any script stay, with their marks; a text without letters or digits gives an empty slug.
pub fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in fold(text).chars() {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if is_within_word(c) {
            // The dot of a capital `İ` that became a small letter stands on it already.
            let stands_already = c == '\u{307}' && slug.ends_with('i');
            if !is_blank(c) && !stands_already && !slug.is_empty() && !slug.ends_with('-') {
                slug.push(c);
            }
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// A mark on the letter before it, as in Devanagari, or what can't be seen between letters.
fn is_within_word(c: char) -> bool {
    is_combining_mark(c) || is_about_breaks(c) || matches!(c, '\u{200c}' | '\u{200d}')
}

/// As [`slug`], of a-z and 0-9 only: accents are dropped, and so are letters of other scripts.
pub fn ascii_slug(text: &str) -> String {
    let letters = text.nfkd().filter(|c| c.is_ascii() || c.is_whitespace());
    slug(&letters.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_joins_blanks_case_and_compatibility_forms() {
        assert_eq!(fold("  Ｉnvoice \t ENTRY "), "invoice entry");
        assert_eq!(fold("STRASSE Ä"), fold("strasse a\u{308}"));
        assert_eq!(fold("¨ a\u{3000}¨"), fold(" \u{308} a  \u{308}"), "blanks within a sign are blanks");
    }

    #[test]
    fn slugs_hold_words_only() {
        assert_eq!(slug("Match supplier invoices, to POs!"), "match-supplier-invoices-to-pos");
        assert_eq!(slug("請求書 処理"), "請求書-処理");
        assert_eq!(slug("हिन्दी प्रक्रिया"), "हिन्दी-प्रक्रिया");
        assert_eq!(slug("می\u{200c}خواهم"), "میخواهم");
        assert_eq!(slug("İstanbul sh\u{ad}y"), "istanbul-shy");
        assert_eq!(slug("- \u{301}a"), "a");
        assert_eq!(slug("20\u{fe0f}24\u{fe0f}"), "2024", "what picks another form of a letter isn't seen");
        assert_eq!(slug("---"), "");
        assert_eq!(ascii_slug("Müller & Söhne, Zürich"), "muller-sohne-zurich");
        assert_eq!(ascii_slug("請求書"), "");
    }

    #[test]
    fn a_line_has_bounds_and_no_controls() {
        assert_eq!(line("  name ", 4), Ok("name"));
        assert_eq!(line(" \t ", 4), Err(TextError::Empty));
        assert_eq!(line("\u{200b}\u{3164} \u{2800}", 4), Err(TextError::Empty));
        assert_eq!(line("a\u{200d}", 4), Ok("a\u{200d}"));
        assert_eq!(line("names", 4), Err(TextError::TooLong { limit: 4, length: 5 }));
        assert_eq!(line("a\u{202e}b", 4), Err(TextError::Control));
        assert_eq!(line("a\nb", 4), Err(TextError::Control));
    }
}
