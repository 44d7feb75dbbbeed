//! Places in a list of automations, as `nextCursor` sends them and `cursor` takes them.

use automation_hub_domain::id::IdeaId;
use automation_hub_storage::ideas::{IdeaOrder, Position, SortKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use super::filter::{DIRECTIONS, SORTS};
use crate::hash::hex;

/// Longer texts are no cursors: names, the longest of what lists are sorted by, are much shorter.
const LONGEST: usize = 4096;

/// Where a walk through a list goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    pub order: IdeaOrder,
    pub after: Position,
    /// How many rows came before.
    pub seen: u64,
    /// How many the list had when the walk began: to count them for each page would cost more than the page.
    pub total: u64,
}

impl Cursor {
    /// As it is sent: the caller has no use for what it says, and could be tempted to.
    pub fn write(&self) -> String {
        let text = self.text();
        URL_SAFE_NO_PAD.encode(format!("{}-{text}", check(&text)))
    }

    /// The place that was sent so; nothing where none is. One that lost its end would lead elsewhere, and isn't followed.
    pub fn read(sent: &str) -> Option<Self> {
        if sent.len() > LONGEST {
            return None;
        }
        let whole = String::from_utf8(URL_SAFE_NO_PAD.decode(sent).ok()?).ok()?;
        let (checked, text) = whole.split_once('-')?;
        if checked == check(text) { Self::parse(text) } else { None }
    }

    fn text(&self) -> String {
        let Self { order, after: Position { key, id }, seen, total } = self;
        let sort = SORTS.iter().find(|(_, sort, _)| *sort == order.sort).map_or("", |(name, ..)| name);
        let direction = DIRECTIONS
            .iter()
            .find(|(_, direction)| *direction == order.direction)
            .map_or("", |(name, _)| name);
        let key = match key {
            SortKey::Missing => String::new(),
            SortKey::Integer(key) => key.to_string(),
            SortKey::Real(key) => key.to_string(),
            SortKey::Text(key) => key.clone(),
        };
        format!("{seen}-{total}-{sort}-{direction}-{id}-{key}")
    }

    /// What stands in a cursor.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, '-');
        let mut next = || parts.next();
        let (seen, total) = (count(next()?)?, count(next()?)?);
        let (sort, direction) = (next()?, next()?);
        let &(_, sort, _) = SORTS.iter().find(|(name, ..)| *name == sort)?;
        let &(_, direction) = DIRECTIONS.iter().find(|(name, _)| *name == direction)?;
        let id = IdeaId::new(next()?.parse().ok()?);
        let after = Position { key: SortKey::parse(sort, next()?)?, id };
        Some(Self { order: IdeaOrder { sort, direction }, after, seen, total })
    }
}

/// What tells a text from nearly all others.
fn check(text: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(text).into();
    let (some, _) = digest.split_at(4);
    hex(some)
}

/// No list is longer than its ids could be counted.
fn count(text: &str) -> Option<u64> {
    u64::try_from(text.parse::<i64>().ok()?).ok()
}
