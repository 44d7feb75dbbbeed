-- Flows whose ideas are reviewed first ask for a process owner before one is approved, as those of new tenants do.
INSERT INTO idea_flows (tenant_id, id, version, submission_type, definition)
SELECT tenant_id, id, version + 1, submission_type,
    REPLACE(definition, '"transitions":', '"needs_owner":["IDEA_APPROVED","ASSESSMENT"],"transitions":')
FROM idea_flows AS newest
WHERE definition LIKE '%"phase":"IDEA"%' AND definition NOT LIKE '%"needs_owner":%'
AND NOT EXISTS (SELECT 1 FROM idea_flows AS later
    WHERE later.tenant_id = newest.tenant_id AND later.id = newest.id AND later.version > newest.version);

UPDATE tenants SET forms_version = forms_version + 1;
