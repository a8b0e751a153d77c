//! Contacts and companies as CSV files.

use super::imports::{rows, upload};
use rapport_test_support::{Caller, TestApp};
use serde_json::json;

async fn export(caller: &Caller, kind: &str) -> Vec<Vec<String>> {
    let file = caller.get(&format!("{kind}/export.csv")).await.expect(200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let name = format!("attachment; filename=\"{kind}.csv\"");
    assert_eq!(file.header("content-disposition"), name);
    rows(&file.body)
}

/// Without what is each organization's own: ids and times.
fn content(file: &[Vec<String>]) -> Vec<Vec<String>> {
    file.iter().map(|row| row[1..row.len() - 1].to_vec()).collect()
}

#[tokio::test]
async fn an_exported_file_is_imported_as_it_was() {
    TestApp::run(async |app| {
        let company = json!({"name": "=Müller, \"Söhne\" & Co"});
        let company = app.alpha.post("companies", &company).await.expect(201);
        let odd = json!({
            "name": "=HYPERLINK(\"http://evil.example\")", "email": "Jürgen@example.com", "phone_number": "+14155550199",
            "company_id": company.text("company_id"), "company_role": "-Pilot, 1st",
            "custom_fields": {
                "=key": "@here", "notes": "two\r\nlines; \"quoted\", 'tis", "tab": "\tindented", "quoted": "'=1", "own": "'tis",
            },
        });
        let kept = app.alpha.post("contacts", &odd).await.expect(201);
        let other = json!({"email": "+other@example.com", "phone_number": "+1 (415) 555-0188"});
        let other = app.alpha.post("contacts", &other).await.expect(201);
        let merge = json!({"from": [other.text("contact_id")]});
        let path = format!("contacts/{}/merge", kept.text("contact_id"));
        app.alpha.post(&path, &merge).await.expect(200);
        app.alpha.post("contacts", &json!({"name": "王小明", "custom_fields": {"size": 44, "list": [1], "none": null}})).await.expect(201);
        app.alpha.post("contacts", &json!({"phone_number": "+14155550177"})).await.expect(201);
        let first = export(&app.alpha.reader, "contacts").await;
        assert_eq!(
            first[0],
            [
                "id", "name", "email", "phone_number", "company", "company_role", "custom_fields.=key", "custom_fields.list",
                "custom_fields.none", "custom_fields.notes", "custom_fields.own", "custom_fields.quoted", "custom_fields.size",
                "custom_fields.tab", "created_at"
            ]
        );
        assert_eq!(
            first[1],
            [
                kept.text("contact_id"), "'=HYPERLINK(\"http://evil.example\")", "Jürgen@example.com; +other@example.com",
                "'+14155550199; +1 (415) 555-0188", "'=Müller, \"Söhne\" & Co", "'-Pilot, 1st", "'@here", "", "",
                "two\r\nlines; \"quoted\", 'tis", "'tis", "''=1", "", "'\tindented", "2026-03-12T00:32:13.782565Z"
            ]
        );
        assert_eq!(first[3][3], "+14155550177", "a plain number is no formula");
        let file = app.alpha.get("contacts/export.csv").await.body;
        let made = upload(&app.beta, "match=email,phone_number", file).await.expect(202);
        app.run_pending_jobs().await;
        let done = app.beta.get(&format!("contacts/imports/{}", made.text("import_id"))).await.expect(200);
        assert_eq!((&done.json["created"], &done.json["failed"]), (&json!(3), &json!(0)));
        let second = export(&app.beta, "contacts").await;
        // Null has no text, so the field is not there any more.
        let mut wanted = content(&first);
        for row in &mut wanted {
            row.remove(7);
        }
        assert_eq!(content(&second), wanted);
        let theirs = app.beta.get("contacts?limit=3").await.expect(200);
        let odd_again = &theirs.json["data"][2];
        assert_eq!(odd_again["name"], odd["name"]);
        assert_eq!(odd_again["custom_fields"], odd["custom_fields"]);
        let company = app.beta.get("companies").await.expect(200);
        assert_eq!(company.json["data"][0]["name"], "=Müller, \"Söhne\" & Co");
    })
    .await;
}

#[tokio::test]
async fn companies_are_exported_with_what_they_have() {
    TestApp::run(async |app| {
        let ferris = json!({
            "name": "@Ferris", "domain": "ferris.example", "address": "1 Coast\nCoast City", "agent_id": app.alpha.agent_id,
            "custom_fields": {"tier": "gold"},
        });
        let ferris = app.alpha.post("companies", &ferris).await.expect(201);
        app.alpha.post("companies", &json!({"name": "Wayne"})).await.expect(201);
        app.beta.post("companies", &json!({"name": "Theirs", "custom_fields": {"secret": "x"}})).await.expect(201);
        let file = export(&app.alpha, "companies").await;
        let header = ["id", "name", "domain", "address", "agent_id", "custom_fields.tier", "created_at"];
        assert_eq!(file[0], header);
        let row = [
            ferris.text("company_id"), "'@Ferris", "ferris.example", "1 Coast\nCoast City", &app.alpha.agent_id, "gold",
            "2026-03-12T00:32:13.782565Z",
        ];
        assert_eq!(file[1], row);
        assert_eq!(file[2][1], "Wayne");
        assert_eq!(file.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn all_of_many_pages_is_in_the_file_but_nothing_that_was_deleted() {
    TestApp::run(async |app| {
        let sql = app.database.sql().await;
        let many = format!(
            "INSERT INTO contacts (organization_id, uuid, name, custom_fields, created_at, updated_at, deleted_at) \
             SELECT o.id, gen_random_uuid(), o.name || n, '{{}}', now(), now(), CASE WHEN n % 10 = 0 THEN now() END \
             FROM organizations o, generate_series(1, 2500) n WHERE o.id IN ({}, {})",
            app.alpha.organization, app.beta.organization
        );
        sql.batch_execute(&many).await.unwrap();
        let file = export(&app.alpha, "contacts").await;
        assert_eq!(file.len(), 1 + 2_250);
        assert!(file[1..].iter().all(|row| row[1].starts_with("Alpha")));
    })
    .await;
}

/// What is sent before something goes wrong is not taken for the whole.
#[tokio::test]
async fn a_file_that_cannot_be_completed_is_broken_off() {
    TestApp::run(async |app| {
        let sql = app.database.sql().await;
        // More than sockets hold, so that the end of the file is still to be made when its beginning arrives.
        let many = format!(
            "INSERT INTO contacts (organization_id, uuid, name, custom_fields, created_at, updated_at) \
             SELECT {}, gen_random_uuid(), n::text, jsonb_build_object('notes', repeat('x', 10000)), now(), now() \
             FROM generate_series(1, 6000) n",
            app.alpha.organization
        );
        sql.batch_execute(&many).await.unwrap();
        let request = app.alpha.request(reqwest::Method::GET, "contacts/export.csv");
        let mut answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.chunk().await.unwrap().is_some());
        sql.batch_execute("ALTER TABLE contacts RENAME TO gone").await.unwrap();
        let broken = loop {
            match answer.chunk().await {
                Ok(Some(_)) => {}
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        sql.batch_execute("ALTER TABLE gone RENAME TO contacts").await.unwrap();
        assert!(broken, "the answer looks complete");
    })
    .await;
}
