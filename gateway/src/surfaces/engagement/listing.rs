//! Lists that callers filter and sort: `filterBy`, `searchBy`, `sortBy`, and `page` or `pageToken`.

use super::paging::{ItemsView, Tokens, size};
use crate::http::{ApiError, App, Auth};
use rapport_crm_core::query::{Listed, Search, Start, Window, parse_filter_by, parse_sort_by};
use rapport_platform::Error;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which page of which records is wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// `field:value;field:value`: only the records of which all this holds. A value cannot hold a semicolon.
    #[param(example = json!(null))]
    filter_by: Option<String>,
    /// Only the records in whose texts each of these words stands.
    #[param(example = json!(null))]
    search_by: Option<String>,
    /// `field=asc;field=desc`: the order, the most significant field first. The newest come first when absent; records
    /// without a value come last.
    #[param(example = "createdAt=desc")]
    sort_by: Option<String>,
    /// The number of the page, counted from 1, within the first 10,000 records; it excludes `pageToken`.
    #[param(value_type = Option<f64>, minimum = 1, example = 1)]
    page: Option<String>,
    /// How many records at most: 1 to 500.
    #[param(value_type = Option<f64>, minimum = 1, maximum = 500, example = 20)]
    page_size: Option<String>,
    /// The `nextPageToken` of the page before. It is bound to its filters and its order.
    #[param(example = json!(null))]
    page_token: Option<String>,
}

/// `tenantId`, where a list takes it.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct TenantQuery {
    /// The organization of the API key; no other is accepted.
    #[param(example = json!(null))]
    tenant_id: Option<String>,
}

impl TenantQuery {
    /// Refuses every organization but that of the credential, whether there is such a one or not.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn check<P>(&self, auth: &Auth<P>) -> Result<(), Error> {
        match &self.tenant_id {
            Some(id) if id.parse() != Ok(auth.organization) => Err(Error::forbidden(
                "tenantId is not the organization of the API key",
            )),
            _ => Ok(()),
        }
    }
}

/// A list that was asked for, with all that is needed to answer it.
pub struct Listing<'a> {
    /// What the service is asked for.
    pub search: Search,
    /// Which part of it.
    pub window: Window,
    tokens: Tokens<'a>,
}

impl ListQuery {
    /// Reads what is wanted of `list`.
    ///
    /// # Errors
    /// `Invalid` naming the parameter that cannot be read.
    pub fn read<'a, P>(&self, app: &'a App, auth: &Auth<P>, list: &str) -> Result<Listing<'a>, ApiError> {
        let search = Search {
            filters: parse_filter_by(self.filter_by.as_deref().unwrap_or_default())?,
            sort: parse_sort_by(self.sort_by.as_deref().unwrap_or_default())?,
            text: self.text()?,
        };
        let tokens = Tokens::of(app, &auth.ctx, list, &search.binding());
        let window = Window {
            start: self.start(&tokens)?,
            limit: size("pageSize", self.page_size.as_deref())?,
            total: true,
        };
        Ok(Listing {
            search,
            window,
            tokens,
        })
    }

    fn text(&self) -> Result<Option<String>, Error> {
        match &self.search_by {
            Some(text) if text.contains('\0') => {
                Err(Error::invalid("searchBy", "must not contain NUL characters"))
            }
            text => Ok(text.clone()),
        }
    }

    fn start(&self, tokens: &Tokens<'_>) -> Result<Start, Error> {
        match (&self.page, &self.page_token) {
            (None, None) => Ok(Start::Top),
            (None, Some(token)) => tokens.start(token),
            (Some(page), None) => {
                let page = page.parse().map(Start::Page);
                page.map_err(|_| Error::invalid("page", "must be a whole number from 1"))
            }
            (Some(_), Some(_)) => Err(Error::invalid("page", "excludes pageToken")),
        }
    }
}

impl Listing<'_> {
    /// The answer, each record made a view.
    pub fn view<T, V>(&self, found: Listed<T>, view: impl FnMut(T) -> V) -> ItemsView<V> {
        self.tokens.listed(found, view)
    }
}
