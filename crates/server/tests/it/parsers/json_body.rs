//! Bodies of calls: one JSON object without repeated members.

use automation_hub_server::api::extract::JsonObject;
use serde_json::Value;

pub const PIECES: &[&str] = &[
    "{\"a\":1,",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\"a\":",
    "\"a\":1",
    "\"b\":",
    "{\"a\":1,\"a\":2}",
    "null",
    "true",
    "-0",
    "1e9",
    "{\"a\":2.0}",
    "{\"a\":[0e3]}",
    "1e999",
    "0.5",
    "\\u0000",
    "\\ud800",
    "\\\"",
    "\\",
    "\u{feff}",
    " ",
    "\n",
    "é",
    "[[[[[[[[[[[[[[[[",
    "{\"a\":{\"a\":{\"a\":",
];

pub fn check(body: &[u8]) {
    let parsed = JsonObject::parse(body);
    assert_eq!(parsed.as_ref().ok().map(|object| &object.0), naive(body).as_ref());
    if let Err(error) = parsed {
        assert!(format!("{error:?}").len() < 4096, "an error grows with what was sent");
    }
}

/// What a parser reads that keeps the last of two members, if it can have dropped none: there are as many colons
/// outside of texts as members in what it read.
fn naive(body: &[u8]) -> Option<serde_json::Map<String, Value>> {
    let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let value: Value = serde_json::from_slice(text).ok()?;
    if colons(text) != members(&value) || holds_nul(&value) {
        return None;
    }
    match simplified(value) {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

/// With numbers that have no fraction as whole ones, however they were written: by their digits.
fn simplified(value: Value) -> Value {
    match value {
        Value::Number(number) => {
            match number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0) {
                Some(float) => {
                    format!("{float:.0}").parse::<i64>().map_or(Value::Number(number), Value::from)
                }
                None => Value::Number(number),
            }
        }
        Value::Array(items) => items.into_iter().map(simplified).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, simplified(value))).collect())
        }
        other => other,
    }
}

fn colons(text: &[u8]) -> usize {
    let (mut count, mut is_text, mut is_escaped) = (0, false, false);
    for byte in text {
        match (is_text, is_escaped, byte) {
            (true, true, _) => is_escaped = false,
            (true, false, b'\\') => is_escaped = true,
            (_, _, b'"') => is_text = !is_text,
            (false, _, b':') => count += 1,
            _ => {}
        }
    }
    count
}

fn members(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields.len() + fields.values().map(members).sum::<usize>(),
        Value::Array(items) => items.iter().map(members).sum(),
        _ => 0,
    }
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Object(fields) => fields.values().any(holds_nul),
        Value::Array(items) => items.iter().any(holds_nul),
        _ => false,
    }
}
