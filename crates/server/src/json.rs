//! JSON written straight into a buffer, for what is sent too often to build a tree of values first.

use std::io::Write as _;

use serde_json::Value;

/// The members of one JSON object, appended to a buffer. Names have to be plain: they are not escaped.
pub struct Members<'b> {
    buffer: &'b mut Vec<u8>,
    is_first: bool,
}

/// Appends an object.
pub fn object(buffer: &mut Vec<u8>, fill: impl FnOnce(&mut Members<'_>)) {
    buffer.push(b'{');
    fill(&mut Members::new(buffer));
    buffer.push(b'}');
}

/// Appends an array of what `write` appends for each item.
pub fn array<T>(
    buffer: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    buffer.push(b'[');
    for (position, item) in items.into_iter().enumerate() {
        if position > 0 {
            buffer.push(b',');
        }
        write(buffer, item);
    }
    buffer.push(b']');
}

/// The members that `fill` adds, as a text to be inserted elsewhere.
pub fn members(fill: impl FnOnce(&mut Members<'_>)) -> String {
    let mut buffer = Vec::with_capacity(512);
    fill(&mut Members::new(&mut buffer));
    // Names and values come from strings, so what they make is one.
    String::from_utf8(buffer).unwrap_or_default()
}

impl<'b> Members<'b> {
    pub fn new(buffer: &'b mut Vec<u8>) -> Self {
        Self { buffer, is_first: true }
    }

    fn name(&mut self, name: &str) -> &mut Vec<u8> {
        if !self.is_first {
            self.buffer.push(b',');
        }
        self.is_first = false;
        self.buffer.push(b'"');
        self.buffer.extend_from_slice(name.as_bytes());
        self.buffer.extend_from_slice(b"\":");
        self.buffer
    }

    /// A text that needs no escaping.
    pub fn plain(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
        let buffer = self.name(name);
        buffer.push(b'"');
        write(buffer);
        buffer.push(b'"');
    }

    pub fn null(&mut self, name: &str) {
        self.name(name).extend_from_slice(b"null");
    }

    pub fn text(&mut self, name: &str, value: &str) {
        string(self.name(name), value);
    }

    /// One text out of several.
    pub fn joined(&mut self, name: &str, parts: &[&str]) {
        let buffer = self.name(name);
        buffer.push(b'"');
        for part in parts {
            escaped(buffer, part);
        }
        buffer.push(b'"');
    }

    pub fn optional_text(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.null(name),
        }
    }

    pub fn integer(&mut self, name: &str, value: i64) {
        whole(self.name(name), value);
    }

    pub fn optional_integer(&mut self, name: &str, value: Option<i64>) {
        match value {
            Some(value) => self.integer(name, value),
            None => self.null(name),
        }
    }

    /// 0 or 1, as the mirrored API writes truth.
    pub fn flag(&mut self, name: &str, value: bool) {
        self.integer(name, i64::from(value));
    }

    /// Whole numbers without a fraction; what JSON has no number for is null.
    pub fn number(&mut self, name: &str, value: Option<f64>) {
        let buffer = self.name(name);
        // Writing to memory doesn't fail.
        let _ = match value.filter(|value| value.is_finite()) {
            Some(value) => write!(buffer, "{value}"),
            None => write!(buffer, "null"),
        };
    }

    /// Any value, as it is.
    pub fn value(&mut self, name: &str, value: &serde_json::Value) {
        let buffer = self.name(name);
        // Writing to memory doesn't fail, and these values are JSON already.
        let _ = write!(buffer, "{value}");
    }

    pub fn array<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        write: impl FnMut(&mut Vec<u8>, T),
    ) {
        array(self.name(name), items, write);
    }

    pub fn object(&mut self, name: &str, fill: impl FnOnce(&mut Members<'_>)) {
        object(self.name(name), fill);
    }

    /// A value that was written before.
    pub fn raw(&mut self, name: &str, value: &str) {
        self.name(name).extend_from_slice(value.as_bytes());
    }

    /// Members that were written before.
    pub fn written(&mut self, members: &str) {
        self.written_bytes(members.as_bytes());
    }

    /// As [`Members::written`], for a text in UTF-8 that is known as bytes alone.
    pub fn written_bytes(&mut self, members: &[u8]) {
        if members.is_empty() {
            return;
        }
        if !self.is_first {
            self.buffer.push(b',');
        }
        self.is_first = false;
        self.buffer.extend_from_slice(members);
    }
}

/// As a value, without a fraction where it is whole.
pub fn number(number: f64) -> Value {
    number.to_string().parse().unwrap_or(Value::Null)
}

/// A whole number.
pub fn whole(buffer: &mut Vec<u8>, value: i64) {
    buffer.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// A string with its quotes.
pub fn string(buffer: &mut Vec<u8>, value: &str) {
    buffer.push(b'"');
    escaped(buffer, value);
    buffer.push(b'"');
}

fn escaped(buffer: &mut Vec<u8>, value: &str) {
    let mut rest = value.as_bytes();
    while let Some((plain, from)) = rest.split_at_checked(plain_length(rest)) {
        buffer.extend_from_slice(plain);
        let Some((&byte, after)) = from.split_first() else { return };
        rest = after;
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            _ => {
                let _ = write!(buffer, "\\u{byte:04x}");
                continue;
            }
        };
        buffer.extend_from_slice(escape);
    }
}

/// How far a text goes on without anything that has to be escaped.
fn plain_length(text: &[u8]) -> usize {
    let (words, _) = text.as_chunks();
    let plain = words.iter().take_while(|word| !has_special(u64::from_ne_bytes(**word))).count() * 8;
    let is_special = |byte: &u8| *byte < 0x20 || matches!(byte, b'"' | b'\\');
    let rest = text.get(plain..).unwrap_or_default();
    plain + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// Whether one of eight bytes has to be escaped. A byte's top bit is set by a borrow if it was less than what was
/// taken off, and equal bytes are 0 in an exclusive or.
const fn has_special(word: u64) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const TOP: u64 = 0x80 * EACH;
    const fn has_less(word: u64, than: u64) -> u64 {
        word.wrapping_sub(than * EACH) & !word & TOP
    }
    let quotes = word ^ (b'"' as u64 * EACH);
    let backslashes = word ^ (b'\\' as u64 * EACH);
    has_less(word, 0x20) | has_less(quotes, 1) | has_less(backslashes, 1) != 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn members_are_separated_and_nested() {
        let text = members(|m| {
            m.integer("a", -1);
            m.written("");
            m.written(r#""b":[],"c":null"#);
            m.number("d", Some(2.0));
            m.number("e", Some(f64::NAN));
            m.object("f", |m| m.flag("g", true));
            m.array("h", [1, 2], |buffer, n: u8| buffer.push(b'0' + n));
        });
        assert_eq!(text, r#""a":-1,"b":[],"c":null,"d":2,"e":null,"f":{"g":1},"h":[1,2]"#);
    }

    proptest! {
        #[test]
        fn any_text_and_number_read_back(text: String, number in -1e15..1e15_f64) {
            let mut buffer = Vec::new();
            object(&mut buffer, |m| {
                m.text("text", &text);
                m.number("number", Some(number));
            });
            let value: serde_json::Value = serde_json::from_slice(&buffer).unwrap();
            prop_assert_eq!(value["text"].as_str(), Some(text.as_str()));
            let read = value["number"].as_f64().unwrap();
            // The parser may round the last digit the other way.
            prop_assert!((read - number).abs() <= number.abs() * 2.0 * f64::EPSILON);
        }
    }
}
