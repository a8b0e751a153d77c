//! The statement audit sees what is missing. (The accepted statements are those of the application, which the
//! end-to-end tests bring.)
#![cfg(feature = "app")]

use rapport_test_support::audit::check;
use std::collections::BTreeSet;

fn violations(sql: &str) -> Vec<String> {
    let tables = ["contacts", "companies", "api_keys", "jobs", "idempotency_keys"];
    check(sql, &BTreeSet::from(tables.map(str::to_owned)))
}

#[track_caller]
fn passes(sql: &str) {
    assert_eq!(violations(sql), Vec::<String>::new(), "{sql}");
}

#[track_caller]
fn fails(sql: &str, table: &str) {
    let found = violations(sql);
    let [violation] = found.as_slice() else {
        panic!("{found:?} for {sql}")
    };
    assert!(violation.starts_with(table), "{violation}");
}

const JOIN: &str = r#"SELECT c.name FROM "contacts" AS c LEFT OUTER JOIN companies ON"#;

#[test]
fn a_read_is_held_by_a_value() {
    passes(
        r#"SELECT "contacts"."name" FROM "contacts" WHERE (("contacts"."organization_id" = $1) AND ("contacts"."uuid" = $2)) LIMIT $3"#,
    );
    passes("SELECT name FROM contacts WHERE organization_id = $1::bigint FOR NO KEY UPDATE");
    passes("SELECT name FROM contacts WHERE (organization_id, id) = ($1, $2)");
    fails("SELECT name FROM contacts WHERE uuid = $1", "contacts");
    fails(
        "SELECT name FROM contacts WHERE organization_id = $1 OR uuid = $2",
        "contacts",
    );
    fails(
        "SELECT name FROM contacts WHERE NOT (organization_id = $1)",
        "contacts",
    );
    fails(
        "SELECT name FROM contacts WHERE organization_id <> $1",
        "contacts",
    );
    fails("SELECT name FROM contacts WHERE organization_id = id", "contacts");
    fails("SELECT name FROM public.contacts", "contacts");
}

#[test]
fn a_check_of_a_deferred_foreign_key_is_held_by_a_value() {
    let check = r#"SELECT $2 FROM ONLY "public"."contacts" x WHERE"#;
    let by = |column: &str| format!(r#"{check} "{column}" OPERATOR(pg_catalog.=) $1 FOR KEY SHARE OF x"#);
    passes(&by("organization_id"));
    fails(&by("uuid"), "contacts");
}

#[test]
fn a_join_is_held_by_the_other_side() {
    passes(&format!(
        "{JOIN} companies.organization_id = c.organization_id AND companies.id = c.company_id WHERE c.organization_id = $1"
    ));
    passes(
        "SELECT 1 FROM contacts JOIN companies USING (organization_id) WHERE contacts.organization_id = $1",
    );
    passes(
        "SELECT 1 FROM contacts a, companies b WHERE a.organization_id = b.organization_id AND b.organization_id = $1",
    );
    fails(
        &format!("{JOIN} companies.id = c.company_id WHERE c.organization_id = $1"),
        "companies",
    );
    // An outer join keeps the rows of its left side whatever its condition says.
    fails(
        &format!("{JOIN} companies.organization_id = $1 AND c.organization_id = $1"),
        "contacts",
    );
    fails(
        "SELECT 1 FROM contacts a JOIN contacts b ON b.id = a.id WHERE a.organization_id = $1",
        "contacts",
    );
}

#[test]
fn a_join_of_two_that_nothing_holds_names_both() {
    let sql = "SELECT 1 FROM contacts a JOIN companies b ON a.organization_id = b.organization_id";
    assert_eq!(violations(sql).len(), 2);
}

#[test]
fn a_subquery_is_held_itself() {
    passes(
        "SELECT 1 FROM companies o WHERE o.organization_id = $1 AND EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = o.organization_id)",
    );
    passes(
        "WITH mine AS (SELECT organization_id, id FROM contacts WHERE organization_id = $1) SELECT 1 FROM companies JOIN mine ON companies.organization_id = mine.organization_id",
    );
    fails(
        "SELECT 1 FROM companies WHERE organization_id = $1 AND id IN (SELECT company_id FROM contacts)",
        "contacts",
    );
    fails(
        "SELECT (SELECT count(*) FROM contacts) FROM companies WHERE organization_id = $1",
        "contacts",
    );
    fails(
        "SELECT name FROM companies WHERE organization_id = $1 UNION ALL SELECT name FROM contacts",
        "contacts",
    );
    fails(
        "WITH all_of_them AS (SELECT id FROM contacts) SELECT 1 FROM all_of_them",
        "contacts",
    );
    fails("SELECT 1 FROM (SELECT id FROM contacts) x", "contacts");
}

#[test]
fn an_update_is_held() {
    passes(
        r#"UPDATE "contacts" SET "name" = $1 WHERE (("contacts"."organization_id" = $2) AND ("contacts"."id" = $3)) RETURNING id"#,
    );
    passes(
        "UPDATE contacts SET name = t.name FROM unnest($1, $2) AS t (id, name) WHERE contacts.organization_id = $3 AND contacts.id = t.id",
    );
    fails(
        "UPDATE contacts SET organization_id = $1 WHERE id = $2",
        "contacts",
    );
    fails(
        "UPDATE contacts SET name = o.name FROM companies o WHERE contacts.organization_id = $1 AND o.id = company_id",
        "companies",
    );
    fails(
        "UPDATE contacts SET name = (SELECT name FROM companies LIMIT 1) WHERE organization_id = $1",
        "companies",
    );
    fails(
        "WITH gone AS (UPDATE contacts SET name = $1 WHERE id = $2 RETURNING id) SELECT id FROM gone",
        "contacts",
    );
}

#[test]
fn a_delete_is_held() {
    passes("DELETE FROM contacts WHERE organization_id = $1 AND id = $2");
    fails("DELETE FROM contacts WHERE id = $1", "contacts");
    fails(
        "DELETE FROM contacts USING companies o WHERE contacts.organization_id = $1 AND o.id = company_id",
        "companies",
    );
}

#[test]
fn an_insert_says_whose_row_it_is() {
    passes(
        "INSERT INTO contacts (organization_id, name) VALUES ($1, $2), ($3, $4) ON CONFLICT (organization_id, uuid) DO UPDATE SET name = $5",
    );
    fails("INSERT INTO contacts (name) VALUES ($1)", "contacts");
    fails(
        "INSERT INTO contacts (organization_id, name) SELECT $1, name FROM companies",
        "companies",
    );
}

#[test]
fn directories_are_asked_by_their_keys_alone() {
    passes("SELECT id FROM api_keys WHERE digest = $1");
    passes(
        "UPDATE jobs SET state = $1 WHERE id = ANY (ARRAY(SELECT id FROM jobs LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING id",
    );
    fails("SELECT id FROM api_keys WHERE name = $1", "api_keys");
    fails("SELECT id FROM contacts WHERE id = $1", "contacts");
    fails(
        "DELETE FROM idempotency_keys WHERE created_at < $1",
        "idempotency_keys",
    );
}

#[test]
fn what_is_not_understood_does_not_pass() {
    for sql in [
        "TABLE contacts",
        "TRUNCATE contacts",
        "SELEC name FROM contacts",
        "MERGE INTO contacts USING companies ON true WHEN MATCHED THEN DELETE",
    ] {
        assert!(!violations(sql).is_empty(), "{sql}");
    }
    passes("SELECT pg_notify($1, $2)");
}
