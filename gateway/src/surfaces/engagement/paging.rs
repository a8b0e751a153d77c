//! Pages: `pageSize` (of tasks: `limit`) and `pageToken`; `items`, `nextPageToken`, `totalCount`.

use crate::http::{ApiError, App};
use rapport_crm_core::query::{After, Listed, Start};
use rapport_platform::{Ctx, Error, Page, PageRequest, Position};
use serde::Serialize;
use utoipa::ToSchema;

/// How many items a page holds when the request does not say.
pub const DEFAULT: i64 = 20;
/// How many items a page holds at most.
pub const MOST: i64 = 500;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemsView<T> {
    /// What to ask with for the next page; null on the last one.
    #[schema(example = json!(null))]
    next_page_token: Option<String>,
    /// How many items all pages hold.
    #[schema(value_type = f64, example = 1)]
    total_count: i64,
    items: Vec<T>,
}

/// The size of a page, asked for by the parameter `name`.
///
/// # Errors
/// `Invalid` naming it unless it is a whole number from 1 to [`MOST`].
pub fn size(name: &'static str, text: Option<&str>) -> Result<i64, Error> {
    let Some(text) = text else { return Ok(DEFAULT) };
    let size = text.parse().ok().filter(|size| (1..=MOST).contains(size));
    size.ok_or_else(|| Error::invalid(name, format!("must be a whole number from 1 to {MOST}")))
}

/// The tokens of one list: authenticated, and refused for any other list or other filters.
pub struct Tokens<'a> {
    app: &'a App,
    binding: String,
}

impl<'a> Tokens<'a> {
    /// Those of `list` in the organization of `ctx`; `filters` is whatever else decides which rows it holds, and
    /// their order.
    pub fn of(app: &'a App, ctx: &Ctx, list: &str, filters: &str) -> Self {
        Self {
            app,
            binding: format!("engagement/{list}\n{}\n{filters}", ctx.organization),
        }
    }

    /// The page of `size` items after `token`.
    ///
    /// # Errors
    /// `Invalid` naming `pageToken` when it was not made for this list.
    pub fn request(&self, size: i64, token: Option<&str>) -> Result<PageRequest, ApiError> {
        let read = |token| self.app.db.cursors().decode(&self.binding, token);
        let after = match token {
            None => None,
            Some(token) => Some(read(token).ok_or_else(unread)?),
        };
        Ok(PageRequest { limit: size, after })
    }

    /// The token that stands for `position`.
    pub fn token(&self, position: Position) -> String {
        self.app.db.cursors().encode(&self.binding, position)
    }

    /// The answer for the page that a service found, each item made a view.
    pub fn view<T, V>(&self, page: Page<T>, total: i64, view: impl FnMut(T) -> V) -> ItemsView<V> {
        ItemsView {
            next_page_token: page.next.map(|position| self.token(position)),
            total_count: total,
            items: page.items.into_iter().map(view).collect(),
        }
    }

    /// Where the page after `token` starts, in a list that callers sort.
    ///
    /// # Errors
    /// `Invalid` naming `pageToken` when it was not made for this list.
    pub fn start(&self, token: &str) -> Result<Start, Error> {
        let after = After::open(self.app.db.cursors(), &self.binding, token);
        after.map(Start::After).ok_or_else(unread)
    }

    /// The token that stands for a place in a list that callers sort.
    pub fn seal(&self, after: &After) -> String {
        after.seal(self.app.db.cursors(), &self.binding)
    }

    /// As [`Tokens::view`], of a list that callers sort, with its total.
    pub fn listed<T, V>(&self, found: Listed<T>, view: impl FnMut(T) -> V) -> ItemsView<V> {
        ItemsView {
            next_page_token: found.next.map(|after| self.seal(&after)),
            total_count: found.total.unwrap_or_default(),
            items: found.items.into_iter().map(view).collect(),
        }
    }
}

/// What a token is refused with that was not made for the list.
pub fn unread() -> Error {
    Error::invalid("pageToken", "is not a token of this list and these filters")
}
