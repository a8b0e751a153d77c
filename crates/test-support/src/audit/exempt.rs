//! What may cross organizations, and why. This list is meant to be short.

/// Statements, by how they begin.
const STATEMENTS: [&str; 1] = [
    // Housekeeping of the instance deletes by age, in every organization.
    "DELETE FROM idempotency_keys WHERE (organization_id, credential_id, key) IN ( \
     SELECT organization_id, credential_id, key FROM idempotency_keys WHERE created_at < ",
];

/// Tables that are consulted before the organization is known, with the columns that hold an occurrence to one row.
const DIRECTORIES: [(&str, &[&str]); 1] = [
    // A key is found by its digest; its last use is noted by its id, which is unique across organizations.
    ("api_keys", &["digest", "id"]),
];

/// Tables that workers use across organizations.
const SHARED: [&str; 1] = ["jobs"];

/// Whether this very statement is exempt.
pub(super) fn statement(sql: &str) -> bool {
    let sql: Vec<_> = sql.split_whitespace().collect();
    let sql = sql.join(" ");
    STATEMENTS.iter().any(|start| sql.starts_with(start))
}

/// Whether no statement on `table` needs a filter.
pub(super) fn table(table: &str) -> bool {
    SHARED.contains(&table)
}

/// Whether `column` holds an occurrence of `table` to one row of one organization.
pub(super) fn column(table: &str, column: &str) -> bool {
    let found = DIRECTORIES.iter().find(|(name, _)| *name == table);
    found.is_some_and(|(_, columns)| columns.contains(&column))
}
