//! The read models and the reports made of them.

mod bounded;
mod concurrency;
mod days;
mod histories;
mod merges;
mod naive;
mod stage;
