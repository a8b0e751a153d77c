//! A change to one field: keep it, clear it, or set it.

use crate::{Error, Result};
use serde::{Deserialize, Deserializer};

/// What a partial update says of a field. In JSON an absent key keeps, `null` clears, a value sets; use it
/// with `#[serde(default)]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// Leave it as it is.
    #[default]
    Keep,
    /// Make it empty.
    Clear,
    /// Give it this value.
    Set(T),
}

impl<T> Patch<T> {
    /// The value after the change of one that is `current`.
    pub fn apply(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Keep => current,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// As [`Patch::apply`], of a field that always has a value.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is to be made empty.
    pub fn apply_required(self, field: &'static str, current: T) -> Result<T> {
        self.apply(Some(current))
            .ok_or_else(|| Error::invalid(field, "must not be null"))
    }

    /// The value that is set, if one is.
    pub fn set(self) -> Option<T> {
        self.apply(None)
    }

    /// Converts the value that is set, if one is.
    pub fn try_map<U, E>(self, convert: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        Ok(match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(convert(value)?),
        })
    }

    /// Whether the field is left alone.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}
