CREATE TABLE category_levels (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE categories (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    parent_id BIGINT REFERENCES categories (id),
    level_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    order_number BIGINT NOT NULL,
    is_other BIGINT NOT NULL DEFAULT 0,
    is_active BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX categories_by_parent ON categories (tenant_id, parent_id, order_number, id);

CREATE TABLE applications (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    language TEXT NOT NULL,
    comments TEXT NOT NULL DEFAULT '',
    code TEXT NOT NULL,
    -- Name and version with case folded and outer blanks cut: two entries equal in it are one.
    entry_key TEXT NOT NULL,
    is_thin_client BIGINT NOT NULL DEFAULT 0,
    is_active BIGINT NOT NULL DEFAULT 1,
    is_added_by_end_user BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX applications_entry_key ON applications (tenant_id, entry_key);

CREATE TABLE application_categories (
    tenant_id BIGINT NOT NULL,
    application_id BIGINT NOT NULL REFERENCES applications (id),
    category_id BIGINT NOT NULL REFERENCES categories (id),
    PRIMARY KEY (tenant_id, application_id, category_id)
);

CREATE TABLE phases (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    id BIGINT NOT NULL,
    phase_key TEXT NOT NULL,
    name TEXT NOT NULL,
    position BIGINT NOT NULL,
    is_active BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE phase_statuses (
    tenant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    phase_id BIGINT NOT NULL,
    status_key TEXT NOT NULL,
    name TEXT NOT NULL,
    tone TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, phase_id) REFERENCES phases (tenant_id, id)
);

CREATE TABLE ideas (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    uuid {bytes} NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    search_key TEXT NOT NULL,
    category_id BIGINT NOT NULL REFERENCES categories (id),
    submission_type BIGINT NOT NULL,
    phase_id BIGINT NOT NULL,
    phase_status_id BIGINT NOT NULL,
    submitter_user_id BIGINT NOT NULL REFERENCES users (id),
    owner_user_id BIGINT REFERENCES users (id),
    idea_score DOUBLE PRECISION,
    benefit_hours DOUBLE PRECISION,
    benefit_cost DOUBLE PRECISION,
    votes BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    is_deleted BIGINT NOT NULL DEFAULT 0,
    -- The record's own answers and figures, as JSON (see `automation_hub_domain::idea::IdeaContent`).
    content TEXT NOT NULL,
    -- The same as members of the wire record, without the braces: lists send them as they stand.
    wire TEXT NOT NULL
);
CREATE UNIQUE INDEX ideas_uuid_key ON ideas (uuid);
CREATE UNIQUE INDEX ideas_slug_key ON ideas (tenant_id, slug);
CREATE UNIQUE INDEX ideas_name_key ON ideas (tenant_id, name_key) WHERE is_deleted = 0;
-- Each list order, with the columns the filters look at, so that skipping to a deep page reads the index alone.
CREATE INDEX ideas_newest ON ideas (tenant_id, created_at, id, submission_type, phase_status_id, phase_id, category_id) WHERE is_deleted = 0;
CREATE INDEX ideas_by_status ON ideas (tenant_id, phase_status_id, created_at, id, submission_type, category_id) WHERE is_deleted = 0;
CREATE INDEX ideas_by_phase ON ideas (tenant_id, phase_id, created_at, id, submission_type, category_id) WHERE is_deleted = 0;
CREATE INDEX ideas_by_category ON ideas (tenant_id, category_id, created_at, id, submission_type, phase_status_id, phase_id) WHERE is_deleted = 0;
CREATE INDEX ideas_updated ON ideas (tenant_id, updated_at, id, submission_type, phase_status_id, phase_id, category_id) WHERE is_deleted = 0;
CREATE INDEX ideas_by_name ON ideas (tenant_id, name_key, id, submission_type, phase_status_id, phase_id, category_id) WHERE is_deleted = 0;
CREATE INDEX ideas_by_score ON ideas (tenant_id, idea_score, id, submission_type, phase_status_id, phase_id, category_id) WHERE is_deleted = 0;
CREATE INDEX ideas_by_submitter ON ideas (tenant_id, submitter_user_id, id) WHERE is_deleted = 0;

CREATE TABLE idea_applications (
    tenant_id BIGINT NOT NULL,
    idea_id BIGINT NOT NULL REFERENCES ideas (id),
    application_id BIGINT NOT NULL REFERENCES applications (id),
    PRIMARY KEY (tenant_id, application_id, idea_id)
);

-- How many live ideas there are, so that a total costs a few rows. category_id 0 counts all categories together.
CREATE TABLE idea_counts (
    tenant_id BIGINT NOT NULL,
    category_id BIGINT NOT NULL,
    phase_status_id BIGINT NOT NULL,
    submission_type BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, category_id, phase_status_id, submission_type)
);
