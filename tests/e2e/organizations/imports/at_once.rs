//! Imports and others that write the same contacts at the same time.

use super::{count, find, upload};
use futures_util::future::join_all;
use rapport_test_support::TestApp;
use serde_json::json;

fn file(rows: std::ops::Range<usize>) -> String {
    let rows = rows.map(|row| {
        let firm = row % 7;
        format!(
            "Row {row},row{row}@example.com,+1415{:07},Firm {firm}\n",
            5_550_000 + row
        )
    });
    format!("name,email,phone_number,company\n{}", rows.collect::<String>())
}

#[tokio::test]
async fn two_imports_of_the_same_file_make_each_contact_once() {
    TestApp::run(async |app| {
        let file = file(0..2_500);
        let mut ids = Vec::new();
        for _ in 0..2 {
            let made = upload(&app.alpha, "match=email,phone_number", file.clone())
                .await
                .expect(202);
            ids.push(made.text("import_id").to_owned());
        }
        let (one, two) = (app.app.worker(), app.app.worker());
        let (one, two) = tokio::join!(one.run_pending(), two.run_pending());
        assert_eq!(one.unwrap() + two.unwrap(), 2, "none had to be tried again");
        let (one, two) = tokio::join!(find(&app.alpha, &ids[0]), find(&app.alpha, &ids[1]));
        let sum = |name: &str| one[name].as_i64().unwrap() + two[name].as_i64().unwrap();
        assert_eq!([sum("created"), sum("updated"), sum("failed")], [2_500, 2_500, 0]);
        assert_eq!(count(app, "SELECT count(*) FROM contacts").await, 2_500);
        assert_eq!(count(app, "SELECT count(*) FROM contact_addresses").await, 5_000);
        assert_eq!(count(app, "SELECT count(*) FROM companies").await, 7);
    })
    .await;
}

/// Requests create, change, merge and delete the contacts that an import makes and changes.
#[tokio::test]
async fn requests_and_imports_do_not_get_in_each_others_way() {
    TestApp::run(async |app| {
        let made = upload(&app.alpha, "match=phone_number,email", file(0..1_500))
            .await
            .expect(202);
        let requests = join_all((0..30).map(|number| async move {
            let row = number * 50;
            let body = json!({
                "name": "By request", "email": format!("row{row}@example.com"),
                "phone_number": format!("+1415{:07}", 5_550_000 + row),
            });
            let one = app.alpha.post("contacts", &body).await;
            assert!([201, 409].contains(&one.status), "{:?}", one.json);
            let other = app
                .alpha
                .post("contacts", &json!({"name": "Other"}))
                .await
                .expect(201);
            if one.status == 201 {
                let id = one.text("contact_id");
                let changed = json!({"email": format!("row{}@example.com", row + 1)});
                let changed = app.alpha.patch(&format!("contacts/{id}"), &changed).await;
                assert!([200, 409].contains(&changed.status), "{:?}", changed.json);
                let merge = json!({"from": [id]});
                let path = format!("contacts/{}/merge", other.text("contact_id"));
                app.alpha.post(&path, &merge).await.expect(200);
            }
        }));
        let work = async { app.run_pending_jobs().await };
        tokio::join!(requests, work);
        app.run_pending_jobs().await;
        let done = find(&app.alpha, made.text("import_id")).await;
        let trouble = "SELECT string_agg(last_error, ', ') FROM jobs";
        let trouble = app.database.sql().await.query_one(trouble, &[]).await.unwrap();
        let trouble: Option<String> = trouble.get(0);
        let said = (&done["state"], &done["processed"]);
        assert_eq!(said, (&json!("done"), &json!(1_500)), "{trouble:?}");
        let twice = "SELECT count(*) - count(DISTINCT (channel_type, normalized)) FROM contact_addresses";
        assert_eq!(count(app, twice).await, 0);
        let lost = "SELECT count(*) FROM contact_addresses a JOIN contacts c ON c.id = a.contact_id \
                    WHERE c.deleted_at IS NOT NULL";
        assert_eq!(count(app, lost).await, 0);
        let addressed = "SELECT count(*) FROM generate_series(0, 1499) AS n WHERE NOT EXISTS (SELECT 1 FROM \
                         contact_addresses WHERE normalized = '+1415' || lpad((5550000 + n)::text, 7, '0'))";
        let failed = done["failed"].as_i64().unwrap();
        assert!(
            count(app, addressed).await <= failed,
            "every row that was taken has its number"
        );
    })
    .await;
}
