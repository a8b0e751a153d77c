//! The order of a list, and where a page of it ended.

use super::condition::Column;
use super::field::List;
use super::language::Direction;
use super::operand::Type;
use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::sql_types::{BigInt, Text};
use rapport_platform::CursorKey;
use serde::{Deserialize, Serialize};

/// Where a page ended: what its last row is sorted by, as text, and its id. Only a cursor of ours carries one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    pub(super) keys: Vec<Option<String>>,
    pub(super) id: i64,
}

impl After {
    /// The cursor that stands for this place in the list described by `binding`.
    pub fn seal(&self, cursors: &CursorKey, binding: &str) -> String {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        cursors.seal(binding, bytes)
    }

    /// The place for which `cursor` stands; `None` unless it was made for this very list.
    pub fn open(cursors: &CursorKey, binding: &str, cursor: &str) -> Option<Self> {
        serde_json::from_slice(&cursors.open(binding, cursor)?).ok()
    }
}

/// What a list is sorted by.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Column(Column),
    /// The value of a custom field, looked up for each row.
    Lookup(&'static List, i64, &'static str),
}

/// One part of the order. Records without a value come last, whatever the direction.
#[derive(Clone, Copy)]
pub(super) struct Key {
    pub(super) place: Place,
    pub(super) kind: Type,
    pub(super) nullable: bool,
    pub(super) direction: Direction,
}

impl Key {
    pub(super) fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match &self.place {
            Place::Column(column) => column.push(out),
            Place::Lookup(list, definition, name) => {
                out.push_sql("(SELECT ");
                out.push_identifier(super::condition::VALUES)?;
                out.push_sql(".");
                out.push_identifier(name)?;
                out.push_sql(" FROM ");
                super::condition::custom(list, definition, out.reborrow())?;
                out.push_sql(")");
                Ok(())
            }
        }
    }

    /// Its part of ORDER BY. PostgreSQL takes no value for the largest one; where there is none without a value, what
    /// is written must be the index's own order.
    pub(super) fn push_order<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.push(out)?;
        out.push_sql(match (self.direction, self.nullable) {
            (Direction::Asc, _) => " ASC",
            (Direction::Desc, true) => " DESC NULLS LAST",
            (Direction::Desc, false) => " DESC",
        });
        Ok(())
    }

    fn sign(&self) -> &'static str {
        match self.direction {
            Direction::Asc => " > ",
            Direction::Desc => " < ",
        }
    }

    fn push_value<'b>(&self, value: &'b String, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("CAST(");
        out.push_bind_param::<Text, _>(value)?;
        out.push_sql(" AS ");
        out.push_sql(self.kind.sql());
        out.push_sql(")");
        Ok(())
    }
}

/// The rows after a place: `keys` and then `id` say what the list is sorted by, `values` where the place is.
#[derive(Clone, Copy)]
pub(super) struct Rest<'b> {
    pub(super) keys: &'b [Key],
    pub(super) id: &'b Key,
    pub(super) values: &'b [Option<String>],
    pub(super) after: &'b After,
}

impl<'b> Rest<'b> {
    /// Writes the condition that a row is one of them.
    pub(super) fn push(self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let alike = |key: &Key| !key.nullable && key.direction == self.id.direction;
        if self.keys.iter().all(alike) {
            return self.push_row(out);
        }
        // The first key's bound once more, in a form that an index can start from.
        if let (Some(first), Some(Some(value))) = (self.keys.first(), self.values.first())
            && !first.nullable
        {
            first.push(out)?;
            out.push_sql(first.sign().trim_end());
            out.push_sql("= ");
            first.push_value(value, out)?;
            out.push_sql(" AND ");
        }
        self.push_step(out)
    }

    /// `(first, second, id) > (…)`: the form that PostgreSQL turns into one range of an index.
    fn push_row(self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(");
        for key in self.keys {
            key.push(out)?;
            out.push_sql(", ");
        }
        self.id.push(out)?;
        out.push_sql(")");
        out.push_sql(self.id.sign());
        out.push_sql("(");
        for (key, value) in self.keys.iter().zip(self.values) {
            match value {
                Some(value) => key.push_value(value, out)?,
                None => out.push_sql("NULL"),
            }
            out.push_sql(", ");
        }
        out.push_bind_param::<BigInt, _>(&self.after.id)?;
        out.push_sql(")");
        Ok(())
    }

    /// Later by the first key, or the same by it and later by the others.
    fn push_step(self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let (Some((key, keys)), Some((value, values))) = (self.keys.split_first(), self.values.split_first())
        else {
            self.id.push(out)?;
            out.push_sql(self.id.sign());
            return out.push_bind_param::<BigInt, _>(&self.after.id);
        };
        out.push_sql("(");
        if let Some(value) = value {
            key.push(out)?;
            out.push_sql(key.sign());
            key.push_value(value, out)?;
            if key.nullable {
                out.push_sql(" OR ");
                key.push(out)?;
                out.push_sql(" IS NULL");
            }
            out.push_sql(" OR (");
            key.push(out)?;
            out.push_sql(" = ");
            key.push_value(value, out)?;
        } else {
            // Nothing is later than no value.
            out.push_sql("(");
            key.push(out)?;
            out.push_sql(" IS NULL");
        }
        out.push_sql(" AND ");
        Self { keys, values, ..self }.push_step(out)?;
        out.push_sql("))");
        Ok(())
    }
}
