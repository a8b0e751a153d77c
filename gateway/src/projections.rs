//! What follows the changes of every write, in its transaction.

use rapport_analytics::ReadModels;
use rapport_crm_core::search::SearchWords;
use rapport_platform::events::Projection;
use rapport_sales_pipeline::{FollowDeletions, FollowMerges};
use std::sync::Arc;

/// The read models and followers of all domains. Every database that this program writes to has them.
pub fn all() -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(FollowMerges),
        Arc::new(FollowDeletions),
        Arc::new(ReadModels),
        Arc::new(SearchWords),
    ]
}
