//! Keyset paging: a page starts after a position, so its cost does not depend on how far in it is, and
//! rows inserted meanwhile neither repeat nor hide others.

use crate::ids::{decode_url_safe, encode_url_safe};
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Timestamptz};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Where a page ended: the sort key and the id of its last row; the later one is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The time by which the list is sorted.
    pub at: DateTime<Utc>,
    /// The numeric id, which decides between equal times.
    pub id: i64,
}

/// Which page is wanted.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest {
    /// How many rows at most.
    pub limit: i64,
    /// The position after which to start; from the top when `None`.
    pub after: Option<Position>,
}

impl PageRequest {
    /// How many rows to fetch: one more than asked, which tells whether there are others.
    pub fn fetch(&self) -> i64 {
        self.limit + 1
    }
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows, at most as many as asked.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<Position>,
}

impl<T> Page<T> {
    /// Makes the page of `rows` fetched with [`PageRequest::fetch`].
    pub fn of<R>(mut rows: Vec<R>, request: &PageRequest, position: impl Fn(&R) -> Position) -> Self
    where
        T: From<R>,
    {
        let wanted = usize::try_from(request.limit).unwrap_or_default();
        let more = rows.len() > wanted;
        rows.truncate(wanted);
        let next = rows.last().filter(|_| more).map(position);
        Self {
            items: rows.into_iter().map(T::from).collect(),
            next,
        }
    }
}

/// The SQL condition `(sort, id) < (at, id)`: what comes after a position, newest first. A row
/// comparison, because that is the form PostgreSQL turns into one range of the index.
pub fn before<S, I>(sort: S, id: I, position: Position) -> Before<S, I> {
    Before { sort, id, position }
}

/// See [`before`].
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Before<S, I> {
    sort: S,
    id: I,
    position: Position,
}

impl<S: Expression, I: Expression> Expression for Before<S, I> {
    type SqlType = Bool;
}

impl<S, I, From> SelectableExpression<From> for Before<S, I>
where
    Self: AppearsOnTable<From>,
    S: SelectableExpression<From>,
    I: SelectableExpression<From>,
{
}

impl<S, I, From> AppearsOnTable<From> for Before<S, I>
where
    Self: Expression,
    S: AppearsOnTable<From>,
    I: AppearsOnTable<From>,
{
}

impl<S, I, GroupBy> ValidGrouping<GroupBy> for Before<S, I> {
    type IsAggregate = is_aggregate::No;
}

impl<S: QueryFragment<Pg>, I: QueryFragment<Pg>> QueryFragment<Pg> for Before<S, I> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(");
        self.sort.walk_ast(out.reborrow())?;
        out.push_sql(", ");
        self.id.walk_ast(out.reborrow())?;
        out.push_sql(") < (");
        out.push_bind_param::<Timestamptz, _>(&self.position.at)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.position.id)?;
        out.push_sql(")");
        Ok(())
    }
}

const PREFIX: &str = "HR_tok_";
const VALUES: usize = 16;
const TAG: usize = 16;

/// Makes and reads cursors: `HR_tok_` and, in URL-safe base 64, the position and a tag over position,
/// collection and filters. A cursor that was changed, or is used on another list, is refused.
#[derive(Clone)]
pub struct CursorKey(Hmac<Sha256>);

impl CursorKey {
    /// The codec that authenticates with `secret`.
    pub fn new(secret: &[u8]) -> crate::Result<Self> {
        Ok(Self(
            Hmac::new_from_slice(secret).map_err(crate::Error::internal)?,
        ))
    }

    /// The cursor that stands for `position` in the list described by `binding`.
    pub fn encode(&self, binding: &str, position: Position) -> String {
        let mut bytes = Vec::with_capacity(VALUES + TAG);
        bytes.extend(position.at.timestamp_micros().to_be_bytes());
        bytes.extend(position.id.to_be_bytes());
        self.seal(binding, bytes)
    }

    /// The position for which `cursor` stands; `None` unless it was made for this very list.
    pub fn decode(&self, binding: &str, cursor: &str) -> Option<Position> {
        let values = self.open(binding, cursor)?;
        let (micros, id) = values.split_first_chunk::<8>()?;
        Some(Position {
            at: DateTime::from_timestamp_micros(i64::from_be_bytes(*micros))?,
            id: i64::from_be_bytes(id.try_into().ok()?),
        })
    }

    /// The cursor that holds any `values`, for lists that are sorted by something else.
    pub fn seal(&self, binding: &str, mut values: Vec<u8>) -> String {
        let tag = self.mac(binding, &values).finalize().into_bytes();
        values.extend(tag.iter().take(TAG));
        format!("{PREFIX}{}", encode_url_safe(&values))
    }

    /// The values that [`CursorKey::seal`] put into `cursor`; `None` unless it was made for this very list.
    pub fn open(&self, binding: &str, cursor: &str) -> Option<Vec<u8>> {
        let mut bytes = decode_url_safe(cursor.strip_prefix(PREFIX)?)?;
        let tag = bytes.split_off(bytes.len().checked_sub(TAG)?);
        self.mac(binding, &bytes).verify_truncated_left(&tag).ok()?;
        Some(bytes)
    }

    /// A digest of `text` that nobody without the secret can work out, so that guesses at what it covers cannot be
    /// checked.
    pub(crate) fn digest(&self, text: &[u8]) -> Vec<u8> {
        self.mac("digest", text).finalize().into_bytes().to_vec()
    }

    fn mac(&self, binding: &str, values: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        // The length says where the values end and the binding begins.
        mac.update(&values.len().to_be_bytes());
        mac.update(values);
        mac.update(binding.as_bytes());
        mac
    }
}
