//! What a pipeline may be made of.

use super::{MOST_STAGES, StageEntry, StageRow, with_uuid};
use rapport_crm_core::text;
use rapport_platform::{Error, Result};

const LONGEST_STATUS: usize = 64;

/// The entries with their texts in their normal form, when they make a pipeline of these stages and new ones.
pub(super) fn checked(mut entries: Vec<StageEntry>, old: &[StageRow]) -> Result<Vec<StageEntry>> {
    if !(1..=MOST_STAGES).contains(&entries.len()) {
        return Err(Error::invalid("stages", format!("must be 1 to {MOST_STAGES}")));
    }
    for (index, entry) in entries.iter_mut().enumerate() {
        normalize(entry, old).map_err(|(field, message)| at(index, field, message))?;
    }
    recognize(&mut entries, old);
    for (index, entry) in entries.iter().enumerate() {
        let mut before = entries.iter().take(index);
        if let Some(field) = before.find_map(|other| clash(entry, other)) {
            return Err(at(index, field, "is given twice".to_owned()));
        }
    }
    Ok(entries)
}

fn at(index: usize, field: &str, message: String) -> Error {
    Error::invalid(format!("stages[{index}].{field}"), message)
}

fn normalize(entry: &mut StageEntry, old: &[StageRow]) -> Result<(), (&'static str, String)> {
    if entry.uuid.is_some_and(|uuid| with_uuid(old, uuid).is_none()) {
        return Err(("stage_id", "is not a stage of this pipeline".to_owned()));
    }
    let name = text::required("name", std::mem::take(&mut entry.name), text::NAME);
    entry.name = name.map_err(|error| match error {
        Error::Invalid { message, .. } => ("name", message.into_owned()),
        other => ("name", other.to_string()),
    })?;
    let sound = |status: &String| {
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        (1..=LONGEST_STATUS).contains(&status.len()) && status.bytes().all(known)
    };
    if entry.status.as_ref().is_some_and(|status| !sound(status)) {
        let message = format!("must be 1 to {LONGEST_STATUS} lower-case letters, digits and _");
        return Err(("status", message));
    }
    Ok(())
}

/// An entry without an id is the stage of its name, so that the same pipeline can be written again.
fn recognize(entries: &mut [StageEntry], old: &[StageRow]) {
    let named: Vec<_> = entries.iter().filter_map(|entry| entry.uuid).collect();
    for entry in entries.iter_mut().filter(|entry| entry.uuid.is_none()) {
        let same = old.iter().find(|stage| stage.name == entry.name);
        entry.uuid = same.map(|stage| stage.uuid).filter(|uuid| !named.contains(uuid));
    }
}

/// The field in which two stages must differ and do not.
fn clash(one: &StageEntry, other: &StageEntry) -> Option<&'static str> {
    let same = |a: Option<&str>, b: Option<&str>| a.is_some() && a == b;
    if one.name == other.name {
        return Some("name");
    }
    if one.uuid.is_some() && one.uuid == other.uuid {
        return Some("stage_id");
    }
    same(one.status.as_deref(), other.status.as_deref()).then_some("status")
}
