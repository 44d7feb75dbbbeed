-- What the file store holds for good. A row appears in the transaction that makes the file visible.
CREATE TABLE files (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    -- Where the store keeps it. Drawn at random, never used again.
    object TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    -- SHA-256 of its bytes.
    digest {bytes} NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX files_object_key ON files (object);
CREATE INDEX files_by_tenant ON files (tenant_id, id);

-- Objects of the store that no file names: still being written, or given up. Noted before the first byte is
-- written, so that what a crash leaves behind is found and removed.
CREATE TABLE loose_objects (
    object TEXT NOT NULL PRIMARY KEY,
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    noted_at BIGINT NOT NULL,
    is_condemned BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX loose_objects_by_age ON loose_objects (tenant_id, noted_at);

CREATE TABLE documents (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    idea_id BIGINT NOT NULL REFERENCES ideas (id),
    type_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    -- One of the two.
    file_id BIGINT REFERENCES files (id),
    embed_link TEXT,
    author_user_id BIGINT REFERENCES users (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX documents_by_idea ON documents (tenant_id, idea_id, id);
CREATE INDEX documents_by_file ON documents (tenant_id, file_id);

CREATE TABLE media (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    idea_id BIGINT NOT NULL REFERENCES ideas (id),
    title TEXT NOT NULL,
    file_id BIGINT NOT NULL REFERENCES files (id),
    author_user_id BIGINT REFERENCES users (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX media_by_idea ON media (tenant_id, idea_id, id);
CREATE INDEX media_by_file ON media (tenant_id, file_id);
