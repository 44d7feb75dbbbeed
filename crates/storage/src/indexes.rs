//! Indexes that are put aside while many rows are written: made anew at the end they take a fraction of the time that
//! it takes to keep them. Whoever is interrupted in between leaves a note of them, and the next start makes them.

use crate::{Engine, StorageError, System, values};

/// Puts the indexes of a table aside. For a table that nobody reads yet and whose only writer keeps its keys unique.
pub(crate) fn put_aside(system: &mut System<'_>, table: &str) -> Result<(), StorageError> {
    let query = of_table(system.engine());
    let indexes: Vec<(String, String)> =
        system.all(query, values![table], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (name, definition) in indexes {
        system.execute(
            "INSERT INTO indexes_aside (name, definition) VALUES ($1, $2)",
            values![&name, &definition],
        )?;
        system.execute(&["DROP INDEX \"", &name, "\""].concat(), values![])?;
    }
    Ok(())
}

/// Makes the indexes that were put aside.
pub(crate) fn bring_back(system: &mut System<'_>) -> Result<(), StorageError> {
    // Taken and read in one, so that of two nodes that start together one makes them and the other finds none.
    let definitions: Vec<String> =
        system.all("DELETE FROM indexes_aside RETURNING definition", values![], |row| row.get(0))?;
    for definition in &definitions {
        // As the engine itself wrote it down.
        system.execute(definition, values![])?;
    }
    Ok(())
}

/// Name and definition of the indexes of table $1. On a server, which others may write to, those that keep keys unique
/// stay.
const fn of_table(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = $1 AND sql LIKE 'CREATE %'"
        }
        Engine::Postgres => {
            "SELECT indexname::text, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = $1 \
             AND indexdef LIKE 'CREATE INDEX %'"
        }
    }
}
