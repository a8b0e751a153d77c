//! What is looked for among contacts.

use crate::http::object::objects;
use crate::http::{App, Auth};
use crate::surfaces::engagement::number::Number;
use crate::surfaces::engagement::paging::{DEFAULT, MOST, Tokens};
use rapport_crm_core::query::{Filter, Search, Sort, Start, Window};
use rapport_platform::Error;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// One test of a field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct FilterBody {
    /// The field, which may be dotted: `addresses.address`, `customFields.plan`.
    #[schema(example = "addresses.address")]
    field: String,
    /// `eq`, `neq`, `contains`, `startsWith`, `in`, `gt`, `gte`, `lt`, `lte` or `exists`.
    #[schema(example = "eq")]
    operator: String,
    /// What to compare with: a list for `in`, true or false for `exists`.
    #[serde(default)]
    #[schema(value_type = Option<Value>, example = "+56912345678")]
    value: Value,
    /// Whether it joins the filter before it by OR.
    #[schema(example = false)]
    or: Option<bool>,
}

/// A field to sort by.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct SortBody {
    #[schema(example = "createdAt")]
    field: String,
    /// `asc` or `desc`; `asc` when absent.
    #[schema(example = "desc")]
    direction: Option<String>,
}

objects!(FilterBody, SortBody);

/// Yes or no, also as text.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged, expecting = "true or false")]
enum Flag {
    Said(bool),
    Written(Word),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    True,
    False,
}

impl Flag {
    fn is_set(flag: Option<Self>) -> bool {
        matches!(flag, Some(Self::Said(true) | Self::Written(Word::True)))
    }
}

/// What is looked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "filters": [
        {"field": "addresses.address", "operator": "eq", "value": "+56912345678"},
        {"field": "addresses.address", "operator": "contains", "value": "example.com", "or": true}
    ],
    "sort": [{"field": "createdAt", "direction": "desc"}], "size": 20, "includeTotalCount": true,
}))]
pub struct SearchBody {
    /// Words to look for in names and addresses, at most 200 characters.
    #[schema(max_length = 200, example = json!(null))]
    search: Option<String>,
    /// At most 50.
    filters: Option<Vec<FilterBody>>,
    /// At most 5, the most significant first. The newest come first when absent; records without a value come last.
    sort: Option<Vec<SortBody>>,
    /// How many at most: 1 to 500.
    #[schema(value_type = Option<f64>, minimum = 1, maximum = 500, example = 20)]
    size: Option<Number>,
    /// The `nextPageToken` of the page before. It is bound to the filters and the order.
    #[schema(example = json!(null))]
    page_token: Option<String>,
    /// Whether archived contacts are found, too.
    #[schema(value_type = Option<bool>, example = false)]
    include_archived: Option<Flag>,
    /// Whether all that is found is counted.
    #[schema(value_type = Option<bool>, example = true)]
    include_total_count: Option<Flag>,
}

impl SearchBody {
    /// What the service is asked for, whether archived contacts are, too, and the tokens of its pages.
    ///
    /// # Errors
    /// `Invalid` naming what cannot be read.
    pub fn read<'a, P>(
        self,
        app: &'a App,
        auth: &Auth<P>,
    ) -> Result<(Search, Window, bool, Tokens<'a>), Error> {
        let filters = self.filters.unwrap_or_default().into_iter();
        let sort = self.sort.unwrap_or_default().into_iter();
        let filter =
            |one: FilterBody| Filter::named(one.field, &one.operator, one.value, one.or.unwrap_or(false));
        let search = Search {
            filters: filters.map(filter).collect::<Result<_, _>>()?,
            sort: sort
                .map(|one| Sort::named(one.field, one.direction.as_deref()))
                .collect::<Result<_, _>>()?,
            text: self.search.filter(|text| !text.trim().is_empty()),
        };
        let archived = Flag::is_set(self.include_archived);
        let binding = format!("{archived}\n{}", search.binding());
        let tokens = Tokens::of(app, &auth.ctx, "contacts/search", &binding);
        let start = match &self.page_token {
            None => Start::Top,
            Some(token) => tokens.start(token)?,
        };
        let limit = self.size.map_or(DEFAULT, |size| size.0);
        if limit > MOST {
            return Err(Error::invalid(
                "size",
                format!("must be a whole number from 1 to {MOST}"),
            ));
        }
        let total = Flag::is_set(self.include_total_count);
        Ok((search, Window { start, limit, total }, archived, tokens))
    }
}
