//! Statements that connections keep prepared.

use diesel::dsl::AsExprOf;
use diesel::expression::{AppearsOnTable, Expression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt};
use diesel::{IntoSql, QueryResult};

/// A statement with its values, kept prepared by each connection that runs it. diesel does so by itself unless a part
/// of the statement is SQL written as text, which may be any; the texts of these are few and the same for as long as
/// the program runs.
///
/// PostgreSQL goes on to plan a prepared statement for its values each time, which often takes longer than to carry it
/// out, as long as a plan for any values looks dearer. It cannot look so where the planner does not see the values:
/// write `(SELECT $1)` where the best plan does not depend on them, also for what LIMIT gets, and see [`any_of`].
#[derive(Debug, Clone)]
pub struct Prepared<Q>(pub Q);

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Prepared<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}

/// The text itself tells one statement from another.
impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

/// What equals one of some ids: `column.eq(any_of(ids))`. Unlike that of `eq_any`, the plan does not depend on how many
/// there are, and so is not made anew each time; it is meant for looking up a page of rows by their keys.
pub fn any_of(ids: &[i64]) -> AnyOf<'_> {
    AnyOf(ids.into_sql::<Array<BigInt>>())
}

/// See [`any_of`].
#[derive(Debug, Clone, Copy)]
pub struct AnyOf<'a>(AsExprOf<&'a [i64], Array<BigInt>>);

impl Expression for AnyOf<'_> {
    type SqlType = BigInt;
}

impl QueryId for AnyOf<'_> {
    type QueryId = AnyOf<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<G> ValidGrouping<G> for AnyOf<'_> {
    type IsAggregate = is_aggregate::Never;
}

impl<QS> AppearsOnTable<QS> for AnyOf<'_> {}

impl QueryFragment<Pg> for AnyOf<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // Without the cast it would be ids that equal one of a selection of arrays.
        out.push_sql("ANY(CAST((SELECT ");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS bigint[]))");
        Ok(())
    }
}
