//! Bodies of forms.

use automation_hub_server::pages::form::Form;

pub const PIECES: &[&str] =
    &["name", "csrf_token", "=", "&", "+", "%", "%41", "%zz", "%C3%A9", "%ff", "%00", "é", ";"];

const MOST: usize = 20;

pub fn check(body: &[u8]) {
    let form = Form::parse(body);
    let expected = naive(body);
    // Each is looked for among all: of many, the first few will do.
    for (name, first) in expected.iter().take(MOST) {
        let all: Vec<&str> =
            expected.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect();
        assert_eq!(form.all(name).collect::<Vec<_>>(), all, "{name:?}");
        assert_eq!(form.raw(name), all[0]);
        assert_eq!(form.text(name), all[0].trim());
        assert!(form.has(name, first) && form.is_ticked(name));
    }
    assert_eq!(
        form.raw("absent field"),
        expected.iter().find(|(name, _)| name == "absent field").map_or("", |(_, value)| value)
    );
    let names: Vec<_> = expected.iter().map(|(name, _)| format!("{name:?}")).collect();
    assert_eq!(format!("{form:?}"), format!("{{{}}}", names.join(", ")), "no value is printed");
}

fn naive(body: &[u8]) -> Vec<(String, String)> {
    body.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = at.map_or((pair, &b""[..]), |at| (&pair[..at], &pair[at + 1..]));
            (decoded_bytes(name), decoded_bytes(value))
        })
        .collect()
}

/// One half of a pair as it was before it was encoded.
pub fn decoded(text: &str) -> String {
    decoded_bytes(text.as_bytes())
}

fn decoded_bytes(mut text: &[u8]) -> String {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::new();
    while let [first, rest @ ..] = text {
        let escaped = match text {
            [b'%', high, low, ..] => digit(*high).zip(digit(*low)),
            _ => None,
        };
        if let Some((high, low)) = escaped {
            bytes.push(high * 16 + low);
            text = &text[3..];
        } else {
            bytes.push(if *first == b'+' { b' ' } else { *first });
            text = rest;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
