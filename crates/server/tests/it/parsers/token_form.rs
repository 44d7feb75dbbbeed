//! The token in its two forms, the second with a checksum.

use automation_hub_domain::token::value::{TokenForm, TokenValue};

pub const PIECES: &[&str] = &[
    "0f8fad5b-d9cb-469f-a165-70867728950e",
    "0f8fad5b",
    "-d9cb",
    "-a165-70867728950e",
    "F",
    "ahp_",
    "ahp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "000000",
];

pub fn check(input: &[u8]) {
    assert_eq!(TokenForm::of(input), naive(input));
    // Whatever the input's beginning looks like, with the right checksum behind it it is a token.
    let body: String =
        input.iter().take(43).map(|byte| char::from(DIGITS[usize::from(*byte) % 62])).collect();
    let head = format!("ahp_{body:0<43}");
    let whole = format!("{head}{}", checksum(head.as_bytes()));
    assert_eq!(TokenForm::of(whole.as_bytes()), Some(TokenForm::Prefixed), "{whole}");
    let mut random = [0; 32];
    random.iter_mut().zip(input).for_each(|(to, from)| *to = *from);
    for form in [TokenForm::Uuid, TokenForm::Prefixed] {
        let value = TokenValue::from_random(form, random);
        assert_eq!(naive(value.expose().as_bytes()), Some(form));
    }
}

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

fn naive(token: &[u8]) -> Option<TokenForm> {
    let text = std::str::from_utf8(token).ok()?;
    let groups: Vec<&str> = text.split('-').collect();
    let is_hex = |group: &&str| group.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    if groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(is_hex) {
        return Some(TokenForm::Uuid);
    }
    let body = text.strip_prefix("ahp_")?;
    let is_shaped = body.len() == 49 && body.chars().all(|c| c.is_ascii_alphanumeric());
    (is_shaped && text.ends_with(&checksum(&token[..47]))).then_some(TokenForm::Prefixed)
}

/// CRC-32 of IEEE 802.3, bit by bit, in six digits to base 62.
fn checksum(bytes: &[u8]) -> String {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    let mut rest = !crc;
    let mut digits = ['0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = char::from(DIGITS[(rest % 62) as usize]);
        rest /= 62;
    }
    digits.iter().collect()
}
