//! Sets of ideas in blocks of 4096 ids, as they are stored and as they are joined and intersected.

use std::collections::BTreeMap;

use automation_hub_domain::page::Direction;

use crate::StorageError;

const BLOCK_BITS: u32 = 12;
const WORDS: usize = 1 << (BLOCK_BITS - 6);
const BITMAP_BYTES: usize = WORDS * 8;
/// As many take as much room one by one as a bit for each idea.
const MANY: u32 = 256;

/// Which of the ids of one block are in a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block(Box<[u64; WORDS]>);

impl Default for Block {
    fn default() -> Self {
        Self(Box::new([0; WORDS]))
    }
}

/// Number of an id's block, and its place there.
pub(super) const fn place(id: i64) -> (i64, u16) {
    #[expect(clippy::cast_sign_loss, reason = "the last twelve bits")]
    let offset = (id & ((1 << BLOCK_BITS) - 1)) as u16;
    (id >> BLOCK_BITS, offset)
}

impl Block {
    pub(super) fn set(&mut self, offset: u16, is_in: bool) {
        if let Some(word) = self.0.get_mut(usize::from(offset >> 6)) {
            let bit = 1 << (offset & 63);
            *word = if is_in { *word | bit } else { *word & !bit };
        }
    }

    fn contains(&self, offset: u16) -> bool {
        self.0.get(usize::from(offset >> 6)).is_some_and(|word| word >> (offset & 63) & 1 == 1)
    }

    fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    fn offsets(&self) -> impl Iterator<Item = u16> {
        (0..).zip(self.0.iter()).flat_map(|(number, word)| bits(*word).map(move |bit| (number << 6) | bit))
    }

    /// The ids of it as the block of that number.
    fn ids(&self, number: i64) -> std::vec::IntoIter<i64> {
        let id = |offset| (number << BLOCK_BITS) | i64::from(offset);
        self.offsets().map(id).collect::<Vec<_>>().into_iter()
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        if self.len() < MANY {
            self.offsets().flat_map(u16::to_le_bytes).collect()
        } else {
            self.0.iter().flat_map(|word| word.to_le_bytes()).collect()
        }
    }

    /// Adds what was [encoded](Self::encode).
    pub(super) fn decode(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        if bytes.len() == BITMAP_BYTES {
            for (word, bytes) in self.0.iter_mut().zip(bytes.as_chunks().0) {
                *word |= u64::from_le_bytes(*bytes);
            }
            return Ok(());
        }
        let (offsets, []) = bytes.as_chunks() else {
            return Err(StorageError::Corrupt("search_postings: ideas".to_owned()));
        };
        for offset in offsets {
            self.set(u16::from_le_bytes(*offset), true);
        }
        Ok(())
    }
}

/// The numbers of the bits that are set.
fn bits(mut word: u64) -> impl Iterator<Item = u16> {
    std::iter::from_fn(move || {
        let lowest = u16::try_from(word.trailing_zeros()).ok().filter(|bit| *bit < 64)?;
        word &= word - 1;
        Some(lowest)
    })
}

/// Ids of ideas, in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct IdSet(BTreeMap<i64, Block>);

impl IdSet {
    pub(super) fn set(&mut self, id: i64, is_in: bool) {
        let (number, offset) = place(id);
        if is_in {
            self.0.entry(number).or_default().set(offset, true);
        } else if let Some(block) = self.0.get_mut(&number) {
            block.set(offset, false);
        }
    }

    pub(super) fn add_encoded(&mut self, number: i64, bytes: &[u8]) -> Result<(), StorageError> {
        self.0.entry(number).or_default().decode(bytes)
    }

    pub(super) fn contains(&self, id: i64) -> bool {
        let (number, offset) = place(id);
        self.0.get(&number).is_some_and(|block| block.contains(offset))
    }

    /// Keeps what is in the other one too.
    pub(super) fn intersect(&mut self, other: &Self) {
        self.0.retain(|number, block| {
            let Some(other) = other.0.get(number) else { return false };
            for (word, other) in block.0.iter_mut().zip(other.0.iter()) {
                *word &= other;
            }
            true
        });
    }

