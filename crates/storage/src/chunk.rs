//! Lists sorted by a text and then by id, read chunk by chunk: no chunk holds more than was asked for, and none looks
//! again at what stands before it.

/// Where a chunk begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// After so many rows from the beginning.
    Offset(u64),
    After(Position),
}

/// Where in its list a row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    pub(crate) key: String,
    pub(crate) id: i64,
}

#[derive(Clone, Debug)]
pub struct Chunk<T> {
    pub items: Vec<T>,
    /// Where it ends; none if it is empty.
    pub end: Option<Position>,
}

impl<T> Default for Chunk<T> {
    fn default() -> Self {
        Self { items: Vec::new(), end: None }
    }
}

impl<T> Chunk<T> {
    pub(crate) fn push(&mut self, item: T, position: Position) {
        self.items.push(item);
        self.end = Some(position);
    }
}
