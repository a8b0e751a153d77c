//! `limit` and `cursor`, and the `pagination` block of the organizations surface.

use super::App;
use super::error::ApiError;
use rapport_platform::{Ctx, Error, Page, PageRequest};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const MOST: i64 = 500;

/// Which page of a list is wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many rows at most: 1 to 500.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 500, example = 25)]
    limit: Option<String>,
    /// The `next_cursor` of the page before. It is bound to its list and filters.
    #[param(example = json!(null))]
    cursor: Option<String>,
}

/// Where a page stands in its list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaginationView {
    /// How many rows were asked for.
    #[schema(example = 25)]
    limit: i64,
    /// The cursor that was asked with.
    #[schema(example = json!(null))]
    cursor: Option<String>,
    /// What to ask with for the next page; null on the last one.
    #[schema(example = json!(null))]
    next_cursor: Option<String>,
    /// Whether there is a next page.
    #[schema(example = false)]
    has_more: bool,
}

/// One page of a list, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListView<T> {
    data: Vec<T>,
    pagination: PaginationView,
}

/// A page that was asked for, with all that is needed to answer it.
pub struct Paging<'a> {
    /// What the service is asked for.
    pub request: PageRequest,
    app: &'a App,
    binding: String,
    cursor: Option<String>,
}

/// How many rows are wanted at most.
///
/// # Errors
/// `422` for a limit out of range.
pub fn limit(text: Option<&str>, default: i64) -> Result<i64, Error> {
    let Some(text) = text else { return Ok(default) };
    let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.ok_or_else(|| Error::invalid("limit", format!("must be a whole number from 1 to {MOST}")))
}

impl PageQuery {
    /// Reads the wanted page of `list`. `filters` is whatever else decides which rows it holds.
    ///
    /// # Errors
    /// `422` for a limit out of range, `400 Invalid cursor` for a cursor that was not made for this list.
    pub fn of<'a>(
        self,
        app: &'a App,
        ctx: &Ctx,
        list: &str,
        filters: &str,
        default: i64,
    ) -> Result<Paging<'a>, ApiError> {
        let limit = limit(self.limit.as_deref(), default)?;
        let binding = format!("{list}\n{}\n{filters}", ctx.organization);
        let after = match &self.cursor {
            None => None,
            Some(cursor) => {
                let position = app.db.cursors().decode(&binding, cursor);
                Some(position.ok_or_else(|| ApiError::BadRequest("Invalid cursor".to_owned()))?)
            }
        };
        Ok(Paging {
            request: PageRequest { limit, after },
            app,
            binding,
            cursor: self.cursor,
        })
    }
}

impl Paging<'_> {
    /// The answer for the page the service found.
    pub fn view<T, V: From<T>>(self, page: Page<T>) -> ListView<V> {
        let next_cursor = page
            .next
            .map(|position| self.app.db.cursors().encode(&self.binding, position));
        ListView {
            data: page.items.into_iter().map(V::from).collect(),
            pagination: PaginationView {
                limit: self.request.limit,
                cursor: self.cursor,
                has_more: next_cursor.is_some(),
                next_cursor,
            },
        }
    }
}