    /// Adds what is in the other one.
    pub(super) fn join(&mut self, other: &Self) {
        for (number, theirs) in &other.0 {
            let ours = self.0.entry(*number).or_default();
            ours.0.iter_mut().zip(theirs.0.iter()).for_each(|(word, theirs)| *word |= theirs);
        }
    }

    /// Drops what is in the other one.
    pub(super) fn subtract(&mut self, other: &Self) {
        for (number, theirs) in &other.0 {
            if let Some(ours) = self.0.get_mut(number) {
                ours.0.iter_mut().zip(theirs.0.iter()).for_each(|(word, theirs)| *word &= !theirs);
            }
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.0.values().map(|block| u64::from(block.len())).sum()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = i64> {
        self.after(None, Direction::Ascending)
    }

    /// In a direction, from the first or those after one: no block before its own is looked at.
    pub(super) fn after(
        &self,
        after: Option<i64>,
        direction: Direction,
    ) -> Box<dyn Iterator<Item = i64> + '_> {
        let number = after.map(|id| place(id).0);
        match direction {
            Direction::Ascending => {
                let blocks = self.0.range(number.unwrap_or(i64::MIN)..);
                let ids = blocks.flat_map(|(number, block)| block.ids(*number));
                Box::new(ids.skip_while(move |id| after.is_some_and(|after| *id <= after)))
            }
            Direction::Descending => {
                let blocks = self.0.range(..=number.unwrap_or(i64::MAX)).rev();
                let ids = blocks.flat_map(|(number, block)| block.ids(*number).rev());
                Box::new(ids.skip_while(move |id| after.is_some_and(|after| *id >= after)))
            }
        }
    }
}

impl FromIterator<i64> for IdSet {
    fn from_iter<I: IntoIterator<Item = i64>>(ids: I) -> Self {
        let mut set = Self::default();
        for id in ids {
            set.set(id, true);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_reads_back_whether_few_or_many() {
        for step in [1, 7, 15, 16, 17, 4095] {
            let mut block = Block::default();
            for offset in (0..4096).step_by(step) {
                block.set(offset, true);
            }
            let bytes = block.encode();
            assert!(bytes.len() <= BITMAP_BYTES, "{step}");
            let mut read = Block::default();
            read.decode(&bytes).unwrap();
            assert_eq!(read, block, "{step}");
        }
        assert!(Block::default().decode(&[1, 2, 3]).is_err());
    }

    #[test]
    fn sets_keep_ids_in_order_across_blocks() {
        let ids = [1, 4095, 4096, 4097, 1 << 40];
        let mut set: IdSet = ids.into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), ids);
        set.set(4096, false);
        assert!(!set.contains(4096) && set.contains(4097) && !set.contains(0));
        set.intersect(&[4095, 4096, 1 << 40].into_iter().collect());
        assert_eq!((set.iter().collect::<Vec<_>>(), set.len()), (vec![4095, 1 << 40], 2));
        set.join(&[1, 9000].into_iter().collect());
        set.subtract(&[4095, 4097, 1 << 20].into_iter().collect());
        assert_eq!((set.iter().collect::<Vec<_>>(), set.len()), (vec![1, 9000, 1 << 40], 3));
    }

    #[test]
    fn a_set_goes_on_after_any_id_in_either_direction() {
        let ids = [1, 4095, 4096, 4097, 1 << 40];
        let set: IdSet = ids.into_iter().collect();
        for after in [0, 1, 2, 4095, 4096, 5000, 1 << 40, i64::MAX] {
            let ascending: Vec<_> = ids.into_iter().filter(|id| *id > after).collect();
            assert_eq!(
                set.after(Some(after), Direction::Ascending).collect::<Vec<_>>(),
                ascending,
                "{after}"
            );
            let descending: Vec<_> = ids.into_iter().rev().filter(|id| *id < after).collect();
            assert_eq!(
                set.after(Some(after), Direction::Descending).collect::<Vec<_>>(),
                descending,
                "{after}"
            );
        }
        assert_eq!(
            set.after(None, Direction::Descending).collect::<Vec<_>>(),
            [1 << 40, 4097, 4096, 4095, 1]
        );
    }
}
