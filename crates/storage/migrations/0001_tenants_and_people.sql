-- One row once the first administrator exists; the one-time set-up code lives here until then.
CREATE TABLE installation (
    id BIGINT NOT NULL PRIMARY KEY,
    setup_digest {bytes},
    setup_expires_at BIGINT,
    setup_failures BIGINT NOT NULL DEFAULT 0,
    completed_at BIGINT,
    is_demo BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE tenants (
    id {id},
    uuid {bytes} NOT NULL,
    organization_slug TEXT NOT NULL,
    organization_name TEXT NOT NULL,
    tenant_slug TEXT NOT NULL,
    tenant_name TEXT NOT NULL,
    currency TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    is_active BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    token_form TEXT NOT NULL DEFAULT 'uuid',
    copy_again BIGINT NOT NULL DEFAULT 0,
    copy_again_since BIGINT,
    allows_never_expiring BIGINT NOT NULL DEFAULT 0,
    records_call_bodies BIGINT NOT NULL DEFAULT 0,
    -- Raised by whatever changes categories, phases, statuses or roles, and what people show of themselves,
    -- so that a cached copy can be compared with one read.
    catalogue_version BIGINT NOT NULL DEFAULT 1,
    people_version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX tenants_uuid_key ON tenants (uuid);
CREATE UNIQUE INDEX tenants_slugs_key ON tenants (organization_slug, tenant_slug);

CREATE TABLE users (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    search_key TEXT NOT NULL,
    job_title TEXT,
    department TEXT,
    business_unit TEXT,
    location TEXT,
    is_active BIGINT NOT NULL DEFAULT 1,
    invite_status BIGINT NOT NULL DEFAULT 0,
    password_hash TEXT,
    password_changed_at BIGINT,
    deactivated_at BIGINT,
    last_sign_in_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_email_key ON users (tenant_id, email_key);
CREATE INDEX users_by_name ON users (tenant_id, name_key, id);

CREATE TABLE roles (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    id BIGINT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    is_default BIGINT NOT NULL,
    is_active BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX roles_slug_key ON roles (tenant_id, slug);

CREATE TABLE role_permissions (
    tenant_id BIGINT NOT NULL,
    role_id BIGINT NOT NULL,
    permission TEXT NOT NULL,
    PRIMARY KEY (tenant_id, role_id, permission),
    FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, id)
);

-- category_id 0 stands for all categories, as on the wire.
CREATE TABLE role_assignments (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    role_id BIGINT NOT NULL,
    category_id BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, user_id, role_id, category_id),
    FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, id)
);
CREATE INDEX role_assignments_by_role ON role_assignments (tenant_id, role_id);

CREATE TABLE sessions (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    digest {bytes} NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    credential_checked_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    client TEXT NOT NULL
);
CREATE UNIQUE INDEX sessions_digest_key ON sessions (digest);
CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id, id);

-- Invitations and password resets: a link that works once.
CREATE TABLE one_time_links (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    purpose TEXT NOT NULL,
    digest {bytes} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE UNIQUE INDEX one_time_links_digest_key ON one_time_links (digest);
CREATE INDEX one_time_links_by_user ON one_time_links (tenant_id, user_id);
