//! Lists that are filtered and sorted as callers like.

mod cost;
mod fuzz;
mod model;
mod pages;
mod property;
pub mod world;
