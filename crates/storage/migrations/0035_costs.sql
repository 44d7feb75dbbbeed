-- What is entered of an automation for its cost-benefit analysis: a JSON object (see
-- `automation_hub_domain::cost_benefit::Plan`).
CREATE TABLE project_plans (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    idea_id BIGINT NOT NULL REFERENCES ideas (id),
    entered TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, idea_id)
);

-- When the automation was to go live, by the plan as it was frozen.
ALTER TABLE project_baselines ADD COLUMN launch_date BIGINT;

-- What formulas tenants have of us until now, at their foundation or by the last such update, says nothing of costs. Their
-- next version does.
INSERT INTO formulas (tenant_id, version, definition)
SELECT tenant_id, version + 1, REPLACE(REPLACE(definition,
    '"robot_days": 250,', '"horizon_years": 5, "robot_days": 250,'),
    '"outputs": [',
    '"costs": [
    {"name": "one_time_cost", "expression": "sum(people_cost, other_one_time_cost)"},
    {"name": "running_cost", "expression": "sum(rpa_software_cost, other_software_cost, infrastructure_cost, support_cost, other_running_cost)"},
    {"name": "to_be_cost", "expression": "cost * (1 - automation_potential / 100) + running_cost"}
  ],
  "year": [
    {"name": "benefit_of_year", "expression": "benefit_cost * share_of_year"},
    {"name": "cost_of_year", "expression": "running_cost * share_of_year + if(is_first_year, one_time_cost, 0)"},
    {"name": "net_of_year", "expression": "benefit_of_year - cost_of_year"}
  ],
  "result": [
    {"name": "roi", "expression": "(benefit_of_years - cost_of_years) / cost_of_years * 100"}
  ],
  "outputs": [')
FROM formulas AS newest WHERE definition NOT LIKE '%"costs": [%'
AND NOT EXISTS (SELECT 1 FROM formulas AS later WHERE later.tenant_id = newest.tenant_id AND later.version > newest.version)
AND (version = 1 OR version = 2 AND
    definition LIKE '%"assumptions": {"robot_days": 250, "robot_hours_per_day": 20, "robot_speed": 1},%');
