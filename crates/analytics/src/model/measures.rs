//! What messages and conversations count for. Counters are kept by it, and reports add up what counters do not tell.

/// A column of `analytics_counts`, and what one row adds to it: a whole number, or null for nothing.
#[derive(Debug)]
pub(crate) struct Measure {
    pub name: &'static str,
    amount: &'static str,
}

/// Measures that count at the same time.
#[derive(Debug)]
pub(crate) struct Counted {
    pub measures: &'static [Measure],
    /// When; null for rows that do not count.
    pub at: &'static str,
}

/// What a message `m` counts for when it occurred.
pub(crate) const MESSAGES: Counted = Counted {
    measures: &[
        measure("messages_received", "CAST(m.direction = 'received' AS integer)"),
        SENT,
        measure("ai_sent", "CAST(m.authorship IN ('ai', 'ai_edited') AS integer)"),
        measure("ai_sent_unchanged", "CAST(m.authorship = 'ai' AS integer)"),
    ],
    at: "m.occurred_at",
};
/// What it counts for when told of its agent alone.
pub(crate) const MESSAGES_OF_AGENT: Counted = Counted {
    measures: &[SENT],
    at: MESSAGES.at,
};
const SENT: Measure = measure("messages_sent", "CAST(m.direction = 'sent' AS integer)");

/// What the facts `f` of a conversation count for at its first activity.
pub(crate) const STARTED: Counted = Counted {
    measures: &[measure("conversations_started", "1")],
    at: "f.first_activity_at",
};
/// What they count for at its last activity.
pub(crate) const ENDED: Counted = Counted {
    measures: &[measure("conversations_ended", "1")],
    at: "f.last_activity_at",
};
/// What they count for at its first message received.
pub(crate) const INBOUND: Counted = Counted {
    measures: &[
        measure("conversations_received", "1"),
        measure(
            "received_by_email",
            "CAST(f.first_inbound_modality = 'email' AS integer)",
        ),
        measure(
            "received_by_text",
            "CAST(f.first_inbound_modality = 'text' AS integer)",
        ),
        measure(
            "received_by_call",
            "CAST(f.first_inbound_modality = 'call' AS integer)",
        ),
        measure(
            "received_by_live_chat",
            "CAST(f.first_inbound_modality = 'live_chat' AS integer)",
        ),
        measure(
            "received_by_form_request",
            "CAST(f.first_inbound_modality = 'form_request' AS integer)",
        ),
        measure(
            "conversations_responded",
            "CAST(f.first_reply_at IS NOT NULL AS integer)",
        ),
        measure(
            "response_microseconds",
            "CAST(\"extract\"('epoch', f.first_reply_at - f.first_inbound_at) * 1000000 AS bigint)",
        ),
    ],
    at: "f.first_inbound_at",
};

const fn measure(name: &'static str, amount: &'static str) -> Measure {
    Measure { name, amount }
}

/// The names of all measures that have counters.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    [MESSAGES, STARTED, ENDED, INBOUND]
        .into_iter()
        .flat_map(|counted| counted.names())
}

/// A list of what `text` makes of the name of each.
pub(crate) fn of_each(text: impl Fn(&str) -> String) -> String {
    names().map(text).collect::<Vec<_>>().join(", ")
}

impl Counted {
    /// The names of its measures.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.measures.iter().map(|measure| measure.name)
    }

    /// Rows of agent, measure, time and amount.
    pub(crate) fn rows(&self, agent: &str) -> String {
        let row =
            |measure: &Measure| format!("({agent}, '{}', {}, {})", measure.name, self.at, measure.amount);
        self.measures.iter().map(row).collect::<Vec<_>>().join(", ")
    }

    /// The sum of each measure over rows, in their order.
    pub(crate) fn sums(&self) -> String {
        let sum = |measure: &Measure| format!("CAST(coalesce(sum({}), 0) AS bigint)", measure.amount);
        self.measures.iter().map(sum).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapport_inbox::messages::{Direction, Modality};
    use std::collections::HashSet;

    #[test]
    fn every_direction_and_modality_is_counted_once() {
        let measures: Vec<_> = names().collect();
        assert_eq!(measures.iter().collect::<HashSet<_>>().len(), measures.len());
        let directions = Direction::ALL
            .iter()
            .map(|one| format!("messages_{}", one.name()));
        let modalities = Modality::ALL
            .iter()
            .map(|one| format!("received_by_{}", one.name()));
        for measure in directions.chain(modalities) {
            assert!(measures.contains(&measure.as_str()), "{measure}");
        }
    }
}
