-- One row of counters for all measures, so that a report looks up each part of its window once. What each measure is
-- of is said where it is counted; a column for it is 0 where there was nothing.
ALTER TABLE analytics_counts RENAME TO narrow_counts;
ALTER INDEX analytics_counts_pkey RENAME TO narrow_counts_pkey;
ALTER TABLE narrow_counts RENAME CONSTRAINT analytics_counts_grain_check TO narrow_counts_grain_check;

-- Counters by quarter of an hour, day and month of UTC. The agent 0 stands for the whole organization.
CREATE TABLE analytics_counts (
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    grain text COLLATE "C" NOT NULL CHECK (grain IN ('quarter', 'day', 'month')),
    bucket timestamptz NOT NULL,
    messages_received bigint NOT NULL DEFAULT 0,
    messages_sent bigint NOT NULL DEFAULT 0,
    ai_sent bigint NOT NULL DEFAULT 0,
    ai_sent_unchanged bigint NOT NULL DEFAULT 0,
    conversations_started bigint NOT NULL DEFAULT 0,
    conversations_ended bigint NOT NULL DEFAULT 0,
    conversations_received bigint NOT NULL DEFAULT 0,
    received_by_email bigint NOT NULL DEFAULT 0,
    received_by_text bigint NOT NULL DEFAULT 0,
    received_by_call bigint NOT NULL DEFAULT 0,
    received_by_live_chat bigint NOT NULL DEFAULT 0,
    received_by_form_request bigint NOT NULL DEFAULT 0,
    conversations_responded bigint NOT NULL DEFAULT 0,
    response_microseconds bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (organization_id, agent_id, grain, bucket)
);

INSERT INTO analytics_counts
SELECT organization_id, agent_id, grain, bucket,
    coalesce(sum(amount) FILTER (WHERE measure = 'messages_received'), 0),
    coalesce(sum(amount) FILTER (WHERE measure = 'messages_sent'), 0),
    coalesce(sum(amount) FILTER (WHERE measure = 'ai_sent'), 0),
    coalesce(sum(amount) FILTER (WHERE measure = 'ai_sent_unchanged'), 0),
    coalesce(sum(amount) FILTER (WHERE measure = 'conversations_started'), 0),
    coalesce(sum(amount) FILTER (WHERE measure = 'conversations_ended'), 0),
    coalesce(sum(amount) FILTER (WHERE measure = 'conversations_received'), 0),
    coalesce(sum(amount) FILTER (WHERE measure = 'received_by_email'), 0),
    coalesce(sum(amount) FILTER (WHERE measure = 'received_by_text'), 0),
    coalesce(sum(amount) FILTER (WHERE measure = 'received_by_call'), 0),
    coalesce(sum(amount) FILTER (WHERE measure = 'received_by_live_chat'), 0),
    coalesce(sum(amount) FILTER (WHERE measure = 'received_by_form_request'), 0),
    coalesce(sum(amount) FILTER (WHERE measure = 'conversations_responded'), 0),
    coalesce(sum(amount) FILTER (WHERE measure = 'response_microseconds'), 0)
FROM narrow_counts
GROUP BY organization_id, agent_id, grain, bucket
ORDER BY organization_id, agent_id, grain, bucket;

DROP TABLE narrow_counts;
