//! A small seeded generator (`SplitMix64`), so that the same call always yields the same organisation.

pub(super) struct Random(u64);

impl Random {
    pub(super) const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not zero. The bias is far below what a sample could show.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        let high_half = u32::try_from(self.next() >> 32).unwrap_or(u32::MAX);
        u32::try_from((u64::from(high_half) * u64::from(end)) >> 32).unwrap_or(0)
    }

    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// True in about `percent` of a hundred calls.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(u32::try_from(from.len()).unwrap_or(u32::MAX)) as usize)
    }

    /// One of the entries, as often as its weight says.
    pub(super) fn weighted<T: Copy>(&mut self, from: &[(T, u32)]) -> Option<T> {
        let mut left = self.below(from.iter().map(|&(_, weight)| weight).sum());
        for &(value, weight) in from {
            if left < weight {
                return Some(value);
            }
            left -= weight;
        }
        None
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(u32::try_from(last + 1).unwrap_or(u32::MAX)) as usize;
            items.swap(last, other);
        }
    }
}
