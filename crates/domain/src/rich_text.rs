//! Texts that came as plain text, as an HTML fragment or as a rich-text document in JSON, as people read them. Markup is
//! never passed on: what a template prints is text and gets escaped like any other, and what is searched are words.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::text::is_blank;

/// The part of a rich-text document (the `DraftJS` format) that holds its words.
#[derive(Deserialize)]
struct Document {
    blocks: Vec<Block>,
}

#[derive(Deserialize)]
struct Block {
    #[serde(default)]
    text: String,
}

/// A text as people read it, a line of its own for whatever begins one. Most texts are plain and stay where they are:
/// this is asked of each idea that is written.
pub fn readable(text: &str) -> Cow<'_, str> {
    if let Some(Document { blocks }) = document(text) {
        let texts: Vec<_> = blocks.into_iter().map(|block| block.text).collect();
        return Cow::Owned(texts.join("\n"));
    }
    if is_html(text) {
        Cow::Owned(without_tags(text))
    } else if text.contains('&') {
        // Of a fragment without any element line breaks are all that tells its lines.
        Cow::Owned(decode(text))
    } else {
        Cow::Borrowed(text)
    }
}

fn document<'t, D: Deserialize<'t>>(text: &'t str) -> Option<D> {
    let text = text.trim();
    text.starts_with('{').then(|| serde_json::from_str(text).ok())?
}

/// All that there may be to see in such a document.
#[derive(Deserialize)]
struct Contents {
    blocks: Vec<BlockContents>,
    /// Pictures, links and the like, by their numbers.
    #[serde(default, rename = "entityMap")]
    entities: Map<String, Value>,
}

#[derive(Deserialize)]
struct BlockContents {
    #[serde(default)]
    text: String,
    /// Where other editors than `DraftJS` keep the words of a block.
    #[serde(default)]
    data: Map<String, Value>,
}

impl Contents {
    fn is_empty(&self) -> bool {
        let is_empty = |block: &BlockContents| block.data.is_empty() && block.text.chars().all(is_blank);
        self.entities.is_empty() && self.blocks.iter().all(is_empty)
    }
}

/// Whether people see nothing of it, as of what the editor of a field makes that nobody wrote into. A picture is something.
pub fn is_empty(text: &str) -> bool {
    // Of nearly every text the first letter tells.
    let begins = text.trim_start_matches(is_blank).chars().next();
    if begins.is_some_and(|first| !matches!(first, '{' | '<' | '&')) {
        return false;
    }
    if begins == Some('{') {
        // What can't be read is something.
        return document(text).is_some_and(|contents: Contents| contents.is_empty());
    }
    let is_picture = |rest| element(rest).is_some_and(|(name, ..)| name == "img");
    !text.split('<').skip(1).any(is_picture) && readable(text).chars().all(is_blank)
}

/// The paragraphs of a text, none of them empty.
pub fn paragraphs(text: &str) -> Vec<String> {
    lines(&readable(text))
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Elements that rich-text fields make. A text that merely contains `<` or `a < b > c` isn't one.
const ELEMENTS: &[&str] = &[
    "p",
    "div",
    "br",
    "ul",
    "ol",
    "li",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "span",
    "a",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
    "code",
    "table",
    "tbody",
    "thead",
    "tr",
    "td",
    "th",
    "img",
    "hr",
    "script",
    "style",
    "font",
    "sub",
    "sup",
];
/// Elements that begin a line of their own.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
    "tr",
    "hr",
];
/// Elements whose content isn't text for people.
const HIDDEN: &[&str] = &["script", "style"];

fn is_html(text: &str) -> bool {
    text.split_once("<!--").is_some_and(|(_, rest)| rest.contains("-->"))
        || text.split('<').skip(1).any(|rest| element(rest).is_some())
}

/// A tag as it begins behind its `<`: its lower-case element, whether it closes, and what follows it.
fn element(rest: &str) -> Option<(String, bool, &str)> {
    let (tag, after) = rest.split_at_checked(end_of_tag(rest)?)?;
    let after = after.get(1..)?;
    let is_closing = tag.starts_with('/');
    let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
    let name = name.to_ascii_lowercase();
    ELEMENTS.contains(&name.as_str()).then_some((name, is_closing, after))
}

/// Where the `>` of a tag stands: one within the value of an attribute isn't it, if that has an end.
fn end_of_tag(rest: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    for (position, letter) in rest.char_indices() {
        match quote {
            Some(open) if letter == open => quote = None,
            None if letter == '>' => return Some(position),
            None if before == '=' && matches!(letter, '"' | '\'') => quote = Some(letter),
            _ => {}
        }
        before = letter;
    }
    rest.find('>')
}

/// Comments hold what programs say to one another. One that isn't closed is a text that looks like one.
fn without_comments(text: &str) -> Cow<'_, str> {
    let next = |text| -> Option<(&str, &str)> {
        let (before, rest) = str::split_once(text, "<!--")?;
        Some((before, rest.split_once("-->")?.1))
    };
    let Some((before, mut left)) = next(text) else { return Cow::Borrowed(text) };
    let mut without = String::with_capacity(text.len());
    without.push_str(before);
    // Each place is looked at once: this is asked of whatever somebody sends.
    while let Some((before, after)) = next(left) {
        without.push_str(before);
        left = after;
    }
    without.push_str(left);
    Cow::Owned(without)
}

