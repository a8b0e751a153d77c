//! The engagement surface: documented keys, types, errors and rules.

mod contact_lives;
mod contact_search;
mod contacts;
mod conversations;
mod custom_fields;
mod errors;
mod partings;
pub mod stage;
mod task_filters;
mod tasks;
