//! The OpenAPI 3.1 documents: one per surface and a merged one, built from the same `configure` calls that
//! register the routes; and the pages made of them.

#![expect(
    clippy::indexing_slicing,
    reason = "only JSON is indexed, by key: a missing one reads as null, and what is written to is an object"
)]

mod collect;
mod complete;
mod directory;
mod document;
mod errors;
mod example;
mod html;
mod info;
mod namespace;
mod parameters;
mod schemas;
mod site;
mod swagger;

pub use document::{Document, Operation};
pub use parameters::opaque_id;
pub use site::Site;

use crate::surfaces::{self, Surface};
use rapport_platform::Result;
use utoipa::openapi::{RefOr, Schema};

/// The tag of operations that the published reference of a surface lacks.
pub const NATIVE: &str = "native";
/// The tag of operations that have successors: they are marked deprecated.
pub const LEGACY: &str = "legacy";

/// A schema with the name it has in a document.
pub type NamedSchema = (String, RefOr<Schema>);

/// The schema of `T`, as a surface names its error body.
pub fn schema<T: utoipa::ToSchema>() -> NamedSchema {
    (T::name().into_owned(), T::schema())
}

/// The document of one surface.
///
/// # Errors
/// When a description has no JSON form, which is a defect.
pub fn document(surface: &Surface) -> Result<Document> {
    let mut document = collect::collect(surface)?;
    complete::complete(&mut document, surface)?;
    namespace::apply(&mut document, surface);
    Ok(document)
}

/// The document of all surfaces.
///
/// # Errors
/// As [`document`].
pub fn merged() -> Result<Document> {
    let mut merged = info::merged();
    for surface in &surfaces::ALL {
        merged.absorb(document(surface)?);
    }
    Ok(merged)
}
