//! Conditions in SQL. Columns come from the tables of fields, values are bound.

use super::field::{List, Relation, Sql};
use super::operand::Operand;
use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, BigInt, Text};

/// The name of [`VALUES`] where a statement is led by it.
pub(super) const LEAD: &str = "lead";
/// The table of the values of custom fields.
pub(super) const VALUES: &str = "custom_field_values";

/// A column.
#[derive(Clone, Copy)]
pub(super) enum Column {
    Of(&'static dyn Sql),
    /// A column of [`VALUES`], under its own name or that of the lead.
    Value(&'static str, &'static str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Eq,
    Gt,
    Gte,
    Lt,
    Lte,
}

impl Comparison {
    fn sql(self) -> &'static str {
        match self {
            Self::Eq => " = ",
            Self::Gt => " > ",
            Self::Gte => " >= ",
            Self::Lt => " < ",
            Self::Lte => " <= ",
        }
    }
}

/// What is asked of a column; of one without a value the answer is no.
#[derive(Clone)]
pub(super) enum Test {
    Compare(Comparison, Operand),
    In(Vec<Operand>),
    /// One of these ids.
    Among(Vec<i64>),
    /// One of these ids, which the planner takes for ten: it might rather walk through all records until enough of them
    /// are met.
    AmongFew(Vec<i64>),
    /// By a pattern of LIKE in lower case.
    Like(String),
    /// By a pattern of LIKE, as it is.
    Fits(String),
    /// By such a pattern, for which no index is asked.
    AlsoFits(String),
    Present,
    Absent,
}

/// Where rows besides the list's own are looked for.
#[derive(Clone, Copy)]
pub(super) enum Source {
    Relation(&'static Relation),
    /// The values of a custom field, by its definition.
    Custom(i64),
}

#[derive(Clone)]
pub(super) enum Condition {
    Test(Column, Test),
    /// There is a row in the source, belonging to the list's, of which this holds.
    Some(&'static List, Source, Box<Condition>),
    /// Anything but yes.
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

impl QueryFragment<Pg> for Condition {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::Test(column, test) => test.walk(*column, out),
            Self::Some(list, source, condition) => {
                out.push_sql("EXISTS (SELECT 1 FROM ");
                source.walk(list, out.reborrow())?;
                out.push_sql(" AND ");
                condition.walk_ast(out.reborrow())?;
                out.push_sql(")");
                Ok(())
            }
            Self::Not(condition) if matches!(**condition, Self::Some(..)) => {
                out.push_sql("NOT ");
                condition.walk_ast(out)
            }
            Self::Not(condition) => {
                out.push_sql("(");
                condition.walk_ast(out.reborrow())?;
                out.push_sql(") IS NOT TRUE");
                Ok(())
            }
            Self::All(conditions) => joined(conditions, " AND ", "TRUE", out),
            Self::Any(conditions) => joined(conditions, " OR ", "FALSE", out),
        }
    }
}

impl Test {
    fn walk<'b>(&'b self, column: Column, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::Compare(comparison, operand) => {
                column.push(&mut out)?;
                out.push_sql(comparison.sql());
                operand.bind(&mut out)
            }
            Self::In(operands) if operands.is_empty() => {
                out.push_sql("FALSE");
                Ok(())
            }
            Self::In(operands) => one_of(column, operands, out),
            Self::Among(ids) | Self::AmongFew(ids) => {
                let few = matches!(self, Self::AmongFew(_));
                column.push(&mut out)?;
                out.push_sql(if few { " = ANY(CAST((SELECT " } else { " = ANY(" });
                out.push_bind_param::<Array<BigInt>, _>(ids)?;
                out.push_sql(if few { ") AS bigint[]))" } else { ")" });
                Ok(())
            }
            Self::Like(pattern) => {
                out.push_sql("lower(");
                column.push(&mut out)?;
                // Values are kept in the order of code points, which knows the case of ASCII alone.
                if matches!(column, Column::Value(..)) {
                    out.push_sql(" COLLATE \"default\"");
                }
                out.push_sql(") LIKE lower(");
                out.push_bind_param::<Text, _>(pattern)?;
                out.push_sql(")");
                Ok(())
            }
            Self::Fits(pattern) => {
                column.push(&mut out)?;
                out.push_sql(" LIKE ");
                out.push_bind_param::<Text, _>(pattern)
            }
            Self::AlsoFits(pattern) => {
                // The planner takes it for true of half the rows, so that it goes by what the index is asked for.
                out.push_sql("CASE WHEN ");
                column.push(&mut out)?;
                out.push_sql(" LIKE ");
                out.push_bind_param::<Text, _>(pattern)?;
                out.push_sql(" THEN TRUE END");
                Ok(())
            }
            Self::Present => {
                column.push(&mut out)?;
                out.push_sql(" IS NOT NULL");
                Ok(())
            }
            Self::Absent => {
                column.push(&mut out)?;
                out.push_sql(" IS NULL");
                Ok(())
            }
        }
    }
}

