//! The statement audit: every statement on a tenant table filters on `organization_id`.

mod exempt;
mod scope;
mod walk;

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use std::collections::BTreeSet;
use tokio_postgres::Client;

/// The column every tenant table has, and every statement on one filters on.
const TENANT: &str = "organization_id";

/// What the code under test has run in the database of `tester`, as far as it crosses organizations: one line per
/// violation.
///
/// # Errors
/// When the database cannot be asked.
pub async fn violations(tester: &Client) -> Result<Vec<String>, tokio_postgres::Error> {
    let tables = "SELECT table_name::text FROM information_schema.columns \
                  WHERE table_schema = 'public' AND column_name = 'organization_id'";
    let tables: BTreeSet<String> = column(tester, tables).await?.into_iter().collect();
    let statements = "SELECT s.query FROM pg_stat_statements s \
                      JOIN pg_database d ON d.oid = s.dbid JOIN pg_roles r ON r.oid = s.userid \
                      WHERE d.datname = current_database() AND r.rolname <> current_user AND s.toplevel";
    let statements = column(tester, statements).await?;
    assert!(!tables.is_empty(), "there are tenant tables");
    assert!(!statements.is_empty(), "statements were recorded");
    Ok(statements.iter().flat_map(|sql| check(sql, &tables)).collect())
}

async fn column(client: &Client, sql: &str) -> Result<Vec<String>, tokio_postgres::Error> {
    Ok(client
        .query(sql, &[])
        .await?
        .iter()
        .map(|row| row.get(0))
        .collect())
}

/// What is wrong with one statement, given the names of the tenant tables. Each occurrence of such a table must be
/// held to one organization: by an equality with a value, or with another occurrence that is.
pub fn check(sql: &str, tables: &BTreeSet<String>) -> Vec<String> {
    if exempt::statement(sql) {
        return Vec::new();
    }
    // The parser knows these two locks by no name of their own, nor how PostgreSQL words its check of a deferred foreign
    // key, which it does at the commit as a statement by itself.
    let plain = sql
        .replace("FOR NO KEY UPDATE", "FOR UPDATE")
        .replace("FOR KEY SHARE", "FOR SHARE")
        .replace("FROM ONLY ", "FROM ")
        .replace("OPERATOR(pg_catalog.=)", "=");
    match Parser::parse_sql(&PostgreSqlDialect {}, &plain) {
        Ok(statements) => walk::violations(&statements, tables)
            .into_iter()
            .map(|what| format!("{what}: {sql}"))
            .collect(),
        Err(error) if tables.iter().any(|table| sql.contains(table.as_str())) => {
            vec![format!("cannot be read ({error}): {sql}")]
        }
        Err(_) => Vec::new(),
    }
}
