//! Contacts from CSV files.

mod at_once;
mod defined;
mod matching;
mod refused;
mod trouble;

use crate::support::shape::{CONTACT_IMPORT, assert_shape};
use rapport_test_support::{Caller, Response, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

/// Uploads a file; `query` is what stands after the question mark.
pub async fn upload(caller: &Caller, query: &str, file: impl Into<Vec<u8>>) -> Response {
    let request = caller.request(Method::POST, &format!("contacts/imports?{query}"));
    let request = request.header("content-type", "text/csv; charset=utf-8");
    caller.send(request.body(file.into())).await
}

/// Imports a file for Alpha to its end and answers the import.
pub async fn import(app: &TestApp, query: &str, file: impl Into<Vec<u8>>) -> Value {
    let made = upload(&app.alpha.writer, query, file).await.expect(202);
    app.run_pending_jobs().await;
    find(&app.alpha, made.text("import_id")).await
}

pub async fn find(caller: &Caller, id: &str) -> Value {
    let found = caller.get(&format!("contacts/imports/{id}")).await.expect(200);
    assert_shape(&found.json, CONTACT_IMPORT);
    found.json
}

/// How many rows the import has created, updated, skipped and given up.
pub fn counts(import: &Value) -> [i64; 4] {
    let sum: i64 = ["created", "updated", "skipped", "failed"]
        .map(|name| import[name].as_i64().unwrap())
        .iter()
        .sum();
    assert_eq!(import["processed"], sum, "{import}");
    ["created", "updated", "skipped", "failed"].map(|name| import[name].as_i64().unwrap())
}

/// All contacts, oldest first.
pub async fn contacts(caller: &Caller) -> Vec<Value> {
    let listed = caller.get("contacts?limit=500").await.expect(200);
    let mut all = listed.json["data"].as_array().unwrap().clone();
    all.reverse();
    all
}

/// The rows that failed, as the file has them.
pub async fn errors(caller: &Caller, import: &Value) -> Vec<Vec<String>> {
    let path = format!(
        "contacts/imports/{}/errors.csv",
        import["import_id"].as_str().unwrap()
    );
    let file = caller.get(&path).await.expect(200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"errors.csv\""
    );
    rows(&file.body)
}

/// The rows of a CSV file, its header among them.
pub fn rows(file: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(file);
    let rows = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect());
    rows.collect()
}

pub async fn count(app: &TestApp, sql: &str) -> i64 {
    app.database.sql().await.query_one(sql, &[]).await.unwrap().get(0)
}

/// The files that the store holds.
pub fn stored(app: &TestApp) -> usize {
    fn files(folder: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        entries
            .map(|path| if path.is_dir() { files(&path) } else { 1 })
            .sum()
    }
    files(app.folder())
}

#[tokio::test]
async fn columns_go_where_the_mapping_says() {
    TestApp::run(async |app| {
        let file = "Nr;Full Name;Work;Home;Mobile;Firm;Role;Shoe Size;Empty\n\
                    1;Hal Jordan;Hal@Example.com;hal@home.example;(415) 555-0199;Ferris Aircraft;Pilot;44;\n\
                    2;Carol Ferris;;;;ferris aircraft;;;\n";
        let query = "column.Full%20Name=name&column.work=email&column.Home=email&column.Mobile=phone_number\
                     &column.Firm=company&column.Role=company_role&column.Shoe+Size=custom_fields.shoe\
                     &column.Empty=custom_fields.empty";
        let made = upload(&app.alpha.writer, query, file).await.expect(202);
        assert_shape(&made.json, CONTACT_IMPORT);
        let id = made.text("import_id").to_owned();
        assert_eq!((&made.json["state"], &made.json["total"]), (&json!("queued"), &Value::Null));
        let place = format!("/contacts/imports/{id}");
        assert!(made.header("location").ends_with(&place), "{}", made.header("location"));
        assert_eq!(app.alpha.get(made.header("location")).await.expect(200).json, made.json);
        app.run_pending_jobs().await;
        let done = find(&app.alpha, &id).await;
        let wanted = json!({
            "import_id": id, "state": "done", "dry_run": false, "total": 2, "processed": 2, "created": 2, "updated": 0,
            "skipped": 0, "failed": 0, "error": null, "created_at": "2026-03-12T00:32:13.782565Z",
            "finished_at": "2026-03-12T00:32:13.782565Z",
        });
        assert_eq!(done, wanted);
        assert_eq!(app.alpha.get("contacts/imports").await.expect(200).json["data"], json!([wanted]));
        assert_eq!(app.beta.get("contacts/imports").await.expect(200).json["data"], json!([]));
        let companies = app.alpha.get("companies").await.json["data"].clone();
        assert_eq!(companies.as_array().unwrap().len(), 1);
        assert_eq!(companies[0]["name"], "Ferris Aircraft");
        let all = contacts(&app.alpha).await;
        let (hal, carol) = (&all[0], &all[1]);
        assert_eq!(all.len(), 2);
        for (contact, key, value) in [
            (hal, "name", json!("Hal Jordan")),
            (hal, "email", json!("Hal@Example.com")),
            (hal, "phone_number", json!("(415) 555-0199")),
            (hal, "company_id", companies[0]["company_id"].clone()),
            (hal, "company_role", json!("Pilot")),
            (hal, "custom_fields", json!({"shoe": "44"})),
            (carol, "email", Value::Null),
            (carol, "company_id", companies[0]["company_id"].clone()),
            (carol, "custom_fields", json!({})),
        ] {
            assert_eq!(contact[key], value, "{key}");
        }
        // All of its addresses lead to a contact, in their normal form.
        for address in [json!({"email": "HAL@home.example"}), json!({"phone_number": "+14155550199"})] {
            let refused = app.alpha.post("contacts", &address).await.expect(409);
            assert!(refused.detail().ends_with(hal["contact_id"].as_str().unwrap()));
        }
        assert_eq!(stored(app), 0, "the file goes when the import ends");
    })
    .await;
}

