//! Files as people hand them in: a name that can stand in a header, a media type, and what may be shown in place.

use crate::text;

/// A file's name without folders, 1 to 255 bytes, without control and text-direction characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    pub const LIMIT: usize = 255;

    /// What is left of a name once folders and what reorders or hides text are cut; `None` if nothing is.
    pub fn parse(name: &str) -> Option<Self> {
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let plain: String = last.chars().filter(|&c| !text::is_unprintable(c)).collect();
        let plain = plain.trim().trim_end_matches(['.', ' ']);
        if plain.trim_start_matches('.').is_empty() {
            return None;
        }
        Some(Self(shorten(plain)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows the last full stop.
    pub fn extension(&self) -> Option<&str> {
        self.0.rsplit_once('.').map(|(_, ending)| ending)
    }
}

/// At most [`FileName::LIMIT`] bytes, the ending kept where it has a usual length.
fn shorten(name: &str) -> String {
    if name.len() <= FileName::LIMIT {
        return name.to_owned();
    }
    let ending = name.rfind('.').map(|at| name.split_at(at).1).filter(|ending| ending.len() <= 16);
    let ending = ending.unwrap_or_default();
    let mut end = FileName::LIMIT - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", name.split_at(end).0)
}

/// A media type without parameters, in lower case: `image/png`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaType(String);

/// Only what browsers show without running any of it.
const SHOWN_IN_PLACE: [&str; 10] = [
    "image/avif",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/plain",
    "video/mp4",
    "video/ogg",
    "video/quicktime",
    "video/webm",
];

impl MediaType {
    const LIMIT: usize = 127;

    /// Text that is no media type means bytes of no known kind.
    pub fn parse(text: &str) -> Self {
        let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_token = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
        };
        match essence.split_once('/') {
            Some((kind, sub)) if is_token(kind) && is_token(sub) && essence.len() <= Self::LIMIT => {
                Self(essence)
            }
            _ => Self("application/octet-stream".to_owned()),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a browser may show it where it stands; everything else is for saving.
    pub fn is_shown_in_place(&self) -> bool {
        SHOWN_IN_PLACE.contains(&self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_folders_and_what_misleads() {
        for (given, kept) in [
            ("a.pdf", Some("a.pdf")),
            ("../../etc/passwd", Some("passwd")),
            ("C:\\temp\\Ü b.docx ", Some("Ü b.docx")),
            ("gpj\u{202e}.exe\r\nSet-Cookie: x", Some("gpj.exeSet-Cookie: x")),
            (".gitignore", Some(".gitignore")),
            ("a/", None),
            ("..", None),
            (" \u{0} ", None),
            ("", None),
        ] {
            assert_eq!(FileName::parse(given).as_ref().map(FileName::as_str), kept, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = FileName::parse(&format!("{}.xlsx", "ü".repeat(300))).unwrap();
        assert!(name.as_str().len() <= FileName::LIMIT && name.as_str().ends_with("ü.xlsx"));
    }

    #[test]
    fn media_types_are_plain_and_few_are_shown() {
        for (given, kept, shown) in [
            ("image/PNG", "image/png", true),
            ("text/plain; charset=utf-8", "text/plain", true),
            ("text/html", "text/html", false),
            ("image/svg+xml", "image/svg+xml", false),
            ("pdf", "application/octet-stream", false),
            ("text/html\r\nx: y", "application/octet-stream", false),
        ] {
            let parsed = MediaType::parse(given);
            assert_eq!((parsed.as_str(), parsed.is_shown_in_place()), (kept, shown), "{given}");
        }
    }
}
