//! The read models: how they are kept, folded and made anew.

mod fold;
mod lock;
pub(crate) mod measures;
mod projection;
mod rebuild;
pub(crate) mod sql;

pub use fold::FoldCounts;
pub use projection::ReadModels;
pub use rebuild::rebuild;
