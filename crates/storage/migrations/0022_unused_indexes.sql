-- No statement looks for either, and each write paid for them. UUIDs are drawn at random: they don't need to be compared.
DROP INDEX audit_events_by_time;
DROP INDEX ideas_uuid_key;
