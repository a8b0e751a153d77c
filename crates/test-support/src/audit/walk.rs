//! Finds every place in a statement where tables are named.

use super::scope::Scope;
use super::{TENANT, exempt};
use sqlparser::ast::{
    Delete, FromTable, Insert, ObjectName, Query, Select, SetExpr, Statement, TableObject, TableWithJoins,
    Update, UpdateTableFromKind, Visit, Visitor,
};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// What is wrong with these statements.
pub(super) fn violations(statements: &[Statement], tables: &BTreeSet<String>) -> Vec<String> {
    let mut walk = Walk {
        tables,
        named: 0,
        examined: 0,
        violations: Vec::new(),
    };
    // The walk never breaks off.
    let _: ControlFlow<()> = statements.to_vec().visit(&mut walk);
    if walk.named != walk.examined {
        walk.violations
            .push("names a tenant table where the audit does not look".to_owned());
    }
    walk.violations
}

struct Walk<'a> {
    tables: &'a BTreeSet<String>,
    /// How often tenant tables are named, and how many of these occurrences were examined: the rest would
    /// otherwise go unnoticed.
    named: usize,
    examined: usize,
    violations: Vec<String>,
}

impl Visitor for Walk<'_> {
    type Break = ();

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<()> {
        self.named += usize::from(self.tables.contains(&plain(name)));
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if matches!(&*query.body, SetExpr::Table(_)) {
            self.violations.push("reads a whole table".to_owned());
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        let mut scope = Scope::new(self.tables);
        scope.from(&select.from);
        scope.condition(select.selection.as_ref());
        self.settle(&scope);
        ControlFlow::Continue(())
    }

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        match statement {
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

impl Walk<'_> {
    fn settle(&mut self, scope: &Scope<'_>) {
        self.examined += scope.occurrences();
        let open = scope.unfiltered();
        self.violations
            .extend(open.map(|table| format!("{table} is not held to one organization")));
    }

    fn insert(&mut self, insert: &Insert) {
        let TableObject::TableName(name) = &insert.table else {
            return;
        };
        let table = plain(name);
        if !self.tables.contains(&table) {
            return;
        }
        self.examined += 1;
        let given = insert.columns.iter().any(|column| plain(column) == TENANT);
        if !given && !exempt::table(&table) {
            self.violations
                .push(format!("{table} gets a row without {TENANT}"));
        }
    }

    fn update(&mut self, update: &Update) {
        let mut scope = Scope::new(self.tables);
        scope.from(std::slice::from_ref(&update.table));
        if let Some(UpdateTableFromKind::BeforeSet(from) | UpdateTableFromKind::AfterSet(from)) = &update.from
        {
            scope.from(from);
        }
        scope.condition(update.selection.as_ref());
        self.settle(&scope);
    }

    fn delete(&mut self, delete: &Delete) {
        let mut scope = Scope::new(self.tables);
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        scope.from(from);
        let using: &[TableWithJoins] = delete.using.as_deref().unwrap_or_default();
        scope.from(using);
        scope.condition(delete.selection.as_ref());
        self.settle(&scope);
    }
}

/// The last part of a name, as PostgreSQL sees it.
pub(super) fn plain(name: &ObjectName) -> String {
    let last = name.0.last().and_then(|part| part.as_ident());
    last.map(|ident| ident.value.clone()).unwrap_or_default()
}
