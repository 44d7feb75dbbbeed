//! Hashing of keys that callers can't choose so that they clash: ids are counted up by the hub, digests depend on a pepper.
//! And digests as text.

use std::{
    fmt::Write as _,
    hash::{BuildHasherDefault, Hasher},
};

/// For tables by such keys.
pub type QuickHash = BuildHasherDefault<QuickHasher>;

#[derive(Default)]
pub struct QuickHasher(u64);

impl Hasher for QuickHasher {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        // 2^64 divided by the golden ratio spreads consecutive numbers evenly.
        self.0 = (self.0.rotate_left(32) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// In hexadecimal digits.
pub fn hex(digest: &[u8]) -> String {
    let mut text = String::with_capacity(2 * digest.len());
    for byte in digest {
        // Writing to memory doesn't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
