-- Indexes that are put aside while a table is filled, with the statements that make them again. Empty otherwise.
CREATE TABLE indexes_aside (
    name TEXT PRIMARY KEY,
    definition TEXT NOT NULL
);
