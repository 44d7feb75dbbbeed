-- One row: the rule that the search keys of all ideas were made by, and after which idea the work on those of an older
-- rule goes on. Ideas that are there already were keyed by the first one.
CREATE TABLE search_keys (
    rule BIGINT NOT NULL,
    after_idea BIGINT NOT NULL
);
INSERT INTO search_keys (rule, after_idea) SELECT CASE WHEN EXISTS (SELECT 1 FROM ideas) THEN 1 ELSE 2 END, 0;

-- Which ideas went, by when they did.
CREATE INDEX ideas_deleted ON ideas (tenant_id, updated_at, id, category_id) WHERE is_deleted = 1;
