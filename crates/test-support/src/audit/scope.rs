//! One FROM with its conditions: which tables stand in it, and which of them are held to one organization.

use super::walk::plain;
use super::{TENANT, exempt};
use sqlparser::ast::{
    BinaryOperator, Expr, Join, JoinConstraint, JoinOperator, TableAlias, TableFactor, TableWithJoins,
};
use std::collections::BTreeSet;

/// A tenant table under the name it has in this scope.
struct Occurrence {
    name: String,
    table: String,
}

/// What holds an occurrence.
enum Held {
    /// A value of the application, or a column of a source that is examined elsewhere.
    By(usize),
    /// The occurrence `.1`, provided that is held itself.
    With(usize, usize),
}

pub(super) struct Scope<'a> {
    tables: &'a BTreeSet<String>,
    occurrences: Vec<Occurrence>,
    held: Vec<Held>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(tables: &'a BTreeSet<String>) -> Self {
        Self {
            tables,
            occurrences: Vec::new(),
            held: Vec::new(),
        }
    }

    pub(super) fn occurrences(&self) -> usize {
        self.occurrences.len()
    }

    pub(super) fn from(&mut self, from: &[TableWithJoins]) {
        for item in from {
            self.factor(&item.relation);
            for join in &item.joins {
                self.join(join);
            }
        }
    }

    /// Takes in what must be true of every row.
    pub(super) fn condition(&mut self, condition: Option<&Expr>) {
        if let Some(condition) = condition {
            self.conjuncts(condition, &|_| true);
        }
    }

    /// The tables that are held by nothing.
    pub(super) fn unfiltered(&self) -> impl Iterator<Item = &str> {
        let mut filtered = BTreeSet::new();
        loop {
            let before = filtered.len();
            for held in &self.held {
                match held {
                    Held::By(one) => {
                        filtered.insert(*one);
                    }
                    Held::With(one, other) if filtered.contains(other) => {
                        filtered.insert(*one);
                    }
                    Held::With(..) => {}
                }
            }
            if filtered.len() == before {
                break;
            }
        }
        let all = self.occurrences.iter().enumerate();
        all.filter(move |(index, one)| !filtered.contains(index) && !exempt::table(&one.table))
            .map(|(_, one)| one.table.as_str())
    }

    fn factor(&mut self, factor: &TableFactor) {
        match factor {
            TableFactor::Table { name, alias, .. } => {
                let table = plain(name);
                if self.tables.contains(&table) {
                    let name = alias.as_ref().map_or_else(|| table.clone(), alias_name);
                    self.occurrences.push(Occurrence { name, table });
                }
            }
            TableFactor::NestedJoin { table_with_joins, .. } => {
                self.from(std::slice::from_ref(table_with_joins));
            }
            // Subqueries are scopes of their own; functions name no table.
            _ => {}
        }
    }

    /// The condition of an outer join says nothing of the rows it keeps anyway.
    fn join(&mut self, join: &Join) {
        use JoinOperator as Kind;
        let before = self.occurrences.len();
        self.factor(&join.relation);
        let (constraint, left_too) = match &join.join_operator {
            Kind::Join(on) | Kind::Inner(on) | Kind::CrossJoin(on) => (on, true),
            Kind::Left(on) | Kind::LeftOuter(on) => (on, false),
            _ => return,
        };
        let applies = |index: usize| left_too || index >= before;
        match constraint {
            JoinConstraint::On(condition) => self.conjuncts(condition, &applies),
            JoinConstraint::Using(columns) if columns.iter().any(|column| plain(column) == TENANT) => {
                for (left, right) in (0..before).zip(std::iter::repeat(before)) {
                    self.with(left, right, &applies);
                }
            }
            _ => {}
        }
    }

    fn conjuncts(&mut self, condition: &Expr, applies: &dyn Fn(usize) -> bool) {
        match condition {
            Expr::Nested(inner) => self.conjuncts(inner, applies),
            Expr::BinaryOp { left, op, right } if *op == BinaryOperator::And => {
                self.conjuncts(left, applies);
                self.conjuncts(right, applies);
            }
            Expr::BinaryOp { left, op, right } if *op == BinaryOperator::Eq => {
                for (left, right) in pairs(left, right) {
                    self.equal(left, right, applies);
                }
            }
            _ => {}
        }
    }

    fn equal(&mut self, left: &Expr, right: &Expr, applies: &dyn Fn(usize) -> bool) {
        match (self.occurrence(left), self.occurrence(right)) {
            (Some(one), Some(other)) => self.with(one, other, applies),
            (Some(one), None) if is_known(right) && applies(one) => self.held.push(Held::By(one)),
            (None, Some(one)) if is_known(left) && applies(one) => self.held.push(Held::By(one)),
            _ => {}
        }
    }

    fn with(&mut self, one: usize, other: usize, applies: &dyn Fn(usize) -> bool) {
        if applies(one) {
            self.held.push(Held::With(one, other));
        }
        if applies(other) {
            self.held.push(Held::With(other, one));
        }
    }

    /// The occurrence whose organization (or, in a directory, whose key) this column is.
    fn occurrence(&self, column: &Expr) -> Option<usize> {
        let (name, column) = reference(column)?;
        let of = |one: &Occurrence| {
            name.is_none_or(|name| name == one.name)
                && (column == TENANT || exempt::column(&one.table, column))
        };
        let mut found = self.occurrences.iter().enumerate().filter(|(_, one)| of(one));
        let first = found.next().map(|(index, _)| index);
        // Without a table's name it must be the only one.
        first.filter(|_| found.next().is_none())
    }
}

fn alias_name(alias: &TableAlias) -> String {
    alias.name.value.clone()
}

/// The equalities that an equality of rows stands for.
fn pairs<'e>(left: &'e Expr, right: &'e Expr) -> Vec<(&'e Expr, &'e Expr)> {
    match (left, right) {
        (Expr::Tuple(left), Expr::Tuple(right)) => left.iter().zip(right).collect(),
        _ => vec![(left, right)],
    }
}

/// The table's name, if there is one, and the column's.
fn reference(expression: &Expr) -> Option<(Option<&str>, &str)> {
    match expression {
        Expr::Nested(inner) => reference(inner),
        Expr::Identifier(column) => Some((None, &column.value)),
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [.., table, column] => Some((Some(&table.value), &column.value)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an expression is one organization's id: a value, or the `organization_id` of a source that is examined on
/// its own, such as a subquery or the table of an outer query.
fn is_known(expression: &Expr) -> bool {
    match expression {
        Expr::Value(_) => true,
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => is_known(inner),
        other => matches!(reference(other), Some((Some(_), TENANT))),
    }
}
