-- What is to be done after the answer: a row stands in the transaction of the change that asks for it, and is deleted
-- once it is done or given up.
CREATE TABLE jobs (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    -- JSON; secrets in it are sealed under a key outside the database.
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- While somebody works on it, the end of their lease.
    due_at BIGINT NOT NULL,
    lease {bytes},
    attempts BIGINT NOT NULL DEFAULT 0,
    last_error TEXT
);
CREATE INDEX jobs_by_due ON jobs (due_at, id);
