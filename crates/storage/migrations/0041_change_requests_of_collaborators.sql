-- Whoever has a part in an automation may ask for a change of it, as with the flows that new tenants have.
INSERT INTO idea_flows (tenant_id, id, version, submission_type, definition)
SELECT tenant_id, id, version + 1, submission_type,
    REPLACE(definition, '"submit":["SUBMIT_CHANGE_REQUEST"]',
        '"submit":["SUBMIT_CHANGE_REQUEST","collaborator:submitter","collaborator:process-owner","collaborator:project-manager","collaborator:business-analyst","collaborator:solution-architect","collaborator:rpa-developer","collaborator:citizen-developer-self-user","collaborator:citizen-developer-power-user"]')
FROM idea_flows AS newest
WHERE submission_type = 6 AND definition LIKE '%"submit":["SUBMIT_CHANGE_REQUEST"]%'
AND NOT EXISTS (SELECT 1 FROM idea_flows AS later
    WHERE later.tenant_id = newest.tenant_id AND later.id = newest.id AND later.version > newest.version);

UPDATE tenants SET forms_version = forms_version + 1;
