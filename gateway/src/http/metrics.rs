//! Figures for Prometheus.

use prometheus::{Encoder, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder};
use rapport_platform::{Error, Result};
use std::time::Duration;

/// What is counted, per process.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    duration: HistogramVec,
}

impl Metrics {
    /// Fresh figures.
    ///
    /// # Errors
    /// Never, but for two figures of one name, which is a defect.
    pub fn new() -> Result<Self> {
        let requests = Opts::new(
            "rapport_http_requests_total",
            "Requests by method, route and status.",
        );
        let duration = HistogramOpts::new(
            "rapport_http_request_seconds",
            "Time to answer, by method and route.",
        );
        let metrics = Self {
            registry: Registry::new(),
            requests: IntCounterVec::new(requests, &["method", "route", "status"])
                .map_err(Error::internal)?,
            duration: HistogramVec::new(duration, &["method", "route"]).map_err(Error::internal)?,
        };
        metrics
            .registry
            .register(Box::new(metrics.requests.clone()))
            .map_err(Error::internal)?;
        metrics
            .registry
            .register(Box::new(metrics.duration.clone()))
            .map_err(Error::internal)?;
        Ok(metrics)
    }

    /// Counts one answered request. `route` is the pattern, never the path, so that the figures stay few.
    pub fn count(&self, method: &str, route: &str, status: &str, took: Duration) {
        self.requests.with_label_values(&[method, route, status]).inc();
        self.duration
            .with_label_values(&[method, route])
            .observe(took.as_secs_f64());
    }

    /// All figures in Prometheus' text format.
    ///
    /// # Errors
    /// When a figure cannot be written, which is a defect.
    pub fn text(&self) -> Result<Vec<u8>> {
        let mut text = Vec::new();
        TextEncoder::new()
            .encode(&self.registry.gather(), &mut text)
            .map_err(Error::internal)?;
        Ok(text)
    }
}
