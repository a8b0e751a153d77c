//! What a row of a file says.

use super::mapping::{Field, Mapping};
use crate::address::{Address, ChannelType};
use crate::{cells, text};
use rapport_platform::{Error, Result};

/// A row as it stands in the file.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Its number as spreadsheets count.
    pub number: i32,
    pub cells: Vec<String>,
}

/// What it says, checked as it would be of a single contact.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub name: Option<String>,
    /// E-mail addresses, then telephone numbers, in the order of their columns; none twice.
    pub addresses: Vec<Address>,
    pub company: Option<String>,
    pub company_role: Option<String>,
    pub custom: Vec<(String, String)>,
}

/// What is read of a row.
#[derive(Debug)]
pub(super) struct Read {
    pub row: Row,
    /// `None` when nothing stands in it.
    pub said: Result<Option<Said>>,
    /// All that may be an address in it, in its normal form if it has one.
    pub traces: Vec<String>,
}

/// Reads rows by the mapping. National telephone numbers are of `region`.
pub(super) fn read(rows: Vec<Row>, mapping: &Mapping, region: &str) -> Vec<Read> {
    rows.into_iter()
        .map(|row| read_one(row, mapping, region))
        .collect()
}

fn read_one(row: Row, mapping: &Mapping, region: &str) -> Read {
    if row.cells.iter().all(|cell| cell.trim().is_empty()) {
        return Read {
            row,
            said: Ok(None),
            traces: Vec::new(),
        };
    }
    let mut traces = Vec::new();
    let mut addresses = Vec::new();
    for (cell, kind) in row.cells.iter().zip(&mapping.fields) {
        let kind = match kind {
            Some(Field::Email) => ChannelType::Email,
            Some(Field::PhoneNumber) => ChannelType::Phone,
            _ => continue,
        };
        for typed in split(cells::unguard(cell)) {
            let address = address(kind, typed, region);
            traces.push(match &address {
                Ok(address) => address.normalized.clone(),
                Err(_) => typed.to_lowercase(),
            });
            addresses.push(address);
        }
    }
    let said = say(&row, mapping, addresses);
    Read {
        said: said.map(Some),
        row,
        traces,
    }
}

/// The addresses in a cell, as an export has several: `one@example.com; two@example.com`.
fn split(cell: &str) -> impl Iterator<Item = &str> {
    let parts = cell.split("; ").map(str::trim);
    parts.filter(|part| !part.is_empty())
}

fn address(kind: ChannelType, typed: &str, region: &str) -> Result<Address> {
    text::optional(kind.field(), Some(typed.to_owned()), text::NAME)?;
    Address::read(kind, typed, Some(region))
}

fn say(row: &Row, mapping: &Mapping, addresses: Vec<Result<Address>>) -> Result<Said> {
    if row.cells.len() > mapping.fields.len() {
        let message = format!(
            "has {} cells, but the header has {}",
            row.cells.len(),
            mapping.fields.len()
        );
        return Err(Error::invalid("row", message));
    }
    let mut said = Said::default();
    for (cell, field) in row.cells.iter().zip(&mapping.fields) {
        let Some(field) = field else { continue };
        let value = cells::unguard(cell);
        let line = || text::optional(field.name(), Some(value.to_owned()), text::NAME);
        match field {
            Field::Name => said.name = line()?,
            Field::Company => said.company = line()?,
            Field::CompanyRole => said.company_role = line()?,
            Field::Custom(key) if !value.is_empty() => said.custom.push((key.clone(), value.to_owned())),
            Field::Custom(_) | Field::Email | Field::PhoneNumber => {}
        }
    }
    for address in addresses {
        let address = address?;
        let same = |other: &Address| {
            other.channel_type == address.channel_type && other.normalized == address.normalized
        };
        if !said.addresses.iter().any(same) {
            said.addresses.push(address);
        }
    }
    said.addresses.sort_by_key(|address| address.channel_type.name());
    Ok(said)
}
