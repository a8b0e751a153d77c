//! The HTTP surfaces: each speaks one published API reference.

pub mod organizations;
