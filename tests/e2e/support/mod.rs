//! What these tests share.

pub mod process;
pub mod program;
pub mod records;
pub mod shape;
pub mod surfaces;
