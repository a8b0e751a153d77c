//! How a file is to be imported, as the query string says.

use rapport_crm_core::imports::{MatchKey, OnMatch};
use rapport_platform::{Error, Result};

const COLUMN: &str = "column.";

/// What the query string says.
#[derive(Debug, Default)]
pub struct ImportQuery {
    pub keys: Vec<MatchKey>,
    pub on_match: Option<OnMatch>,
    pub dry_run: Option<bool>,
    /// Headers, and the fields into which they go.
    pub columns: Vec<(String, String)>,
}

/// Its parameters, for the documents; the names of some are known only to those who ask.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it is read by its documentation alone")]
pub struct ImportParameters {
    /// By what a row is told to be of a contact that is there: `email`, `phone_number`, or both, separated by a comma
    /// and tried in this order. Without it every row makes a contact.
    #[param(rename = "match", example = "email,phone_number")]
    r#match: Option<String>,
    /// What becomes of rows of contacts that are there: `update` lets them take over what the row has, `skip` leaves
    /// them alone.
    #[param(inline, default = "update", example = "update")]
    on_match: Option<OnMatchName>,
    /// Whether all is checked and counted, but nothing written.
    #[param(default = false, example = false)]
    dry_run: Option<bool>,
    /// Into which field the column of this header goes; one such parameter for each column, as in
    /// `column.E-Mail=email&column.Shoe%20size=custom_fields.shoe`. The fields are `name`, `email`, `phone_number`,
    /// `company`, `company_role` and `custom_fields.<key>`. Without any, columns go into the fields of their name.
    #[param(rename = "column.<header>", example = "email")]
    column: Option<String>,
}

/// What becomes of rows of contacts that are there.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnMatchName {
    /// The contact takes over what the row has.
    Update,
    /// The contact is left alone.
    Skip,
}

impl ImportQuery {
    /// Reads it; all parameters must be known, since a misspelt one would go unnoticed.
    pub fn read(query: &str) -> Result<Self> {
        let mut read = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "match" if read.keys.is_empty() => read.keys = keys(&value)?,
                "on_match" if read.on_match.is_none() => read.on_match = Some(on_match(&value)?),
                "dry_run" if read.dry_run.is_none() => read.dry_run = Some(flag(&value)?),
                "match" | "on_match" | "dry_run" => {
                    return Err(Error::invalid(name.into_owned(), "is given twice"));
                }
                other => match other.strip_prefix(COLUMN) {
                    Some(header) => read.columns.push((header.to_owned(), value.into_owned())),
                    None => return Err(Error::invalid(name.into_owned(), "is not a parameter of imports")),
                },
            }
        }
        Ok(read)
    }
}

fn keys(text: &str) -> Result<Vec<MatchKey>> {
    let mut keys = Vec::new();
    for name in text.split(',').map(str::trim) {
        let key = MatchKey::parse(name).filter(|key| !keys.contains(key));
        let message = "must be email, phone_number or both, separated by a comma";
        keys.push(key.ok_or_else(|| Error::invalid("match", message))?);
    }
    Ok(keys)
}

fn on_match(text: &str) -> Result<OnMatch> {
    match text {
        "update" => Ok(OnMatch::Update),
        "skip" => Ok(OnMatch::Skip),
        _ => Err(Error::invalid("on_match", "must be update or skip")),
    }
}

fn flag(text: &str) -> Result<bool> {
    text.parse()
        .map_err(|_| Error::invalid("dry_run", "must be true or false"))
}
