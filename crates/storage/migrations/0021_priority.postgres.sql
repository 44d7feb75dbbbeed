-- Shown by lists, which don't read the rest of what an idea says of itself.
ALTER TABLE ideas ADD COLUMN priority TEXT NOT NULL DEFAULT 'none';
UPDATE ideas SET priority = content::jsonb ->> 'priority'
WHERE COALESCE(content::jsonb ->> 'priority', '') NOT IN ('', 'none');
