-- Most calls succeed; whoever looks for the others shouldn't have to read past all of them.
CREATE INDEX open_api_calls_failed ON open_api_calls (tenant_id, called_at) WHERE status >= 400;
