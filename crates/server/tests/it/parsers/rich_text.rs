//! Descriptions, which come as text, as HTML or as a rich-text document.

use automation_hub_domain::rich_text::paragraphs;

pub const PIECES: &[&str] = &[
    "<p>One.</p>",
    "<p>",
    "</p>",
    "<br/>",
    "<script>",
    "</script>",
    "<style>",
    "<b",
    ">",
    "<",
    "&amp;",
    "&#",
    "&#x41;",
    "&#0;",
    "&#10;",
    "&#55296;",
    ";",
    "&",
    "{\"blocks\":[",
    "{\"text\":\"One.\\nTwo.\"}",
    "]}",
    "\n",
    "\r",
    " ",
    "é",
    "text",
];

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let paragraphs = paragraphs(text);
    for paragraph in &paragraphs {
        assert!(!paragraph.is_empty() && paragraph.trim() == paragraph, "{text:?}: {paragraph:?}");
        assert!(!paragraph.contains('\n'), "{text:?}: {paragraph:?}");
    }
    let length: usize = paragraphs.iter().map(String::len).sum();
    assert!(length <= text.len(), "{text:?} grew to {length} bytes");
    // Without markup and entities there is nothing to understand.
    let has_entities = text.contains('&') && text.contains(';');
    if !text.contains('<') && !has_entities && !text.trim().starts_with('{') {
        let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(paragraphs, lines);
    }
}
