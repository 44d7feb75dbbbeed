-- What formulas tenants started with until now says nothing of robots. Their next version does; figures follow with the next
-- answer.
INSERT INTO formulas (tenant_id, version, definition)
SELECT tenant_id, 2, REPLACE(REPLACE(definition,
    '"outputs": [',
    '"assumptions": {"robot_days": 250, "robot_hours_per_day": 20, "robot_speed": 1},
  "outputs": ['),
    '{"name": "benefit_cost", "expression": "cost * automation_potential / 100"}',
    '{"name": "benefit_cost", "expression": "cost * automation_potential / 100"},
    {"name": "robot_hours", "expression": "volume_year * automation_potential / 100 * minutes / robot_speed / 60"},
    {"name": "robots_needed", "expression": "robot_hours / (robot_days * robot_hours_per_day)"},
    {"name": "number_of_robots", "expression": "ceil(robots_needed - 0.000001)"}')
FROM formulas AS started WHERE version = 1 AND definition NOT LIKE '%"assumptions"%'
AND NOT EXISTS (SELECT 1 FROM formulas AS later WHERE later.tenant_id = started.tenant_id AND later.version > 1);
