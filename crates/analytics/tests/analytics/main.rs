//! The read models and the reports made of them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed step fails the test, also in what tests share"
)]

mod bounded;
mod concurrency;
mod days;
mod histories;
mod merges;
mod naive;
mod sales;
mod stage;
