-- What servers keep in memory and has changed: one row for each object, with the number of its last change.
CREATE TABLE changes (
    kind TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (kind, object_id)
);
CREATE UNIQUE INDEX changes_by_number ON changes (number);

-- One row. Whoever raises it keeps it locked until the commit, so that numbers become visible in their order.
CREATE TABLE change_counter (
    id BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);
