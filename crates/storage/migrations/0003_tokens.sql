CREATE TABLE tokens (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    user_id BIGINT REFERENCES users (id),
    creator_user_id BIGINT REFERENCES users (id),
    -- Null once the token is revoked: what is left is a tombstone.
    digest {bytes},
    pepper_number BIGINT NOT NULL,
    last_four TEXT NOT NULL,
    app_key_digest {bytes},
    app_key_pepper_number BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT,
    is_active BIGINT NOT NULL,
    switched_by_user_id BIGINT REFERENCES users (id),
    -- Raised by every change; an edit names the one it was made on.
    revision BIGINT NOT NULL DEFAULT 1,
    retired_digest {bytes},
    retired_pepper_number BIGINT,
    retired_until BIGINT,
    suspended_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT,
    last_used_address TEXT,
    last_used_client TEXT,
    -- Filled only while the tenant lets values be copied again; sealed under a key outside the database.
    value_sealed {bytes},
    app_key_sealed {bytes}
);
CREATE UNIQUE INDEX tokens_digest_key ON tokens (digest);
CREATE INDEX tokens_by_tenant ON tokens (tenant_id, id) WHERE revoked_at IS NULL;
CREATE INDEX tokens_by_user ON tokens (tenant_id, user_id, id);
CREATE INDEX tokens_retired ON tokens (retired_digest) WHERE retired_digest IS NOT NULL;

-- A value drawn for the Add Token form, bound to the session that opened it, sealed, and erased when shown.
CREATE TABLE token_drafts (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    session_id BIGINT NOT NULL,
    value_sealed {bytes},
    app_key_sealed {bytes},
    token_id BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX token_drafts_by_token ON token_drafts (token_id);
CREATE INDEX token_drafts_by_age ON token_drafts (created_at);

-- Reveals of copyable values, to hold the hourly limit.
CREATE TABLE token_reveals (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    user_id BIGINT NOT NULL,
    token_id BIGINT NOT NULL,
    revealed_at BIGINT NOT NULL
);
CREATE INDEX token_reveals_by_user ON token_reveals (tenant_id, user_id, revealed_at);

CREATE TABLE open_api_calls (
    id {id},
    tenant_id BIGINT NOT NULL,
    token_id BIGINT NOT NULL,
    user_id BIGINT,
    called_at BIGINT NOT NULL,
    method TEXT NOT NULL,
    route TEXT NOT NULL,
    path TEXT NOT NULL,
    status BIGINT NOT NULL,
    duration_micros BIGINT NOT NULL,
    address TEXT NOT NULL,
    client TEXT NOT NULL,
    request_id TEXT NOT NULL
);
CREATE INDEX open_api_calls_by_token ON open_api_calls (tenant_id, token_id, called_at);
CREATE INDEX open_api_calls_by_time ON open_api_calls (tenant_id, called_at);

-- Days are counted from 1970 in UTC. Refused calls are known by token only after its digest matched.
CREATE TABLE token_days (
    tenant_id BIGINT NOT NULL,
    token_id BIGINT NOT NULL,
    day BIGINT NOT NULL,
    accepted BIGINT NOT NULL DEFAULT 0,
    refused BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, token_id, day)
);

CREATE TABLE audit_events (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    happened_at BIGINT NOT NULL,
    actor_user_id BIGINT,
    actor_token_id BIGINT,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    object_type TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    object_name TEXT NOT NULL,
    -- JSON objects of what changed, and nothing else; never a secret.
    before_change TEXT,
    after_change TEXT,
    address TEXT NOT NULL,
    request_id TEXT NOT NULL
);
CREATE INDEX audit_events_by_time ON audit_events (tenant_id, id);
CREATE INDEX audit_events_by_object ON audit_events (tenant_id, object_type, object_id, id);
