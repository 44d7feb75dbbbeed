-- How often the inventory of applications has changed, and when it last did.
ALTER TABLE tenants ADD COLUMN inventory_version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE tenants ADD COLUMN inventory_changed_at BIGINT NOT NULL DEFAULT 0;
