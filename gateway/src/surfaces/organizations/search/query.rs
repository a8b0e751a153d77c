//! What is looked for.

use crate::http::paging;
use rapport_crm_core::search::{Kind, SearchQuery};
use rapport_platform::Error;
use serde::Deserialize;
use utoipa::IntoParams;

const HITS: i64 = 25;

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchParameters {
    /// What is looked for, at most 200 characters.
    #[param(required = true, value_type = String, max_length = 200, example = "diana")]
    q: Option<String>,
    /// `contact` or `company`; both when absent.
    #[serde(rename = "type")]
    #[param(rename = "type", value_type = Option<String>, example = json!(null))]
    kind: Option<String>,
    /// How many records at most: 1 to 500.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 500, example = 25)]
    limit: Option<String>,
}

impl SearchParameters {
    /// What the service is asked for.
    ///
    /// # Errors
    /// `422` naming the parameter.
    pub fn read(self) -> Result<SearchQuery, Error> {
        Ok(SearchQuery {
            text: self.q.ok_or_else(|| Error::invalid("q", "is required"))?,
            kinds: kinds(self.kind.as_deref())?,
            limit: paging::limit(self.limit.as_deref(), HITS)?,
        })
    }
}

fn kinds(name: Option<&str>) -> Result<Vec<Kind>, Error> {
    let Some(name) = name else {
        return Ok(Kind::ALL.to_vec());
    };
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
    kind.map(|kind| vec![kind])
        .ok_or_else(|| Error::invalid("type", "must be contact or company"))
}
