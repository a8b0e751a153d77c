DROP TABLE funnel_channel_sessions;
ALTER TABLE conversations
    DROP COLUMN archived_at,
    DROP COLUMN custom_fields;
DROP TABLE operations;