fn one_of<'b>(column: Column, operands: &'b [Operand], mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    column.push(&mut out)?;
    for (index, operand) in operands.iter().enumerate() {
        out.push_sql(if index == 0 { " IN (" } else { ", " });
        operand.bind(&mut out)?;
    }
    out.push_sql(")");
    Ok(())
}

impl Source {
    /// Its table and what ties its rows to those of the list.
    fn walk<'b>(&'b self, list: &'static List, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let (organization, owner) = match self {
            Self::Relation(relation) => {
                relation.table.walk_ast(out.reborrow())?;
                (Column::Of(relation.organization), Column::Of(relation.owner))
            }
            Self::Custom(definition) => return custom(list, definition, out),
        };
        tie(list, organization, owner, &mut out)?;
        if let Self::Relation(Relation {
            only: Some((column, text)),
            ..
        }) = self
        {
            out.push_sql(" AND ");
            column.walk_ast(out.reborrow())?;
            out.push_sql(" = ");
            out.push_bind_param::<Text, _>(text)?;
        }
        Ok(())
    }
}

/// The values of a custom field, tied to the rows of the list.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "a statement borrows what it binds"
)]
pub(super) fn custom<'b>(
    list: &'static List,
    definition: &'b i64,
    mut out: AstPass<'_, 'b, Pg>,
) -> QueryResult<()> {
    out.push_identifier(VALUES)?;
    let column = |name| Column::Value(VALUES, name);
    tie(list, column("organization_id"), column("entity_id"), &mut out)?;
    out.push_sql(" AND ");
    column("definition_id").push(&mut out)?;
    out.push_sql(" = ");
    out.push_bind_param::<BigInt, _>(definition)
}

fn tie(
    list: &'static List,
    organization: Column,
    owner: Column,
    out: &mut AstPass<'_, '_, Pg>,
) -> QueryResult<()> {
    out.push_sql(" WHERE ");
    organization.push(out)?;
    out.push_sql(" = ");
    list.organization.walk_ast(out.reborrow())?;
    out.push_sql(" AND ");
    owner.push(out)?;
    out.push_sql(" = ");
    list.id.walk_ast(out.reborrow())
}

impl Column {
    pub(super) fn push(self, out: &mut AstPass<'_, '_, Pg>) -> QueryResult<()> {
        match self {
            Self::Of(column) => column.walk_ast(out.reborrow()),
            Self::Value(table, name) => {
                out.push_identifier(table)?;
                out.push_sql(".");
                out.push_identifier(name)
            }
        }
    }
}

fn joined<'b>(
    conditions: &'b [Condition],
    word: &str,
    none: &str,
    mut out: AstPass<'_, 'b, Pg>,
) -> QueryResult<()> {
    if conditions.is_empty() {
        out.push_sql(none);
        return Ok(());
    }
    for (index, condition) in conditions.iter().enumerate() {
        out.push_sql(if index == 0 { "(" } else { word });
        condition.walk_ast(out.reborrow())?;
    }
    out.push_sql(")");
    Ok(())
}

/// The pattern of LIKE for texts that have `text` within, or at their beginning.
pub(super) fn pattern(text: &str, from_start: bool) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    if !from_start {
        pattern.push('%');
    }
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
