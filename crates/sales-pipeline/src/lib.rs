//! The sales pipeline: stages, sales and their quotes.
pub mod funnels;
pub mod tasks;
