//! Changing one member of a record's own text, where something beside the idea changed.

use automation_hub_domain::{clock::Timestamp, id::IdeaId};

use crate::{Session, StorageError, values};

/// Members of a record that tell of something kept beside the idea. What changes more often than that, or is more than
/// a number, has a column of its own.
pub(crate) const DOCUMENTS: &str = "process_num_documents";
pub(crate) const IS_PUBLISHED: &str = "process_is_published";

/// Sets a whole number in an idea's record, which is a change of the record like any other: whoever follows changes is
/// told of it. `value` is asked once the row is locked, so that of two transactions the later one has seen what the
/// earlier one did.
pub fn set_wire_integer(
    session: &mut Session<'_>,
    idea: IdeaId,
    (name, at): (&str, Timestamp),
    value: impl FnOnce(&mut Session<'_>) -> Result<i64, StorageError>,
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    let wire = session.optional(
        "UPDATE ideas SET wire = wire WHERE tenant_id = $1 AND id = $2 AND is_deleted = 0 RETURNING wire",
        values![tenant, idea],
        |row| row.get::<String>(0),
    )?;
    let Some(wire) = wire else { return Ok(()) };
    let value = value(session)?;
    let changed = replace_integer(&wire, name, value).ok_or_else(|| missing(idea, name))?;
    if changed == wire {
        return Ok(());
    }
    let sql = ["UPDATE ideas SET ", TOUCHED, ", wire = $2 WHERE tenant_id = $3 AND id = $4"].concat();
    session.execute(&sql, values![at.millis(), &changed, tenant, idea])?;
    Ok(())
}

/// What is written of an idea at instant $1 of which something changed. Never back: what is attached may be of an earlier
/// instant, in samples.
const TOUCHED: &str =
    "updated_at = CASE WHEN updated_at < $1 THEN $1 ELSE updated_at END, version = version + 1";

/// Says that something changed that belongs to an idea and its record doesn't show, for whoever follows changes.
pub(crate) fn touch(session: &mut Session<'_>, idea: IdeaId, at: Timestamp) -> Result<(), StorageError> {
    let tenant = session.tenant();
    let sql = ["UPDATE ideas SET ", TOUCHED, " WHERE tenant_id = $2 AND id = $3 AND is_deleted = 0"].concat();
    session.execute(&sql, values![at.millis(), tenant, idea])?;
    Ok(())
}

/// A record's text written anew, with what hangs on the idea put into it as it was.
pub(super) fn with_attached(
    session: &mut Session<'_>,
    idea: IdeaId,
    wire: &str,
) -> Result<String, StorageError> {
    let tenant = session.tenant();
    let (documents, listings): (i64, i64) = session.one(
        "SELECT (SELECT COUNT(*) FROM documents WHERE tenant_id = $1 AND idea_id = $2), \
         (SELECT COUNT(*) FROM store_listings WHERE tenant_id = $1 AND idea_id = $2)",
        values![tenant, idea],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let mut wire = wire.to_owned();
    for (name, value) in [(DOCUMENTS, documents), (IS_PUBLISHED, listings)] {
        // A new text says that there are none.
        if value > 0 {
            wire = replace_integer(&wire, name, value).ok_or_else(|| missing(idea, name))?;
        }
    }
    Ok(wire)
}

fn missing(idea: IdeaId, name: &str) -> StorageError {
    StorageError::Corrupt(format!("ideas: the record of {idea} has no {name}"))
}

/// Within a string quotes are escaped, so a name between bare quotes before a colon can only be a member's.
fn replace_integer(wire: &str, name: &str, value: i64) -> Option<String> {
    let member = format!("\"{name}\":");
    let start = wire.match_indices(&member).map(|(at, _)| at).find(|&at| {
        // The quote that opens the name is bare, too.
        !wire.get(..at).is_some_and(|before| before.ends_with('\\'))
    })? + member.len();
    let (before, after) = wire.split_at_checked(start)?;
    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
    Some(format!("{before}{value}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::replace_integer;

    #[test]
    fn a_number_is_replaced_where_it_is_a_member_and_nowhere_else() {
        let wire = r#""d":"say \"n\":7 twice","n":0,"m":12"#;
        assert_eq!(replace_integer(wire, "n", 34).unwrap(), r#""d":"say \"n\":7 twice","n":34,"m":12"#);
        assert_eq!(replace_integer(wire, "m", 1).unwrap(), r#""d":"say \"n\":7 twice","n":0,"m":1"#);
        assert_eq!(replace_integer(wire, "o", 1), None);
    }
}
