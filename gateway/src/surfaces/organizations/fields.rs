//! Fields that several resources have.

use rapport_platform::{Error, ids};
use uuid::Uuid;

/// The opaque id in `field`.
///
/// # Errors
/// `Invalid` naming the field when it is none.
pub fn reference(field: &'static str, id: &str) -> Result<Uuid, Error> {
    ids::parse_opaque(id).ok_or_else(|| Error::invalid(field, "is not an id"))
}
