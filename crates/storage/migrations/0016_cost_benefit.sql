-- Baselines of project plans: set once, never changed. Figures are a JSON object (see
-- `automation_hub_domain::formula::Figures`).
CREATE TABLE project_baselines (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    idea_id BIGINT NOT NULL REFERENCES ideas (id),
    ease TEXT,
    figures TEXT NOT NULL,
    set_by_user_id BIGINT REFERENCES users (id),
    set_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, idea_id)
);
