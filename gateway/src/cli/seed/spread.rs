//! How many messages each conversation has: few have many (Zipf's law), each has one, the sum is exact.

use super::random::{Random, Shuffle, float, whole};

/// A spread of messages over conversations; nothing is kept for any of them.
#[derive(Debug)]
pub struct Spread {
    conversations: u64,
    /// What remains when each conversation has its first message.
    extra: u64,
    ranks: Shuffle,
}

impl Spread {
    /// Spreads `messages`, of which there are at least as many as conversations.
    pub fn new(conversations: u64, messages: u64, random: &mut Random) -> Self {
        Self {
            conversations,
            extra: messages.saturating_sub(conversations),
            ranks: Shuffle::new(conversations, random),
        }
    }

    /// How many messages this conversation has.
    pub fn messages(&self, conversation: u64) -> u64 {
        let rank = self.ranks.at(conversation);
        1 + self.of_first(rank + 1) - self.of_first(rank)
    }

    /// How many extra messages the conversations of the first ranks have together. The flattened head keeps the
    /// first from having all.
    fn of_first(&self, ranks: u64) -> u64 {
        let head = float(self.conversations) / 200.0 + 1.0;
        let harmonic = |rank: u64| ((float(rank) + head) / head).ln();
        whole(float(self.extra) * (harmonic(ranks) / harmonic(self.conversations)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Random, Spread};

    #[test]
    fn each_conversation_has_a_message_and_the_sum_is_exact() {
        for (conversations, messages) in [(1, 1), (1, 900), (7, 7), (150, 900), (1_000, 12_345)] {
            let spread = Spread::new(conversations, messages, &mut Random::new(1, 1));
            let counts: Vec<_> = (0..conversations).map(|c| spread.messages(c)).collect();
            assert!(counts.iter().all(|count| *count >= 1));
            assert_eq!(counts.iter().sum::<u64>(), messages);
        }
    }

    #[test]
    fn a_tenth_of_the_conversations_has_a_good_part_of_the_messages() {
        let spread = Spread::new(1_000, 10_000, &mut Random::new(1, 1));
        let mut counts: Vec<_> = (0..1_000).map(|c| spread.messages(c)).collect();
        counts.sort_unstable();
        let top: u64 = counts.iter().rev().take(100).sum();
        assert!((3_500..7_500).contains(&top), "{top}");
    }
}
