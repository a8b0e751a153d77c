//! The Rapport server: configuration, command line, HTTP surfaces, OpenAPI and workers.

pub mod app;
pub mod cli;
mod credentials;
pub mod http;
pub mod openapi;
pub mod projections;
pub mod retention;
pub mod server;
pub mod surfaces;
