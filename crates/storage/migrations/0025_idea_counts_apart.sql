-- Transactions that are written at the same time count in rows apart: one would wait for the other's commit to count in
-- the same. What is counted is the sum of the rows. The embedded engine has one writer and one lane; its rows lie in their
-- key, so that a count is one look for each.
ALTER TABLE idea_counts RENAME TO idea_counts_together;
CREATE TABLE idea_counts (
    tenant_id BIGINT NOT NULL,
    category_id BIGINT NOT NULL,
    phase_status_id BIGINT NOT NULL,
    submission_type BIGINT NOT NULL,
    lane BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, category_id, phase_status_id, submission_type, lane)
) {in_key};
INSERT INTO idea_counts (tenant_id, category_id, phase_status_id, submission_type, lane, n)
SELECT tenant_id, category_id, phase_status_id, submission_type, 0, n FROM idea_counts_together;
DROP TABLE idea_counts_together;
