//! What reports look at besides counters, and what each tells.
//!
//! What has counters is told here once more as in `model/sql.rs`, added up rather than as changes of counters.

/// What is looked at itself where a window ends within a quarter of an hour, and what has no counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Messages: received, sent, and written by the AI.
    Messages,
    /// Conversations by their first message received.
    Inbound,
    /// Conversations by their first message.
    Started,
    /// Conversations by their last message.
    Ended,
    /// `conversations_active`: conversations that have a message in a window.
    Active,
    /// `conversations_silent`: conversations that have messages before and after a window, and none in it.
    Silent,
}

impl Source {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Inbound => "inbound",
            Self::Started => "started",
            Self::Ended => "ended",
            Self::Active => "active",
            Self::Silent => "silent",
        }
    }
}

/// What a source tells of a span `w`.
pub(super) struct Told {
    pub source: Source,
    /// The measures, and what adds them up.
    pub amounts: &'static [(&'static str, &'static str)],
    /// Where from.
    from: &'static str,
}

/// What is told of everybody.
pub(super) const OF_ALL: &[Told] = &[
    Told {
        source: Source::Messages,
        amounts: &[
            (
                "messages_received",
                "count(*) FILTER (WHERE m.direction = 'received')",
            ),
            ("messages_sent", "count(*) FILTER (WHERE m.direction = 'sent')"),
            (
                "ai_sent",
                "count(*) FILTER (WHERE m.authorship IN ('ai', 'ai_edited'))",
            ),
            ("ai_sent_unchanged", "count(*) FILTER (WHERE m.authorship = 'ai')"),
        ],
        from: MESSAGES,
    },
    Told {
        source: Source::Active,
        amounts: &[("conversations_active", "count(DISTINCT m.conversation_id)")],
        from: MESSAGES,
    },
    // Conversations with a gap over a whole span. It is at least as long, and began at most twice the least length
    // of its class before the span's end.
    Told {
        source: Source::Silent,
        amounts: &[("conversations_silent", "count(g.from_at)")],
        from: "generate_series(1, 16) AS k (number) CROSS JOIN LATERAL (SELECT g.from_at FROM activity_gaps AS g \
            WHERE g.organization_id = $1 AND g.class = k.number AND g.from_at < w.from_at AND g.to_at >= w.to_at \
            AND g.from_at >= w.to_at - INTERVAL '24 hours' * (1 << k.number)) AS g \
            WHERE INTERVAL '24 hours' * (1 << k.number) > w.to_at - w.from_at",
    },
    Told {
        source: Source::Started,
        amounts: &[("conversations_started", "count(*)")],
        from: "conversation_facts AS f WHERE f.organization_id = $1 \
            AND f.first_activity_at >= w.from_at AND f.first_activity_at < w.to_at",
    },
    Told {
        source: Source::Ended,
        amounts: &[("conversations_ended", "count(*)")],
        from: "conversation_facts AS f WHERE f.organization_id = $1 \
            AND f.last_activity_at >= w.from_at AND f.last_activity_at < w.to_at",
    },
    Told {
        source: Source::Inbound,
        amounts: &[
            ("conversations_received", "count(*)"),
            (
                "received_by_email",
                "count(*) FILTER (WHERE f.first_inbound_modality = 'email')",
            ),
            (
                "received_by_text",
                "count(*) FILTER (WHERE f.first_inbound_modality = 'text')",
            ),
            (
                "received_by_call",
                "count(*) FILTER (WHERE f.first_inbound_modality = 'call')",
            ),
            (
                "received_by_live_chat",
                "count(*) FILTER (WHERE f.first_inbound_modality = 'live_chat')",
            ),
            (
                "received_by_form_request",
                "count(*) FILTER (WHERE f.first_inbound_modality = 'form_request')",
            ),
            ("conversations_responded", "count(f.first_reply_at)"),
            ("response_microseconds", RESPONSE),
        ],
        from: "conversation_facts AS f WHERE f.organization_id = $1 \
            AND f.first_inbound_at >= w.from_at AND f.first_inbound_at < w.to_at",
    },
];

/// The messages of a span.
const MESSAGES: &str =
    "messages AS m WHERE m.organization_id = $1 AND m.occurred_at >= w.from_at AND m.occurred_at < w.to_at";

/// How long those took that were answered.
const RESPONSE: &str = "CAST(coalesce(sum(\"extract\"('epoch', f.first_reply_at - f.first_inbound_at)), 0) \
    * 1000000 AS bigint)";

/// What is told of an agent.
pub(super) const OF_ONE: &[Told] = &[
    Told {
        source: Source::Messages,
        amounts: &[("messages_sent", "count(*)")],
        from: "messages AS m WHERE m.organization_id = $1 AND m.occurred_at >= w.from_at AND m.occurred_at < w.to_at \
            AND m.agent_id = $2 AND m.direction = 'sent'",
    },
    Told {
        source: Source::Inbound,
        amounts: &[("conversations_responded", "count(*)")],
        from: "conversation_facts AS f JOIN conversation_agents AS a \
            ON a.organization_id = $1 AND a.conversation_id = f.conversation_id AND a.agent_id = $2 \
            WHERE f.organization_id = $1 AND f.first_inbound_at >= w.from_at AND f.first_inbound_at < w.to_at",
    },
];

impl Told {
    /// Selects what is told of each span that is wanted. In a subquery of its own it is looked up for each by an
    /// index; a join might be planned as one over whole tables.
    pub(super) fn sql(&self) -> String {
        let amounts: Vec<_> = self.amounts.iter().map(|(_, amount)| *amount).collect();
        format!(
            "UNION ALL SELECT w.key, w.sign, w.place, e.amounts FROM wanted AS w \
             CROSS JOIN LATERAL (SELECT ARRAY[{}] AS amounts FROM {}) AS e WHERE w.place = '{}' ",
            amounts.join(", "),
            self.from,
            self.source.name(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sql::MEASURES;
    use std::collections::BTreeSet;

    #[test]
    fn every_measure_that_has_counters_is_told_by_one_source() {
        let uncounted = [Source::Active, Source::Silent];
        let told: Vec<_> = OF_ALL
            .iter()
            .filter(|told| !uncounted.contains(&told.source))
            .flat_map(|told| told.amounts.iter().map(|(measure, _)| *measure))
            .collect();
        assert_eq!(told.len(), MEASURES.len());
        assert_eq!(BTreeSet::from_iter(told), BTreeSet::from(MEASURES));
    }
}
