//! What a list can be filtered and sorted by: a table of fields, each with its type and its column.

use super::operand::Type;
use crate::custom_fields::EntityType;
use diesel::Expression;
use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use diesel::sql_types as sql;

/// Something of a statement that is fixed when the program is built: a table, a column.
pub trait Sql: QueryFragment<Pg> + Send + Sync {}
impl<T: QueryFragment<Pg> + Send + Sync> Sql for T {}

/// A list and its fields.
pub struct List {
    /// Its table.
    pub table: &'static dyn Sql,
    /// The column of the organization.
    pub organization: &'static dyn Sql,
    /// The column of the numeric id.
    pub id: &'static dyn Sql,
    /// The column of when a record was made, by which the list is sorted unless told otherwise, newest first.
    pub created_at: &'static dyn Sql,
    /// The column that has a value when a record is no longer shown.
    pub gone: Option<&'static dyn Sql>,
    /// Its fields.
    pub fields: &'static [Field],
    /// The fields that a free text is looked for in.
    pub texts: &'static [&'static str],
    /// Whose custom fields its records have: `customFields.<key>`.
    pub custom: Option<EntityType>,
}

/// A field.
#[derive(Clone, Copy)]
pub struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Type,
    pub(super) nullable: bool,
    pub(super) place: Place,
    /// What the list is sorted by, where that is not the place itself.
    pub(super) order: Option<&'static dyn Sql>,
}

/// Where the values of a field stand.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// In a column of the list's table.
    Own(&'static dyn Sql),
    /// In a column of a table with any number of rows for each record.
    Related(&'static Relation, &'static dyn Sql),
    /// As [`Place::Related`], in two forms: one to match whole values, and the one that was typed.
    Matched(&'static Relation, &'static Forms),
}

/// A table with any number of rows for each record of a list.
pub struct Relation {
    /// The table.
    pub table: &'static dyn Sql,
    /// Its column of the organization.
    pub organization: &'static dyn Sql,
    /// Its column of the record's id.
    pub owner: &'static dyn Sql,
    /// A column, and the text that those rows have there which count; all do when there is none.
    pub only: Option<(&'static dyn Sql, &'static str)>,
}

/// A text that is kept in a normal form besides the one that was typed.
pub struct Forms {
    /// The column of the normal form.
    pub normal: &'static dyn Sql,
    /// The column of what was typed.
    pub typed: &'static dyn Sql,
    /// The normal forms that a text may have.
    pub normalize: fn(&str) -> Vec<String>,
}

/// An SQL type that fields have.
pub trait Typed {
    /// The type of such a field.
    const KIND: Type;
    /// Whether it may have no value.
    const NULLABLE: bool = false;
}

impl Typed for sql::Text {
    const KIND: Type = Type::Text;
}
impl Typed for sql::BigInt {
    const KIND: Type = Type::Integer;
}
impl Typed for sql::Numeric {
    const KIND: Type = Type::Number;
}
impl Typed for sql::Timestamptz {
    const KIND: Type = Type::Time;
}
impl Typed for sql::Bool {
    const KIND: Type = Type::Boolean;
}
impl<T: Typed + diesel::sql_types::SqlType<IsNull = sql::is_nullable::NotNull>> Typed for sql::Nullable<T> {
    const KIND: Type = T::KIND;
    const NULLABLE: bool = true;
}

impl Field {
    /// A column of the list's table; its type is that of the column.
    pub const fn own<C: Expression<SqlType: Typed> + Sql>(name: &'static str, column: &'static C) -> Self {
        Self {
            name,
            kind: <C::SqlType as Typed>::KIND,
            nullable: <C::SqlType as Typed>::NULLABLE,
            place: Place::Own(column),
            order: None,
        }
    }

    /// A column of a table with any number of rows for each record: a filter holds when it does for one of them, and
    /// `neq` when no row has the value. No list is sorted by it.
    pub const fn related<C: Expression<SqlType: Typed> + Sql>(
        name: &'static str,
        relation: &'static Relation,
        column: &'static C,
    ) -> Self {
        Self {
            name,
            kind: <C::SqlType as Typed>::KIND,
            nullable: true,
            place: Place::Related(relation, column),
            order: None,
        }
    }

    /// As [`Field::related`], of texts that are matched in a normal form.
    pub const fn matched(name: &'static str, relation: &'static Relation, forms: &'static Forms) -> Self {
        Self {
            name,
            kind: Type::Text,
            nullable: true,
            place: Place::Matched(relation, forms),
            order: None,
        }
    }

    /// This field, sorted by a text of the list's own table: the one of its values that a record shows.
    #[must_use]
    pub const fn sorted_by(self, column: &'static dyn Sql) -> Self {
        Self {
            order: Some(column),
            ..self
        }
    }
}
