-- What ideas are searched by: words, and which ideas have them. Written after the ideas themselves, in the background.
CREATE TABLE search_words (
    -- The tenant's id times 2^32, plus a number that counts the tenant's words.
    id INTEGER PRIMARY KEY,
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    word TEXT NOT NULL
);
CREATE UNIQUE INDEX search_words_key ON search_words (tenant_id, word);

-- Finds words by three characters in a row. A word never changes and never goes.
CREATE VIRTUAL TABLE search_word_parts USING fts5(word, content = '', tokenize = 'trigram case_sensitive 1', detail = none);

-- Which ideas of 4096 that follow one another have a word: the last bits of their ids, two bytes each, or where they
-- are many a bit for each idea.
CREATE TABLE search_postings (
    word_id BIGINT NOT NULL,
    block BIGINT NOT NULL,
    ideas BLOB NOT NULL,
    PRIMARY KEY (word_id, block)
) WITHOUT ROWID;

-- One row: ideas after this one aren't indexed yet.
CREATE TABLE search_progress (
    indexed_up_to BIGINT NOT NULL
);
INSERT INTO search_progress (indexed_up_to) VALUES (0);

-- Ideas that changed or went since they were indexed, and what they were indexed by.
CREATE TABLE search_backlog (
    idea_id BIGINT PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    indexed_key TEXT NOT NULL
);
CREATE INDEX search_backlog_by_tenant ON search_backlog (tenant_id);
