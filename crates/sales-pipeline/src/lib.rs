//! The sales pipeline: its stages, the sales that go through it, and their quotes; funnels, and tasks. Each aggregate
//! has a service trait; the `Pg…` structs implement them on PostgreSQL.

pub mod decimal;
pub mod funnels;
mod locks;
pub mod pipeline;
pub mod quote;
pub mod sales;
pub mod tasks;

pub use pipeline::{PgPipeline, PipelineService};
pub use sales::{CompanySales, FollowDeletions, FollowMerges, PgSales, SaleService};