#[tokio::test]
async fn files_of_other_programs_are_read() {
    TestApp::run(async |app| {
        for (number, file) in [
            "\u{feff}Name,EMAIL\r\nJürgen Groß,0@example.com\r\n",
            "name;email\r\n\"Jürgen Groß\";0@example.com",
            "Name\tEmail\rJürgen Groß\t0@example.com\r",
            "\u{feff}\"Name\";\"Email\"\n\n\"Jürgen Groß\";\"0@example.com\"\n;\n",
        ]
        .into_iter()
        .enumerate()
        {
            let done = import(app, "", file.replace('0', &number.to_string())).await;
            assert_eq!(done["state"], "done");
            assert_eq!(counts(&done), [1, 0, i64::from(number == 3), 0], "{file}");
            let found = contacts(&app.alpha).await.pop().unwrap();
            assert_eq!(found["name"], "Jürgen Groß");
            assert_eq!(found["email"], format!("{number}@example.com"));
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_made_is_in_the_audit_log_and_in_the_events() {
    TestApp::run(async |app| {
        let file = "name,email,company\nHal,hal@example.com,Ferris\nCarol,hal@example.com,Ferris\n";
        let done = import(app, "match=email", file).await;
        assert_eq!(counts(&done), [1, 1, 0, 0]);
        let again = import(app, "match=email", "name,email\nHal Jordan,hal@example.com\n").await;
        assert_eq!(counts(&again), [0, 1, 0, 0]);
        let sql = app.database.sql().await;
        let logged = "SELECT action_type || ' ' || record_type, changes::text, actor_type FROM audit_logs \
                      WHERE request_id LIKE 'job-%' ORDER BY id";
        let logged = sql.query(logged, &[]).await.unwrap();
        let told: Vec<String> = logged.iter().map(|row| row.get(0)).collect();
        let wanted = [
            "insert company",
            "insert contact",
            "update contact_import",
            "update contact",
            "update contact_import",
        ];
        assert_eq!(told, wanted);
        assert!(logged.iter().all(|row| row.get::<_, String>(2) == "key"));
        let changes = |place: usize| serde_json::from_str::<Value>(logged[place].get(1)).unwrap();
        let company = app.alpha.get("companies").await.json["data"][0]["company_id"].clone();
        assert_eq!(
            changes(1),
            json!([
                {"field": "name", "from": null, "to": "Carol"},
                {"field": "email", "from": null, "to": "hal@example.com"},
                {"field": "company_id", "from": null, "to": company},
            ])
        );
        assert_eq!(
            changes(3),
            json!([{"field": "name", "from": "Carol", "to": "Hal Jordan"}])
        );
        let events = sql
            .query(
                "SELECT kind FROM events WHERE kind ~ '^(contact|company)' ORDER BY id",
                &[],
            )
            .await;
        let kinds: Vec<String> = events.unwrap().iter().map(|row| row.get(0)).collect();
        let wanted = [
            "contact_import.created",
            "company.created",
            "contact.created",
            "contact_import.finished",
            "contact_import.created",
            "contact.updated",
            "contact_import.finished",
        ];
        assert_eq!(kinds, wanted);
    })
    .await;
}

#[tokio::test]
async fn imports_are_listed_page_by_page() {
    TestApp::run(async |app| {
        for number in 0..3 {
            import(app, "", format!("name\nHal {number}\n")).await;
        }
        let first = app.alpha.get("contacts/imports?limit=2").await.expect(200);
        let cursor = first.json["pagination"]["next_cursor"].as_str().unwrap();
        let second = app
            .alpha
            .get(&format!("contacts/imports?limit=2&cursor={cursor}"))
            .await
            .expect(200);
        let ids: std::collections::BTreeSet<&str> = [&first, &second]
            .iter()
            .flat_map(|page| page.json["data"].as_array().unwrap())
            .map(|import| import["import_id"].as_str().unwrap())
            .collect();
        assert_eq!(ids.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_repeated_upload_with_its_key_is_answered_again() {
    TestApp::run(async |app| {
        let send = async |file: &'static str| {
            let request = app.alpha.request(Method::POST, "contacts/imports");
            let request = request
                .header("Idempotency-Key", "once")
                .header("content-type", "text/csv");
            app.alpha.send(request.body(file)).await
        };
        let first = send("name\nHal\n").await.expect(202);
        let second = send("name\nHal\n").await.expect(202);
        assert_eq!(second.header("idempotent-replayed"), "true");
        assert_eq!(first.json, second.json);
        assert_eq!(first.header("location"), second.header("location"));
        assert_eq!(stored(app), 1, "the file of the first");
        send("name\nCarol\n").await.expect(422);
        assert_eq!(stored(app), 1);
        app.run_pending_jobs().await;
        assert_eq!(contacts(&app.alpha).await.len(), 1);
    })
    .await;
}
