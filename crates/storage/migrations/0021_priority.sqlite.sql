-- Shown by lists, which don't read the rest of what an idea says of itself.
ALTER TABLE ideas ADD COLUMN priority TEXT NOT NULL DEFAULT 'none';
UPDATE ideas SET priority = json_extract(content, '$.priority')
WHERE COALESCE(json_extract(content, '$.priority'), '') NOT IN ('', 'none');
