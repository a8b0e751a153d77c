ALTER TABLE organizations
    -- The IANA time zone in which its day begins.
    ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC',
    -- When it is open, in that time zone: by day of the week, lists of {"start": "09:00", "end": "17:00"}.
    ADD COLUMN business_hours jsonb NOT NULL DEFAULT '{
        "monday": [{"start": "09:00", "end": "17:00"}],
        "tuesday": [{"start": "09:00", "end": "17:00"}],
        "wednesday": [{"start": "09:00", "end": "17:00"}],
        "thursday": [{"start": "09:00", "end": "17:00"}],
        "friday": [{"start": "09:00", "end": "17:00"}]
    }',
    -- The ISO 4217 code of the currency in which it sells.
    ADD COLUMN currency text NOT NULL DEFAULT 'USD';

-- What was deleted or erased keeps its row, because others refer to it.
ALTER TABLE agents ADD COLUMN deleted_at timestamptz;
-- Who was deleted may become an agent again, as a new one.
ALTER TABLE agents DROP CONSTRAINT agents_user;
CREATE UNIQUE INDEX agents_user ON agents (organization_id, user_id) WHERE deleted_at IS NULL;
ALTER TABLE contacts ADD COLUMN erased_at timestamptz;
CREATE INDEX api_keys_agent ON api_keys (organization_id, agent_id) WHERE agent_id IS NOT NULL;

-- One of these serves each combination of filters; without an action the pages of the three are merged.
DROP INDEX audit_logs_newest;
CREATE INDEX audit_logs_newest ON audit_logs (organization_id, action_type, occurred_at DESC, id DESC);
CREATE INDEX audit_logs_type ON audit_logs (organization_id, record_type, action_type, occurred_at DESC, id DESC);
CREATE INDEX audit_logs_agent ON audit_logs (organization_id, agent_id, action_type, occurred_at DESC, id DESC)
    WHERE agent_id IS NOT NULL;
CREATE INDEX audit_logs_agent_type
    ON audit_logs (organization_id, agent_id, record_type, action_type, occurred_at DESC, id DESC)
    WHERE agent_id IS NOT NULL;
CREATE INDEX audit_logs_record ON audit_logs (organization_id, record_id, occurred_at DESC, id DESC);

-- Append-only: whoever owns the table takes these rights from itself, too. Only a superuser is not bound by it.
REVOKE UPDATE, DELETE, TRUNCATE ON audit_logs FROM PUBLIC, CURRENT_USER;
REVOKE UPDATE, DELETE, TRUNCATE ON sale_status_history FROM PUBLIC, CURRENT_USER;
