//! The folded text an idea is searched by, and the pattern a search makes of it.

use automation_hub_domain::text;

use crate::users::contains_pattern;

/// Name, description and slug; hyphens equal blanks, so that a slug is found by its words and words by a slug.
pub(super) fn search_key(name: &str, slug: &str, description: &str) -> String {
    joined(&words(name), slug, &words(description))
}

/// As [`search_key`], of words that were folded before.
pub(super) fn joined(name: &str, slug: &str, description: &str) -> String {
    [name, &words(slug), description].join("\n")
}

pub(super) fn words(part: &str) -> String {
    text::fold(&part.replace('-', " "))
}

/// Empty for a search without a word, which finds all.
pub(super) fn pattern(search: &str) -> String {
    contains_pattern(&search.replace('-', " "))
}
