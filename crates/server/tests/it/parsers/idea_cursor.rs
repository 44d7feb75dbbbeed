//! Places in lists of automations, as `nextCursor` sends them and `cursor` takes them.

use automation_hub_domain::{id::IdeaId, page::Direction};
use automation_hub_server::api::automations::cursor::Cursor;
use automation_hub_storage::ideas::{IdeaOrder, IdeaSort, Position, SortKey};

pub const PIECES: &[&str] = &[
    "0-12-process_created_epoch-desc-7-1794916800000",
    "0-12-process_overall_gauge_score-asc-7-",
    "0-12-process_name-asc-7-",
    "-",
    "--",
    "5-",
    "12-",
    "process_updated_epoch",
    "process_name",
    "process_overall_gauge_score",
    "process_id",
    "-asc-",
    "-desc-",
    "-7-",
    "68.5",
    "1e400",
    "NaN",
    "inf",
    "ähnlich wie-dies",
    "\0",
    "9223372036854775807",
    "9223372036854775808",
];

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    // Hardly anything is a cursor as it stands: what one says is looked at without its coding.
    let read = Cursor::parse(text);
    assert_eq!(read, reference(text), "{text:?}");
    for cursor in [read, Cursor::read(text)].into_iter().flatten() {
        // Longer than any place in a list; what is sent has to be shorter.
        if cursor.write().len() > 4096 {
            continue;
        }
        assert_eq!(Cursor::read(&cursor.write()), Some(cursor), "{text:?}");
    }
}

/// The words in the middle are looked for first.
fn reference(text: &str) -> Option<Cursor> {
    let (before, sort, direction, behind) = SORTS
        .iter()
        .flat_map(|&(name, sort)| {
            [("asc", Direction::Ascending), ("desc", Direction::Descending)].map(|way| (name, sort, way))
        })
        .filter_map(|(name, sort, (word, direction))| {
            let (before, behind) = text.split_once(&format!("-{name}-{word}-"))?;
            Some((before, sort, direction, behind))
        })
        .min_by_key(|(before, ..)| before.len())?;
    let (seen, total) = before.split_once('-')?;
    let count = |text: &str| text.parse::<u64>().ok().filter(|count| i64::try_from(*count).is_ok());
    let (id, key) = behind.split_once('-')?;
    let key = match sort {
        IdeaSort::Name if key.contains('\0') => return None,
        IdeaSort::Name => SortKey::Text(key.into()),
        IdeaSort::Score if key.is_empty() => SortKey::Missing,
        IdeaSort::Score => SortKey::Real(key.parse().ok().filter(|key: &f64| key.is_finite())?),
        IdeaSort::Created | IdeaSort::Updated | IdeaSort::Id => SortKey::Integer(key.parse().ok()?),
    };
    Some(Cursor {
        order: IdeaOrder { sort, direction },
        after: Position { key, id: IdeaId::new(id.parse().ok()?) },
        seen: count(seen)?,
        total: count(total)?,
    })
}

const SORTS: [(&str, IdeaSort); 5] = [
    ("process_created_epoch", IdeaSort::Created),
    ("process_updated_epoch", IdeaSort::Updated),
    ("process_name", IdeaSort::Name),
    ("process_overall_gauge_score", IdeaSort::Score),
    ("process_id", IdeaSort::Id),
];
