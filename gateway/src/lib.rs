//! The Rapport server: configuration, command line, HTTP surfaces, OpenAPI and workers.
