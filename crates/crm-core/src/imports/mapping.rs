//! Which column of a file goes into which field.

use rapport_platform::{Error, Result};
use std::collections::BTreeSet;

const CUSTOM: &str = "custom_fields.";
/// The longest key of a custom field, in characters.
const KEY: usize = 255;

/// A field of a contact that a column can go into.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The full name.
    Name,
    /// E-mail addresses; the only fields that several columns can go into are these two.
    Email,
    /// Telephone numbers.
    PhoneNumber,
    /// The name of the company.
    Company,
    /// What the contact does there.
    CompanyRole,
    /// A custom field.
    Custom(String),
}

impl Field {
    const PLAIN: [Self; 5] = [
        Self::Name,
        Self::Email,
        Self::PhoneNumber,
        Self::Company,
        Self::CompanyRole,
    ];

    /// The field called `name`, if there is one: `email`, `custom_fields.notes`.
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(key) = name.strip_prefix(CUSTOM) {
            let sound = !key.is_empty() && key.chars().count() <= KEY && !key.contains('\0');
            return sound.then(|| Self::Custom(key.to_owned()));
        }
        Self::PLAIN.into_iter().find(|field| field.name() == name)
    }

    /// As [`Field::parse`], without regard to the case of what is not a key of the organization's own. What is meant for
    /// a custom field and cannot be one is refused, or its values would be lost.
    fn parse_header(header: &str) -> Result<Option<Self>> {
        let header = header.trim();
        match header.split_at_checked(CUSTOM.len()) {
            Some((start, key)) if start.eq_ignore_ascii_case(CUSTOM) => {
                let field = Self::parse(&format!("{CUSTOM}{key}"));
                let message = format!("must have a key of 1 to {KEY} characters after {CUSTOM}");
                field
                    .map(Some)
                    .ok_or_else(|| Error::invalid(parameter(header), message))
            }
            _ => Ok(Self::parse(&header.to_lowercase())),
        }
    }

    /// The name of the field; `custom_fields` for a custom one.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
            Self::Company => "company",
            Self::CompanyRole => "company_role",
            Self::Custom(_) => "custom_fields",
        }
    }

    /// The name by which [`Field::parse`] finds it.
    pub fn path(&self) -> String {
        match self {
            Self::Custom(key) => format!("{CUSTOM}{key}"),
            plain => plain.name().to_owned(),
        }
    }

    fn takes_several(&self) -> bool {
        matches!(self, Self::Email | Self::PhoneNumber)
    }
}

/// The columns of a file, and the field that each goes into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The names of the columns.
    pub header: Vec<String>,
    /// As many; `None` for a column that is left out.
    pub fields: Vec<Option<Field>>,
}

impl Mapping {
    /// Maps the columns that `wanted` names by their headers to fields; if it names none, those whose headers are the
    /// names of fields. Neither case nor space around headers counts.
    ///
    /// # Errors
    /// `Invalid` naming the column when the file does not have it, there is no such field, or several go into a field
    /// that takes one; naming `column` when no column goes anywhere.
    pub fn of(header: Vec<String>, wanted: &[(String, String)]) -> Result<Self> {
        let fields = if wanted.is_empty() {
            let fields = header.iter().map(|name| Field::parse_header(name));
            fields.collect::<Result<_>>()?
        } else {
            named(&header, wanted)?
        };
        let mapping = Self { header, fields };
        mapping.check()?;
        Ok(mapping)
    }

    /// Whether some column goes into `field`.
    pub fn has(&self, field: &Field) -> bool {
        self.fields.iter().flatten().any(|mapped| mapped == field)
    }

    /// The header of the first column that goes into a field of this name.
    pub fn column(&self, name: &str) -> Option<&str> {
        let place = self
            .fields
            .iter()
            .position(|field| field.as_ref().is_some_and(|field| field.name() == name))?;
        self.header.get(place).map(String::as_str)
    }

    fn check(&self) -> Result<()> {
        let mut seen = BTreeSet::new();
        for (name, field) in self.header.iter().zip(&self.fields) {
            let Some(field) = field else { continue };
            if !seen.insert(field) && !field.takes_several() {
                let message = format!("{} takes one column", field.path());
                return Err(Error::invalid(parameter(name), message));
            }
        }
        if seen.is_empty() {
            let message = "no column of the file goes into a field of contacts";
            return Err(Error::invalid("column", message));
        }
        Ok(())
    }
}

fn named(header: &[String], wanted: &[(String, String)]) -> Result<Vec<Option<Field>>> {
    let mut fields = vec![None; header.len()];
    for (name, field) in wanted {
        let parsed = Field::parse(field).ok_or_else(|| {
            let message = format!("{field} is not a field that can be imported");
            Error::invalid(parameter(name), message)
        })?;
        let mut found = false;
        for (column, mapped) in header.iter().zip(&mut fields) {
            if same(column, name) {
                if mapped.is_some() {
                    return Err(Error::invalid(parameter(name), "is given twice"));
                }
                *mapped = Some(parsed.clone());
                found = true;
            }
        }
        if !found {
            return Err(Error::invalid(parameter(name), "the file has no such column"));
        }
    }
    Ok(fields)
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

fn parameter(column: &str) -> String {
    format!("column.{}", column.trim())
}

#[cfg(test)]
mod tests {
    use super::{Field, Mapping};

    fn of(header: &str, wanted: &[(&str, &str)]) -> Result<Mapping, String> {
        let header = header.split(',').map(str::to_owned).collect();
        let wanted: Vec<_> = wanted
            .iter()
            .map(|(name, field)| ((*name).to_owned(), (*field).to_owned()))
            .collect();
        Mapping::of(header, &wanted).map_err(|error| error.to_string())
    }

    #[test]
    fn headers_that_are_fields_need_no_mapping() {
        let mapping = of("ID, E-Mail,EMAIL,Name,Custom_Fields.Shoe Size", &[]).unwrap();
        let shoe = Field::Custom("Shoe Size".to_owned());
        let wanted = [None, None, Some(Field::Email), Some(Field::Name), Some(shoe)];
        assert_eq!(mapping.fields, wanted);
    }

    #[test]
    fn several_columns_may_hold_addresses_but_only_one_a_name() {
        let mapping = of("Work,Home,X", &[("work", "email"), ("Home ", "email")]).unwrap();
        assert_eq!(mapping.fields, [Some(Field::Email), Some(Field::Email), None]);
        let twice = of("First,Last", &[("First", "name"), ("Last", "name")]);
        assert_eq!(twice.unwrap_err(), "column.Last: name takes one column");
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (header, wanted, said) in [
            ("a", vec![("b", "name")], "column.b: the file has no such column"),
            (
                "a",
                vec![("a", "nmae")],
                "column.a: nmae is not a field that can be imported",
            ),
            (
                "a",
                vec![("a", "custom_fields.")],
                "column.a: custom_fields. is not a field that can be imported",
            ),
            (
                "a",
                vec![("a", "name"), ("A", "email")],
                "column.A: is given twice",
            ),
            ("name,Name", vec![], "column.Name: name takes one column"),
            (
                "name,custom_fields. ",
                vec![],
                "column.custom_fields.: must have a key of 1 to 255 characters after custom_fields.",
            ),
            (
                "a,b",
                vec![],
                "column: no column of the file goes into a field of contacts",
            ),
        ] {
            assert_eq!(of(header, &wanted).unwrap_err(), said);
        }
    }
}
