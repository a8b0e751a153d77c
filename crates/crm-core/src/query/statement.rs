//! The statement that finds the ids of a page.

use super::condition::{Column, Condition, LEAD, VALUES};
use super::field::List;
use super::keyset::{After, Key, Rest};
use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Nullable, Text};

/// Finds the ids of records, with what they are sorted by as text.
pub(super) struct Statement {
    pub(super) scope: Scope,
    /// The definition of the custom field whose index leads: its values come first in the join.
    pub(super) lead: Option<i64>,
    pub(super) keys: Vec<Key>,
    pub(super) id: Key,
    /// Whether connections keep it prepared. A caller must not be able to make many such statements.
    pub(super) kept: bool,
    /// With as many keys as the statement has.
    pub(super) after: Option<After>,
    /// At least so many rows are to be found, if there are.
    pub(super) limit: i64,
    pub(super) offset: i64,
}

/// The limits of statements that are kept, few and part of the text: a plan for any limit would be one for many rows.
const LIMITS: [(i64, &str); 4] = [(26, "26"), (51, "51"), (101, "101"), (501, "501")];

/// Counts the records.
pub(super) struct Count(pub(super) Scope);

/// Which records of a list.
pub(super) struct Scope {
    pub(super) list: &'static List,
    pub(super) organization: i64,
    pub(super) conditions: Vec<Condition>,
}

impl Query for Statement {
    type SqlType = (BigInt, Array<Nullable<Text>>);
}

impl Query for Count {
    type SqlType = BigInt;
}

/// Its text depends on what is asked.
impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryId for Count {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if !self.kept {
            // Planned with its values each time: what is best depends on how many records have them.
            out.unsafe_to_cache_prepared();
        }
        out.push_sql("SELECT ");
        self.scope.list.id.walk_ast(out.reborrow())?;
        out.push_sql(", CAST(ARRAY[");
        for (index, key) in self.keys.iter().enumerate() {
            out.push_sql(if index == 0 { "CAST(" } else { ", CAST(" });
            key.push(&mut out)?;
            out.push_sql(" AS text)");
        }
        out.push_sql("] AS text[]) FROM ");
        self.push_from(&mut out)?;
        self.scope.push(&mut out)?;
        if let Some(after) = &self.after {
            out.push_sql(" AND (");
            let rest = Rest {
                keys: &self.keys,
                id: &self.id,
                values: &after.keys,
                after,
            };
            rest.push(&mut out)?;
            out.push_sql(")");
        }
        out.push_sql(" ORDER BY ");
        for key in &self.keys {
            key.push_order(&mut out)?;
            out.push_sql(", ");
        }
        self.id.push_order(&mut out)?;
        out.push_sql(" LIMIT ");
        match LIMITS.iter().find(|(limit, _)| self.kept && *limit >= self.limit) {
            Some((_, text)) => out.push_sql(text),
            None => out.push_bind_param::<BigInt, _>(&self.limit)?,
        }
        if self.offset > 0 {
            out.push_sql(" OFFSET ");
            out.push_bind_param::<BigInt, _>(&self.offset)?;
        }
        Ok(())
    }
}

impl Statement {
    fn push_from<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Some(definition) = &self.lead else {
            return self.scope.list.table.walk_ast(out.reborrow());
        };
        let lead = |name| Column::Value(LEAD, name);
        out.push_identifier(VALUES)?;
        out.push_sql(" AS ");
        out.push_identifier(LEAD)?;
        out.push_sql(" INNER JOIN ");
        self.scope.list.table.walk_ast(out.reborrow())?;
        out.push_sql(" ON ");
        self.scope.list.organization.walk_ast(out.reborrow())?;
        out.push_sql(" = ");
        lead("organization_id").push(out)?;
        out.push_sql(" AND ");
        self.scope.list.id.walk_ast(out.reborrow())?;
        out.push_sql(" = ");
        lead("entity_id").push(out)?;
        out.push_sql(" AND ");
        lead("organization_id").push(out)?;
        out.push_sql(" = ");
        out.push_bind_param::<BigInt, _>(&self.scope.organization)?;
        out.push_sql(" AND ");
        lead("definition_id").push(out)?;
        out.push_sql(" = ");
        out.push_bind_param::<BigInt, _>(definition)
    }
}

impl QueryFragment<Pg> for Count {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("SELECT count(*) FROM ");
        self.0.list.table.walk_ast(out.reborrow())?;
        self.0.push(&mut out)
    }
}

impl Scope {
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" WHERE ");
        self.list.organization.walk_ast(out.reborrow())?;
        out.push_sql(" = ");
        out.push_bind_param::<BigInt, _>(&self.organization)?;
        if let Some(gone) = self.list.gone {
            out.push_sql(" AND ");
            gone.walk_ast(out.reborrow())?;
            out.push_sql(" IS NULL");
        }
        for condition in &self.conditions {
            out.push_sql(" AND ");
            condition.walk_ast(out.reborrow())?;
        }
        Ok(())
    }
}
