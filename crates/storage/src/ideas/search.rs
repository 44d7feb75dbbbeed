//! The folded text an idea is searched by, and the pattern a search makes of it.

use automation_hub_domain::text;

use crate::users::contains_pattern;

/// Name, description and slug; hyphens equal blanks, so that a slug is found by its words and words by a slug.
pub(super) fn search_key(name: &str, slug: &str, description: &str) -> String {
    [name, slug, description].map(|part| text::fold(&part.replace('-', " "))).join("\n")
}

/// Empty for a search without a word, which finds all.
pub(super) fn pattern(search: &str) -> String {
    contains_pattern(&search.replace('-', " "))
}
