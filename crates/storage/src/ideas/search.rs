//! The folded text an idea is searched by, the words it is indexed by, and the pattern a search makes of it.

use automation_hub_domain::{rich_text, text};

use crate::users::contains_pattern;

/// How many words of a search are looked up.
const LOOKED_UP: usize = 8;
/// The trigrams that a word is found by: the word itself tells about the rest.
const TRIGRAMS: usize = 16;

/// Counts the rules that search keys were made by. To be raised with every change of what [`search_key`] makes of an
/// idea: keys that are stored already then follow in the background (`rekeying.rs`). Up to the first one, descriptions
/// were searched with their markup.
pub(super) const RULE: i64 = 2;

/// Name, description and slug; hyphens equal blanks, so that a slug is found by its words and words by a slug.
pub(super) fn search_key(name: &str, slug: &str, description: &str) -> String {
    joined(&words(name), slug, &description_words(description))
}

/// A description is searched by what people read of it, whatever form it came in.
pub(super) fn description_words(description: &str) -> String {
    words(&rich_text::readable(description))
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

/// What an idea is indexed by: runs of letters and digits. Folded text holds no capital of those that `LIKE` takes for
/// their small letters; should one turn up, it is found by both.
pub(super) fn indexed_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// What a search says of one word of the ideas it finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fragment {
    text: String,
    /// Whether the word may begin before it, and end after it.
    is_open: (bool, bool),
}

impl Fragment {
    pub(super) fn fits(&self, word: &str) -> bool {
        match self.is_open {
            (false, false) => word == self.text,
            (false, true) => word.starts_with(&self.text),
            (true, false) => word.ends_with(&self.text),
            (true, true) => word.contains(&self.text),
        }
    }

    pub(super) fn is_long(&self) -> bool {
        self.text.chars().nth(2).is_some()
    }

    /// What the words of a server's index are compared with: nothing in it means something else than itself.
    pub(super) fn pattern(&self) -> String {
        let any = |is_open: bool| if is_open { "%" } else { "" };
        [any(self.is_open.0), &self.text, any(self.is_open.1)].concat()
    }

    /// What the words of the index are asked for: all of its trigrams, up to some.
    pub(super) fn trigrams(&self) -> String {
        let chars: Vec<_> = self.text.chars().collect();
        let phrases: Vec<_> = chars
            .windows(3)
            .take(TRIGRAMS)
            .map(|three| format!("\"{}\"", String::from_iter(three)))
            .collect();
        phrases.join(" AND ")
    }
}

/// A search as words. Whatever contains the searched text has words that fit all fragments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fragments {
    all: Vec<Fragment>,
    /// Whether the reverse holds too: the text is one run of letters and digits, so any place where it stands lies
    /// within a word.
    pub(super) is_exact: bool,
}

impl Fragments {
    /// `None` where there is nothing to go by: no letter and no digit.
    pub(super) fn of(search: &str) -> Option<Self> {
        let text = words(search).to_ascii_lowercase();
        let is_exact = text.chars().all(char::is_alphanumeric);
        let begins_open = text.starts_with(char::is_alphanumeric);
        let ends_open = text.ends_with(char::is_alphanumeric);
        let runs: Vec<_> = indexed_words(&text).collect();
        let last = runs.len().checked_sub(1)?;
        let fragment = |(at, run): (usize, &&str)| Fragment {
            text: (*run).to_owned(),
            is_open: (at == 0 && begins_open, at == last && ends_open),
        };
        Some(Self { all: runs.iter().enumerate().map(fragment).collect(), is_exact })
    }

