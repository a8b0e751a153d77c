//! Random numbers that repeat: the same seed gives the same data, with any version of any crate.

/// What a step adds, from the golden ratio.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A `SplitMix64` generator (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The sequence `stream` of `seed`; each is independent of the others.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut random = Self(seed ^ stream.wrapping_mul(STEP).rotate_left(32));
        random.next();
        random
    }

    /// Any number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; 0 when that is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        let product = u128::from(self.next()) * u128::from(limit);
        u64::try_from(product >> 64).unwrap_or_default()
    }

    /// A number from 0 up to, but not including, 1.
    pub fn unit(&mut self) -> f64 {
        float(self.next() >> 11) / float(1 << 53)
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of these texts.
    pub fn pick<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        self.choose(texts).copied().unwrap_or_default()
    }

    /// One of these; `None` when there are none.
    pub fn choose<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let index = self.below(u64::try_from(choices.len()).unwrap_or_default());
        choices.get(usize::try_from(index).unwrap_or_default())
    }

    /// The random bits of a UUID of version 7.
    pub fn uuid_bits(&mut self) -> [u8; 10] {
        let (high, low) = (self.next().to_le_bytes(), self.next().to_le_bytes());
        let mut bits = [0; 10];
        for (bit, byte) in bits.iter_mut().zip(high.into_iter().chain(low)) {
            *bit = byte;
        }
        bits
    }
}

/// The number as a fraction can hold it.
#[expect(
    clippy::cast_precision_loss,
    reason = "the numbers of rows are far below 2^53"
)]
pub fn float(number: u64) -> f64 {
    number as f64
}

/// The whole part; 0 for what is negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cutting off is what it is for, and the conversion saturates"
)]
pub fn whole(number: f64) -> u64 {
    number as u64
}

/// Visits the numbers below `size` in an order that looks random, each once, without keeping them.
#[derive(Debug, Clone)]
pub struct Shuffle {
    size: u64,
    step: u64,
    start: u64,
}

impl Shuffle {
    /// An order of the numbers below `size`.
    pub fn new(size: u64, random: &mut Random) -> Self {
        // Near the golden section, neighbours come to lie far apart; coprime, each is visited once.
        let mut step = whole(float(size) * 0.618).max(1);
        while common_divisor(step, size) > 1 {
            step += 1;
        }
        Self {
            size,
            step,
            start: random.below(size),
        }
    }

    /// The number at this place; places beyond the last begin anew.
    pub fn at(&self, place: u64) -> u64 {
        let size = u128::from(self.size.max(1));
        let sum = u128::from(place) * u128::from(self.step) + u128::from(self.start);
        u64::try_from(sum % size).unwrap_or_default()
    }
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::{Random, Shuffle};
    use std::collections::BTreeSet;

    #[test]
    fn a_seed_repeats_and_its_streams_differ() {
        let take = |seed, stream| Random::new(seed, stream).next();
        assert_eq!(take(7, 1), take(7, 1));
        assert_ne!(take(7, 1), take(7, 2));
        assert_ne!(take(7, 1), take(8, 1));
    }

    #[test]
    fn numbers_stay_in_their_bounds_and_reach_them() {
        let mut random = Random::new(1, 1);
        let seen: BTreeSet<_> = (0..1000).map(|_| random.below(5)).collect();
        assert_eq!(seen, (0..5).collect());
        assert_eq!(random.below(0), 0);
        assert!((0..1000).all(|_| (0.0..1.0).contains(&random.unit())));
    }

    #[test]
    fn a_shuffle_visits_each_number_once() {
        for size in [1, 2, 6, 97, 1000] {
            let shuffle = Shuffle::new(size, &mut Random::new(3, size));
            let seen: BTreeSet<_> = (0..size).map(|place| shuffle.at(place)).collect();
            assert_eq!(seen, (0..size).collect());
        }
    }
}
