GRANT UPDATE, DELETE, TRUNCATE ON sale_status_history TO CURRENT_USER;
GRANT UPDATE, DELETE, TRUNCATE ON audit_logs TO CURRENT_USER;
DROP INDEX audit_logs_record;
DROP INDEX audit_logs_agent_type;
DROP INDEX audit_logs_agent;
DROP INDEX audit_logs_type;
DROP INDEX audit_logs_newest;
CREATE INDEX audit_logs_newest ON audit_logs (organization_id, occurred_at DESC, id DESC);

DROP INDEX api_keys_agent;
ALTER TABLE contacts DROP COLUMN erased_at;
-- Fails while somebody was deleted and is an agent again: two rows would have one login.
DROP INDEX agents_user;
ALTER TABLE agents ADD CONSTRAINT agents_user UNIQUE (organization_id, user_id);
ALTER TABLE agents DROP COLUMN deleted_at;

ALTER TABLE organizations
    DROP COLUMN time_zone,
    DROP COLUMN business_hours,
    DROP COLUMN currency;
