ALTER TABLE analytics_counts RENAME TO wide_counts;
ALTER INDEX analytics_counts_pkey RENAME TO wide_counts_pkey;
ALTER TABLE wide_counts RENAME CONSTRAINT analytics_counts_grain_check TO wide_counts_grain_check;

CREATE TABLE analytics_counts (
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    measure text COLLATE "C" NOT NULL,
    grain text COLLATE "C" NOT NULL CHECK (grain IN ('quarter', 'day', 'month')),
    bucket timestamptz NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (organization_id, agent_id, measure, grain, bucket)
);

INSERT INTO analytics_counts (organization_id, agent_id, measure, grain, bucket, amount)
SELECT organization_id, agent_id, v.measure, grain, bucket, v.amount FROM wide_counts CROSS JOIN LATERAL (VALUES
    ('messages_received', messages_received),
    ('messages_sent', messages_sent),
    ('ai_sent', ai_sent),
    ('ai_sent_unchanged', ai_sent_unchanged),
    ('conversations_started', conversations_started),
    ('conversations_ended', conversations_ended),
    ('conversations_received', conversations_received),
    ('received_by_email', received_by_email),
    ('received_by_text', received_by_text),
    ('received_by_call', received_by_call),
    ('received_by_live_chat', received_by_live_chat),
    ('received_by_form_request', received_by_form_request),
    ('conversations_responded', conversations_responded),
    ('response_microseconds', response_microseconds)
) AS v (measure, amount)
WHERE v.amount <> 0
ORDER BY organization_id, agent_id, v.measure, grain, bucket;

DROP TABLE wide_counts;