fn without_tags(text: &str) -> String {
    let text = without_comments(text);
    let mut plain = String::with_capacity(text.len());
    let mut parts = text.split('<');
    plain.push_str(&one_line(parts.next().unwrap_or_default()));
    let mut hidden: Option<String> = None;
    for part in parts {
        let Some((name, is_closing, after)) = element(part) else {
            if hidden.is_none() {
                plain.push('<');
                plain.push_str(&one_line(part));
            }
            continue;
        };
        if HIDDEN.contains(&name.as_str()) {
            hidden = (!is_closing).then(|| name.clone());
        }
        if hidden.is_none() {
            plain.push_str(separator(&name, is_closing));
            plain.push_str(&one_line(after));
        }
    }
    plain
}

/// What a tag keeps apart.
fn separator(element: &str, is_closing: bool) -> &'static str {
    match element {
        "td" | "th" if !is_closing => " ",
        block if BLOCKS.contains(&block) => "\n",
        _ => "",
    }
}

/// Line breaks between tags mean nothing in HTML.
fn one_line(text: &str) -> String {
    decode(&text.replace(['\n', '\r', '\t'], " "))
}

/// The named characters of Latin-1 from U+00A0 on, in the order of their codes.
const LATIN: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 \
    sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml \
    Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml \
    times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave \
    eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute \
    ucirc uuml yacute thorn yuml";

/// The named characters that rich-text fields write, and numbered ones.
fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut parts = text.split('&');
    decoded.push_str(parts.next().unwrap_or_default());
    for part in parts {
        if let Some((c, rest)) = part.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest)))
        {
            decoded.push(c);
            decoded.push_str(rest);
        } else {
            decoded.push('&');
            decoded.push_str(part);
        }
    }
    decoded
}

fn character(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "bull" => '•',
        "lsquo" => '‘',
        "rsquo" => '’',
        "sbquo" => '‚',
        "ldquo" => '“',
        "rdquo" => '”',
        "bdquo" => '„',
        "euro" => '€',
        _ => {
            let Some(number) = name.strip_prefix('#') else { return latin(name) };
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control())?
        }
    })
}

fn latin(name: &str) -> Option<char> {
    ('\u{a0}'..='\u{ff}').zip(LATIN.split(' ')).find_map(|(c, known)| (known == name).then_some(c))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("")]
    #[case(" \u{200b}\u{ad}")]
    #[case("<p><br></p>")]
    #[case(" <p class=\"x\"> </p><!-- made by an editor -->")]
    #[case("&nbsp;&#32;")]
    #[case(r#"{"blocks":[],"entityMap":{}}"#)]
    #[case(r#"{"blocks":[{"key":"a","text":" ","type":"unstyled"}],"entityMap":{}}"#)]
    #[case(r#"{"blocks":[{}]}"#)]
    #[case("<p>\u{feff}</p>")]
    fn an_editor_that_nobody_wrote_into_says_nothing(#[case] text: &str) {
        assert!(is_empty(text));
    }

    #[rstest]
    #[case("x")]
    #[case("<")]
    #[case("{}")]
    #[case("<p>.</p>")]
    #[case("<p><img src=\"data:image/png;base64,AA\"></p>")]
    #[case(r#"{"blocks":[{"text":"x"}]}"#)]
    #[case(r#"{"blocks":[{"text":" "}],"entityMap":{"0":{"type":"IMAGE"}}}"#)]
    #[case(r#"{"blocks":[{"type":"paragraph","data":{"text":"Hello"}}]}"#)]
    #[case(r#"{"blocks":[{"text":""}],"entityMap":[1]}"#)]
    fn words_and_pictures_are_something(#[case] text: &str) {
        assert!(!is_empty(text));
    }

    #[rstest]
    #[case("One.\n\n  Two. ", &["One.", "Two."])]
    #[case("", &[])]
    #[case(r#"{"blocks":[{"text":"Open the mail."},{"text":""},{"text":"Save it."}],"entityMap":{}}"#, &["Open the mail.", "Save it."])]
    #[case(r#"{"note":"no document"}"#, &[r#"{"note":"no document"}"#])]
    #[case("<p>Read &amp; <b>check</b></p><p>Post&nbsp;it&#33;</p>", &["Read & check", "Post\u{a0}it!"])]
    #[case("<ul><li>one</li>\n<li>two</li></ul>", &["one", "two"])]
    #[case("first<br/>second", &["first", "second"])]
    #[case("If a < b and b > c, stop", &["If a < b and b > c, stop"])]
    #[case("<p>Seen</p><script>alert('x')</script><p>too</p>", &["Seen", "too"])]
    #[case("<p>2 < 3 &unknown; &#x0;</p>", &["2 < 3 &unknown; &#x0;"])]
    #[case("<p>Gr&ouml;&szlig;e &Auml;&yuml;&nbsp;&not; &Szlig;</p>", &["Größe Äÿ\u{a0}¬ &Szlig;"])]
    #[case("<!--[if gte mso 9]><xml><w:View>Normal</w:View></xml><![endif]--><p class=MsoNormal>Real</p>", &["Real"])]
    #[case("<!<!---->-- x -->", &["<!-- x -->"])]
    #[case("Plain<!-- secret --> text<!-- open", &["Plain text<!-- open"])]
    #[case("<p title=\"a>b\" class='c>d'>Seen</p><p title=\"open>too</p>", &["Seen", "too"])]
    #[case("<table><tr><td>Net</td><td>Gross</td></tr></table>", &["Net Gross"])]
    #[case("M&uuml;ller &amp; Co\nAT&T", &["Müller & Co", "AT&T"])]
    fn any_form_becomes_plain_paragraphs(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(paragraphs(text), expected);
    }

    #[test]
    fn each_letter_of_latin_1_has_its_name() {
        assert_eq!(LATIN.split(' ').count(), 0x60);
        for (name, letter) in
            [("iexcl", '¡'), ("iquest", '¿'), ("times", '×'), ("divide", '÷'), ("thorn", 'þ')]
        {
            assert_eq!(character(name), Some(letter));
        }
    }
}
