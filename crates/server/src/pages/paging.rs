//! The pages of a list: which one an address means, and the links that turn them.

/// The number of a page in an address. What is no number means the first; one too large to be held lies, as every large
/// one, beyond the last.
pub fn number(text: &str) -> u64 {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().unwrap_or(if is_number { u64::MAX } else { 0 })
}

/// A link to another page of the list; none where it would lead nowhere.
pub struct Turn {
    pub title: &'static str,
    pub icon: &'static str,
    /// What the link means to browsers; empty where they have no word for it.
    pub rel: &'static str,
    pub href: Option<String>,
}

/// The links below a list. One page needs none.
pub fn turns(number: u64, pages: u64, address: impl Fn(u64) -> String) -> Vec<Turn> {
    if pages < 2 {
        return Vec::new();
    }
    let back = |page: u64| (number > 1).then(|| address(page));
    let on = |page: u64| (number < pages).then(|| address(page));
    vec![
        Turn { title: "First page", icon: "chevrons-left", rel: "", href: back(1) },
        Turn {
            title: "Previous page",
            icon: "chevron-left",
            rel: "prev",
            href: back(number.saturating_sub(1)),
        },
        Turn { title: "Next page", icon: "chevron-right", rel: "next", href: on(number.saturating_add(1)) },
        Turn { title: "Last page", icon: "chevrons-right", rel: "", href: on(pages) },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_too_large_to_be_held_is_the_largest() {
        for (text, page) in [
            ("", 0),
            ("x", 0),
            ("-1", 0),
            ("1e9", 0),
            ("0", 0),
            ("7", 7),
            ("18446744073709551615", u64::MAX),
            ("18446744073709551616", u64::MAX),
            ("99999999999999999999999999", u64::MAX),
        ] {
            assert_eq!(number(text), page, "{text}");
        }
    }

    #[test]
    fn pages_turn_both_ways_but_not_beyond_the_ends() {
        let hrefs = |number, pages| {
            let turns = turns(number, pages, |page| page.to_string());
            turns.into_iter().map(|turn| turn.href.unwrap_or_default()).collect::<Vec<_>>()
        };
        assert_eq!(hrefs(1, 1), [""; 0]);
        assert_eq!(hrefs(1, 4), ["", "", "2", "4"]);
        assert_eq!(hrefs(3, 4), ["1", "2", "4", "4"]);
        assert_eq!(hrefs(4, 4), ["1", "3", "", ""]);
    }
}
