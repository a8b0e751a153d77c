//! The engagement surface: documented keys, types, errors and rules.

mod conversations;
mod custom_fields;
mod errors;
pub mod stage;
mod task_filters;
mod tasks;
