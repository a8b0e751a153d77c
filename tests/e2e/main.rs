//! End-to-end tests: the application over HTTP, and the built program.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a failed step fails the test, also in what tests share"
)]

mod cli;
mod crash;
mod engagement;
mod http;
mod isolation;
mod openapi;
mod organizations;
mod paging;
mod seed;
mod support;
