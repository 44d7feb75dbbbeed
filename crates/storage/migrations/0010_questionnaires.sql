-- Each version of a questionnaire; the latest is in force. The definition is JSON (see
-- `automation_hub_domain::questionnaire::Questionnaire`).
CREATE TABLE questionnaires (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (tenant_id, name, version)
);

-- Each version of the formulas that scores come of; ideas keep the number of the one theirs were worked out by.
CREATE TABLE formulas (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    version BIGINT NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (tenant_id, version)
);
