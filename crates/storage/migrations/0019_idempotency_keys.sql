-- Requests that carry a key of their caller's (Idempotency-Key): who is at them, and what was answered.
CREATE TABLE idempotency_keys (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    -- A key means something only beside the token it was sent with.
    token_id BIGINT NOT NULL,
    request_key TEXT NOT NULL,
    -- Drawn at random by whoever carries the request out.
    holder {bytes} NOT NULL,
    claimed_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    -- Set in the transaction of the change.
    has_changed BIGINT NOT NULL DEFAULT 0,
    -- SHA-256 of the request, and its answer, once there is one.
    digest {bytes},
    status BIGINT,
    -- A line each, `name: value`.
    headers TEXT,
    body {bytes},
    PRIMARY KEY (tenant_id, token_id, request_key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (tenant_id, claimed_at);
