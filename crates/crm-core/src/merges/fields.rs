//! What a record takes over from those that become part of it.

use rapport_platform::{Error, RawJson, Result};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The record's own value, or else the first that another one has.
pub(super) fn first<R, T: Clone>(own: &R, others: &[&R], value: impl Fn(&R) -> &Option<T>) -> Option<T> {
    let mut all = std::iter::once(own).chain(others.iter().copied());
    all.find_map(|record| value(record).clone())
}

/// The record's own custom fields, and those of the others that it lacks. Values are taken over as they are written,
/// digit by digit.
pub(super) fn custom<'a>(own: &RawJson, others: impl Iterator<Item = &'a RawJson>) -> Result<RawJson> {
    let mut all = read(own)?;
    for other in others {
        for (key, value) in read(other)? {
            all.entry(key).or_insert(value);
        }
    }
    RawJson::of(&all)
}

fn read(object: &RawJson) -> Result<BTreeMap<String, Box<RawValue>>> {
    serde_json::from_str(object.get()).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::custom;
    use rapport_platform::RawJson;

    fn raw(text: &str) -> RawJson {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn own_custom_fields_win_and_missing_ones_come_from_the_first_that_has_them() {
        let own = raw(r#"{"a": 1, "none": null}"#);
        let others = [
            raw(r#"{"a": 2, "b": 1.2345678901234567890123}"#),
            raw(r#"{"b": 3, "none": 4, "c": {"d": []}}"#),
        ];
        let all = custom(&own, others.iter()).unwrap();
        assert_eq!(
            all.get(),
            r#"{"a":1,"b":1.2345678901234567890123,"c":{"d": []},"none":null}"#
        );
    }
}
