-- Raised by whatever changes flows, questionnaires or formulas, so that a cached copy can be compared with one read.
ALTER TABLE tenants ADD COLUMN forms_version BIGINT NOT NULL DEFAULT 1;

-- Each version of a flow; the latest is in force. The definition is JSON (see `automation_hub_domain::flow::Flow`).
CREATE TABLE idea_flows (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    submission_type BIGINT NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id, version)
);
