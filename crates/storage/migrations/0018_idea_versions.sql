-- How often a record was changed, counted from 1. Whoever read one can tell by it whether it is still the same.
ALTER TABLE ideas ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
