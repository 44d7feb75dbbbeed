-- What was changed and what was called is read as one list, the newest first.
CREATE INDEX audit_events_by_instant ON audit_events (tenant_id, happened_at, id);
