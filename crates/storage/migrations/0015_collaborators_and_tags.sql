-- What somebody can be to one automation. Ids are of the same range as those of `roles`: the wire has one name for both.
CREATE TABLE collaborator_roles (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    id BIGINT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Can't be removed by administrators.
    is_permanent BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id)
);

-- Those that were added; who submitted and who owns an idea is said by the idea itself.
CREATE TABLE collaborators (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    idea_id BIGINT NOT NULL REFERENCES ideas (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    role_id BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, idea_id, user_id, role_id)
);
CREATE INDEX collaborators_by_person ON collaborators (tenant_id, user_id, idea_id);

-- Every tag that was ever set, in the spelling of whoever came first.
CREATE TABLE tags (
    id {id},
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL
);
CREATE UNIQUE INDEX tags_name_key ON tags (tenant_id, name_key);

CREATE TABLE idea_tags (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    idea_id BIGINT NOT NULL REFERENCES ideas (id),
    tag_id BIGINT NOT NULL REFERENCES tags (id),
    -- As they were given, counted from 1.
    position BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, idea_id, tag_id)
);
CREATE INDEX idea_tags_by_tag ON idea_tags (tenant_id, tag_id, idea_id);

-- What records show of both, beside the row, so that no list has to look elsewhere: `7:11 9:16`, a person and a role
-- each, and a JSON array of names.
ALTER TABLE ideas ADD COLUMN collaborators TEXT NOT NULL DEFAULT '';
ALTER TABLE ideas ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
-- Records so far said themselves that there are none. Within a string quotes are escaped, so this is found nowhere else.
UPDATE ideas SET wire = REPLACE(REPLACE(wire, '"collaborators":[],"tags":[],', ''), '"process_num_collaborators":0,', '');
