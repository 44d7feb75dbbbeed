//! `If-Match` and `If-None-Match`.

use automation_hub_server::api::conditional::{EntityTag, Named};

pub const PIECES: &[&str] = &[
    "\"7.12.3.4\"",
    "W/",
    "w/",
    "\"",
    "\" \"",
    "\"a,b\"",
    ",",
    " ",
    "\t",
    "*",
    "\"\"",
    "\u{7f}",
    "ü",
    "7",
    "+gzip",
    "\\",
];

pub fn check(input: &[u8]) {
    let read = Named::parse(input);
    assert_eq!(read, reference(input), "{input:?}");
    let Some(Named::These(tags)) = read else { return };
    let written: Vec<_> = tags
        .iter()
        .map(|tag| [if tag.is_weak { &b"W/\""[..] } else { b"\"" }, &tag.opaque, b"\""].concat())
        .collect();
    assert_eq!(Named::parse(&written.join(&b","[..])), Some(Named::These(tags)));
}

/// Byte by byte: in a tag, or between two.
fn reference(input: &[u8]) -> Option<Named> {
    let is_blank = |byte: u8| byte.is_ascii_whitespace();
    if input.trim_ascii() == b"*" {
        return Some(Named::Any);
    }
    let (mut tags, mut begun, mut is_weak, mut is_done) = (Vec::new(), None::<Vec<u8>>, false, false);
    let mut bytes = input.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match (&mut begun, byte) {
            (Some(_), b'"') => {
                tags.push(EntityTag { is_weak, opaque: begun.take()? });
                (is_weak, is_done) = (false, true);
            }
            (Some(_), byte) if byte <= b' ' || byte == 0x7f => return None,
            (Some(opaque), byte) => opaque.push(byte),
            (None, b',') => is_done = false,
            (None, byte) if is_blank(byte) => {}
            (None, _) if is_done => return None,
            (None, b'"') => begun = Some(Vec::new()),
            (None, b'W') => {
                if bytes.next()? != b'/' || *bytes.peek()? != b'"' {
                    return None;
                }
                is_weak = true;
            }
            (None, _) => return None,
        }
    }
    (begun.is_none() && !tags.is_empty()).then_some(Named::These(tags))
}
