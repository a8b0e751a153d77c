//! Ids and secrets that are the same in every run.

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rapport_platform::Ids;
use rapport_platform::ids::uuid_v7;
use std::sync::{Mutex, PoisonError};

/// Makes UUIDs of version 7 and secrets from a seed: as random as real ones, and the same each time.
#[derive(Debug)]
pub struct SeededIds(Mutex<StdRng>);

impl SeededIds {
    /// The sequence that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Ids for SeededIds {
    fn uuid(&self, now: DateTime<Utc>) -> uuid::Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        uuid_v7(now, random)
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(bytes);
    }
}
