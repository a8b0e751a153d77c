//! Times on the wire.

pub use crate::http::time::{option, serialize};
