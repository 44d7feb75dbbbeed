-- Lists show the first two kinds unless others are asked for. The newest automations of a status may all be of another
-- kind, and a list read past all of them.
CREATE INDEX ideas_usual_by_status ON ideas (tenant_id, phase_status_id, created_at, id, category_id, submission_type)
    WHERE is_deleted = 0 AND submission_type IN (1, 2);
