-- Of which calls a tenant keeps what was sent and answered: none, changes or all.
ALTER TABLE tenants ADD COLUMN kept_contents TEXT NOT NULL DEFAULT 'none';
-- All are null where nothing is kept. Lengths are those of the whole, in bytes. They stand before the texts, as the
-- embedded engine reads a row up to what is asked for.
ALTER TABLE open_api_calls ADD COLUMN request_bytes BIGINT;
ALTER TABLE open_api_calls ADD COLUMN response_bytes BIGINT;
ALTER TABLE open_api_calls ADD COLUMN query TEXT;
ALTER TABLE open_api_calls ADD COLUMN request_body TEXT;
ALTER TABLE open_api_calls ADD COLUMN response_body TEXT;
