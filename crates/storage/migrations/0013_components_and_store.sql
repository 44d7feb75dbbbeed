CREATE TABLE components (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    summary TEXT NOT NULL,
    description TEXT NOT NULL,
    component_type TEXT NOT NULL,
    category_id BIGINT NOT NULL REFERENCES categories (id),
    benefits TEXT NOT NULL DEFAULT '',
    dependencies TEXT NOT NULL DEFAULT '',
    compatibility TEXT NOT NULL DEFAULT '',
    author_user_id BIGINT NOT NULL REFERENCES users (id),
    -- Of its versions: published if one is, else that of the newest.
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX components_by_name ON components (tenant_id, name_key, id);
CREATE INDEX components_by_status ON components (tenant_id, status, name_key, id);

CREATE TABLE component_versions (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    component_id BIGINT NOT NULL REFERENCES components (id),
    -- Counted from 1.
    number BIGINT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    -- One of the two.
    file_id BIGINT REFERENCES files (id),
    link TEXT,
    curator_user_id BIGINT REFERENCES users (id),
    downloads BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    published_at BIGINT
);
CREATE UNIQUE INDEX component_versions_number_key ON component_versions (tenant_id, component_id, number);
CREATE INDEX component_versions_by_file ON component_versions (tenant_id, file_id);

CREATE TABLE component_applications (
    tenant_id BIGINT NOT NULL,
    component_id BIGINT NOT NULL REFERENCES components (id),
    application_id BIGINT NOT NULL REFERENCES applications (id),
    PRIMARY KEY (tenant_id, component_id, application_id)
);

CREATE TABLE component_ideas (
    tenant_id BIGINT NOT NULL,
    idea_id BIGINT NOT NULL REFERENCES ideas (id),
    component_id BIGINT NOT NULL REFERENCES components (id),
    component_use TEXT NOT NULL,
    PRIMARY KEY (tenant_id, idea_id, component_id)
);

CREATE TABLE component_reviews (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    component_id BIGINT NOT NULL REFERENCES components (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    stars BIGINT NOT NULL,
    comment TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX component_reviews_person_key ON component_reviews (tenant_id, component_id, user_id);

-- Automations in the store; a row while one is published.
CREATE TABLE store_listings (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    idea_id BIGINT NOT NULL REFERENCES ideas (id),
    summary TEXT NOT NULL,
    published_by_user_id BIGINT REFERENCES users (id),
    published_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, idea_id)
);
CREATE INDEX store_listings_newest ON store_listings (tenant_id, published_at, idea_id);

-- Kept when an automation leaves the store, so that it comes back with them.
CREATE TABLE store_reviews (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    idea_id BIGINT NOT NULL REFERENCES ideas (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    stars BIGINT NOT NULL,
    comment TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX store_reviews_person_key ON store_reviews (tenant_id, idea_id, user_id);
