-- The console's list of tokens: each token lies in one of the first three, with all that its state, its type and a
-- search by user are judged by, so that states are counted and found without reading tokens.
CREATE INDEX tokens_on ON tokens (tenant_id, expires_at, user_id, creator_user_id)
    WHERE revoked_at IS NULL AND suspended_at IS NULL AND is_active = 1;
-- Said otherwise than in the indexes below, so that none of them is taken for it.
CREATE INDEX tokens_off ON tokens (tenant_id, user_id, creator_user_id)
    WHERE COALESCE(revoked_at, 0) = 0 AND (suspended_at IS NOT NULL OR is_active = 0);
CREATE INDEX tokens_revoked ON tokens (tenant_id, user_id, creator_user_id) WHERE revoked_at IS NOT NULL;
CREATE INDEX users_inactive ON users (tenant_id, id) WHERE is_active = 0;

CREATE INDEX tokens_by_name ON tokens (tenant_id, name_key) WHERE revoked_at IS NULL;
CREATE INDEX tokens_by_expiry ON tokens (tenant_id, COALESCE(expires_at, 9223372036854775807)) WHERE revoked_at IS NULL;
