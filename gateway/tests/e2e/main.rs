//! End-to-end tests over the built binary.

mod openapi;
mod process;
