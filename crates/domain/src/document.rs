//! Documents of an automation: their fixed types, and what each may be.

use crate::{
    file::FileName,
    text::{TextError, is_unprintable},
};

macro_rules! document_types {
    ($($name:ident = $id:literal, $key:literal, $title:literal;)+) => {
        /// What a document is, `document_type_id` on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum DocumentType {
            $($name,)+
        }

        impl DocumentType {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            pub const fn id(self) -> i64 {
                match self { $(Self::$name => $id,)+ }
            }

            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)+ }
            }

            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            pub const fn from_id(id: i64) -> Option<Self> {
                match id { $($id => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

document_types! {
    ProcessDefinition = 1, "PDD", "Process Definition Document";
    SolutionDesign = 2, "SDD", "Solution Design Document";
    DevelopmentSpecification = 3, "DSD", "Development Specification Document";
    StandardOperatingProcedure = 4, "SOP", "Standard Operating Procedure";
    DetailedWorkInstructions = 5, "DWI", "Detailed Work Instructions";
    ProcessMap = 6, "PM", "Process Map";
    InputFile = 7, "INF", "Input File";
    OutputFile = 8, "OUF", "Output File";
    Miscellaneous = 9, "MISC", "Misc.";
    TaskCapture = 10, "TCD", "Task Capture Document";
    SourceCode = 11, "ASC", "Automation Source Code";
}

impl DocumentType {
    /// Endings of the files it takes; empty where any will do.
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::TaskCapture => &["zip", "ssp"],
            _ => &[],
        }
    }

    /// Whether it may be a link instead of a file.
    pub const fn takes_links(self) -> bool {
        !matches!(self, Self::TaskCapture)
    }

    pub fn takes_file(self, name: &FileName) -> bool {
        let extensions = self.extensions();
        extensions.is_empty()
            || name
                .extension()
                .is_some_and(|ending| extensions.iter().any(|allowed| allowed.eq_ignore_ascii_case(ending)))
    }
}

/// Most characters of a link.
pub const LINK_LIMIT: usize = 2048;

/// Why a text is no link that a page may offer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("A link beginning with https:// or http:// is needed.")]
    NotLink,
    #[error("A link without a user name and a password is needed.")]
    Credentials,
    #[error("A link has no line breaks, tabs or characters that can't be seen, and no blank at its end.")]
    Unprintable,
    #[error(transparent)]
    Text(#[from] TextError),
}

/// A link that a page may offer: `http` or `https` and a host. Behind that it may hold blanks, as links to shared folders
/// often do.
pub fn link(text: &str) -> Result<&str, LinkError> {
    let host = host(text).filter(|host| !host.is_empty() && !host.contains(['\\', ' ']));
    if host.ok_or(LinkError::NotLink)?.contains('@') {
        return Err(LinkError::Credentials);
    }
    let is_unseen = |c: char| is_unprintable(c) || c.is_whitespace() && c != ' ';
    if text.chars().any(is_unseen) || text.ends_with(' ') {
        return Err(LinkError::Unprintable);
    }
    match text.chars().count() {
        length if length > LINK_LIMIT => Err(TextError::TooLong { limit: LINK_LIMIT, length }.into()),
        _ => Ok(text),
    }
}

/// What stands between the scheme and the path.
fn host(text: &str) -> Option<&str> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    rest?.split(['/', '?', '#']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_back_to_their_types() {
        for &kind in DocumentType::ALL {
            assert_eq!(DocumentType::from_id(kind.id()), Some(kind));
        }
        assert_eq!((DocumentType::from_id(0), DocumentType::from_id(12)), (None, None));
    }

    #[test]
    fn a_task_capture_is_an_archive_and_everything_else_anything() {
        let name = |text| FileName::parse(text).unwrap();
        for (text, fits) in [("a.zip", true), ("a.SSP", true), ("a.zip.exe", false), ("zip", false)] {
            assert_eq!(DocumentType::TaskCapture.takes_file(&name(text)), fits, "{text}");
            assert!(DocumentType::Miscellaneous.takes_file(&name(text)), "{text}");
        }
    }

    #[test]
    fn links_lead_to_the_web() {
        for link in [
            "https://a.example",
            "HTTP://a.example/b?c#d",
            "https://[::1]:80/",
            "https://a.example/Shared Documents/b c.docx",
        ] {
            assert_eq!(super::link(link), Ok(link));
        }
        for other in [
            "",
            "a.example",
            "//wiki.example",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https://a b",
            "https://a.example\\@b",
            "file:///etc/passwd",
        ] {
            assert_eq!(super::link(other), Err(LinkError::NotLink), "{other}");
        }
        for named in ["https://user@a.example", "https://user:password@a.example/"] {
            assert_eq!(super::link(named), Err(LinkError::Credentials), "{named}");
        }
        for unseen in [
            "https://a.example/\u{202e}",
            "https://a.example/a\tb",
            "https://a.example/\u{a0}",
            "https://a.example/ ",
        ] {
            assert_eq!(super::link(unseen), Err(LinkError::Unprintable), "{unseen:?}");
        }
        let long = |length: usize| format!("https://a.example/{}", "ü".repeat(length - 18));
        assert_eq!(super::link(&long(2048)), Ok(&*long(2048)));
        let told = TextError::TooLong { limit: 2048, length: 2049 };
        assert_eq!(super::link(&long(2049)), Err(told.into()));
    }
}