    /// Short ones stand in too many words to be worth it where there are longer ones. Several words are no exact search,
    /// so what the first some of them leave is looked at in any case.
    pub(super) fn to_look_up(&self) -> impl Iterator<Item = &Fragment> {
        let is_any_long = self.all.iter().any(Fragment::is_long);
        let mut chosen: Vec<&Fragment> = Vec::new();
        for fragment in self.all.iter().filter(|fragment| fragment.is_long() || !is_any_long) {
            if chosen.len() < LOOKED_UP && !chosen.contains(&fragment) {
                chosen.push(fragment);
            }
        }
        chosen.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_says_where_its_words_may_go_on() {
        let fragments = |search| Fragments::of(search).map(|found| (found.all, found.is_exact));
        let open = |text: &str, is_open| Fragment { text: text.to_owned(), is_open };
        assert_eq!(fragments("Voice"), Some((vec![open("voice", (true, true))], true)));
        assert_eq!(
            fragments(" voice-of the "),
            Some((
                vec![open("voice", (true, false)), open("of", (false, false)), open("the", (false, true))],
                false
            ))
        );
        assert_eq!(fragments("voice,"), Some((vec![open("voice", (true, false))], false)));
        assert_eq!(fragments("(voice"), Some((vec![open("voice", (false, true))], false)));
        assert_eq!(fragments("%_"), None);
        assert_eq!(fragments(" - "), None);
    }

    /// The rule, and what it makes of names, slugs and descriptions.
    const PINNED: (i64, &[([&str; 3], &str)]) = (
        2,
        &[
            (
                ["Invoice  ENTRY", "invoice-entry", "Read the mail,\n\n post it"],
                "invoice entry\ninvoice entry\nread the mail, post it",
            ),
            (
                ["Größe ÉTÉ ﬁle Ⅷ Ｉ", "grosse-ete", "Cafe\u{301} İstanbul STRASSE ẞ Σίσυφος"],
                "größe été file viii i\ngrosse ete\ncafé i\u{307}stanbul strasse ß σίσυφος",
            ),
            (
                ["Form W-8 / 2024", "form-w-8-2024", "No. 007 ٣ ½ 10 000,50 %"],
                "form w 8 / 2024\nform w 8 2024\nno. 007 ٣ 1⁄2 10 000,50 %",
            ),
            (
                [
                    "Tags",
                    "tags",
                    "<p>Read &amp; <b>che</b>ck</p><ul><li>one</li>\n<li title=\"a>b\">t&ouml;o</li></ul>",
                ],
                "tags\ntags\nread & check one töo",
            ),
            (
                [
                    "Hidden",
                    "hidden",
                    "<!-- Word --><p>Seen<!-- not --></p><script>alert(1)</script><style>p{}</style><!-- open",
                ],
                "hidden\nhidden\nseen <! open",
            ),
            (
                ["Table", "table", "<table><tr><td>Net</td><td>Gross</td></tr></table>a < b > c"],
                "table\ntable\nnet gross a < b > c",
            ),
            (
                ["Entities", "entities", "M&uuml;ller &#38; Co&nbsp;KG\nAT&T &unknown;"],
                "entities\nentities\nmüller & co kg at&t &unknown;",
            ),
            (
                [
                    "Draft",
                    "draft",
                    r#"{"blocks":[{"text":"Open the MAIL.","type":"unstyled"},{"text":"<b>Save</b> it"}]}"#,
                ],
                "draft\ndraft\nopen the mail. <b>save</b> it",
            ),
            (
                ["No document", "no-document", r#"{"note":"no document"}"#],
                "no document\nno document\n{\"note\":\"no document\"}",
            ),
        ],
    );

    #[test]
    fn what_a_rule_makes_stays_until_there_is_another_rule() {
        let (rule, pinned) = PINNED;
        for &([name, slug, description], key) in pinned {
            assert_eq!(
                (RULE, &*search_key(name, slug, description)),
                (rule, key),
                "Keys that are stored are made anew only if `RULE` is higher than the one that made them. If another \
                 key is meant, raise `RULE`, and then put the new number and the new keys into `PINNED`. If the rule \
                 was raised for something that isn't pinned, pin that too."
            );
        }
    }
}
