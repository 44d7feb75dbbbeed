-- What ideas are searched by, as on the embedded engine: words, and which ideas have them. Written in the background.
CREATE TABLE search_words (
    -- The tenant's id times 2^32, plus a number that counts the tenant's words.
    id BIGINT PRIMARY KEY,
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    word TEXT NOT NULL
);
-- A word may be longer than a tree's key.
CREATE INDEX search_words_by_word ON search_words USING hash (word);

-- Which ideas of 4096 that follow one another have a word: the last bits of their ids, two bytes each, or where they
-- are many a bit for each idea. Rows are written anew as ideas come, and find room where they lie.
CREATE TABLE search_postings (
    word_id BIGINT NOT NULL,
    block BIGINT NOT NULL,
    ideas BYTEA NOT NULL,
    PRIMARY KEY (word_id, block)
) WITH (fillfactor = 70);

-- Ideas that came, changed or went since they were indexed, and what they were indexed by, if they were. As many rows go
-- as come, so they are cleared away by their number and not by their share.
CREATE TABLE search_backlog (
    idea_id BIGINT PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    indexed_key TEXT NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX search_backlog_by_tenant ON search_backlog (tenant_id);

-- Ids are given before their transactions are committed, so "all up to this one" would pass over some. Whoever changes an
-- idea that is noted already holds the note until it is committed, so that it isn't taken for done in between.
CREATE FUNCTION note_for_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_backlog (idea_id, tenant_id, indexed_key)
    VALUES (NEW.id, NEW.tenant_id, CASE TG_OP WHEN 'INSERT' THEN '' ELSE OLD.search_key END)
    ON CONFLICT (idea_id) DO UPDATE SET tenant_id = excluded.tenant_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER ideas_note_new AFTER INSERT ON ideas FOR EACH ROW EXECUTE FUNCTION note_for_search();
CREATE TRIGGER ideas_note_change AFTER UPDATE OF search_key, is_deleted ON ideas FOR EACH ROW
    WHEN (NEW.search_key <> OLD.search_key OR NEW.is_deleted <> OLD.is_deleted) EXECUTE FUNCTION note_for_search();

INSERT INTO search_backlog (idea_id, tenant_id, indexed_key) SELECT id, tenant_id, '' FROM ideas WHERE is_deleted = 0;
