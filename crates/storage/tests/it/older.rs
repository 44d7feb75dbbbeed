//! Databases of older versions: this one's, with later migrations undone.

use automation_hub_storage::{Engine, StorageError, Store, System, values};

/// What undoes a migration.
struct Undoing {
    version: i64,
    sqlite: &'static [&'static str],
    postgres: &'static [&'static str],
}

impl Undoing {
    const fn same(version: i64, statements: &'static [&'static str]) -> Self {
        Self { version, sqlite: statements, postgres: statements }
    }
}

/// In the order of their versions. One that isn't here leaves nothing that stands in its own way.
const UNDOINGS: &[Undoing] = &[
    Undoing {
        version: 23,
        sqlite: &[
            "DROP TABLE search_words",
            "DROP TABLE search_word_parts",
            "DROP TABLE search_postings",
            "DROP TABLE search_progress",
            "DROP TABLE search_backlog",
        ],
        postgres: &[],
    },
    Undoing { version: 24, sqlite: &["DROP INDEX ideas_usual_by_status"], postgres: &[] },
    Undoing {
        version: 28,
        sqlite: &[],
        postgres: &[
            "DROP TABLE search_words",
            "DROP TABLE search_postings",
            "DROP TABLE search_backlog",
            "DROP FUNCTION note_for_search CASCADE",
            "CREATE EXTENSION IF NOT EXISTS pg_trgm",
            "CREATE INDEX ideas_search ON ideas USING gin (search_key gin_trgm_ops)",
        ],
    },
    Undoing::same(
        29,
        &[
            "ALTER TABLE tenants DROP COLUMN kept_contents",
            "ALTER TABLE open_api_calls DROP COLUMN request_bytes",
            "ALTER TABLE open_api_calls DROP COLUMN response_bytes",
            "ALTER TABLE open_api_calls DROP COLUMN query",
            "ALTER TABLE open_api_calls DROP COLUMN request_body",
            "ALTER TABLE open_api_calls DROP COLUMN response_body",
        ],
    ),
    Undoing::same(34, &["DROP TABLE search_keys", "DROP INDEX ideas_deleted"]),
    Undoing::same(35, &["DROP TABLE project_plans", "ALTER TABLE project_baselines DROP COLUMN launch_date"]),
    Undoing::same(
        36,
        &[
            "ALTER TABLE tenants DROP COLUMN inventory_version",
            "ALTER TABLE tenants DROP COLUMN inventory_changed_at",
        ],
    ),
    Undoing::same(
        38,
        &["UPDATE idea_flows SET definition = REPLACE(REPLACE(definition, ',\"needs_owner\":[]', ''), \
           ',\"needs_owner\":[\"IDEA_APPROVED\",\"ASSESSMENT\"]', '')"],
    ),
    Undoing {
        version: 39,
        sqlite: &[],
        postgres: &[
            "DROP FUNCTION refuse_to_let_go CASCADE",
            "ALTER TABLE ideas ADD FOREIGN KEY (tenant_id) REFERENCES tenants (id)",
            "ALTER TABLE ideas ADD FOREIGN KEY (category_id) REFERENCES categories (id)",
            "ALTER TABLE ideas ADD FOREIGN KEY (submitter_user_id) REFERENCES users (id)",
            "ALTER TABLE audit_events ADD FOREIGN KEY (tenant_id) REFERENCES tenants (id)",
        ],
    },
    Undoing::same(
        41,
        &["UPDATE idea_flows SET definition = REPLACE(definition, '\"SUBMIT_CHANGE_REQUEST\",\
           \"collaborator:submitter\",\"collaborator:process-owner\",\"collaborator:project-manager\",\
           \"collaborator:business-analyst\",\"collaborator:solution-architect\",\
           \"collaborator:rpa-developer\",\"collaborator:citizen-developer-self-user\",\
           \"collaborator:citizen-developer-power-user\"', '\"SUBMIT_CHANGE_REQUEST\"')"],
    ),
];

/// Brings a database back to before a migration, and tells how many are to be run again.
pub(crate) async fn go_back_before(store: &Store, version: i64) -> u64 {
    let engine = store.engine();
    let undo = move |s: &mut System<'_>| -> Result<_, StorageError> {
        for undoing in UNDOINGS.iter().rev().filter(|undoing| undoing.version >= version) {
            let statements = match engine {
                Engine::Sqlite => undoing.sqlite,
                Engine::Postgres => undoing.postgres,
            };
            for statement in statements {
                s.execute(statement, values![])?;
            }
        }
        s.execute("DELETE FROM refinery_schema_history WHERE version >= $1", values![version])
    };
    store.system().write(undo).await.unwrap()
}
