//! Pages.

use rapport_test_support::{Caller, TestApp};
use serde_json::{Value, json};

async fn add(caller: &Caller, name: &str) {
    caller.post("contacts", &json!({"name": name})).await.expect(201);
}

fn names(page: &Value) -> Vec<String> {
    let data = page["data"].as_array().unwrap().iter();
    data.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

fn next(page: &Value) -> Option<&str> {
    let pagination = &page["pagination"];
    assert_eq!(
        pagination["has_more"],
        json!(!pagination["next_cursor"].is_null())
    );
    pagination["next_cursor"].as_str()
}

#[tokio::test]
async fn a_walk_meets_each_once_newest_first() {
    TestApp::run(async |app| {
        for name in ["1", "2", "3"] {
            add(&app.alpha, name).await;
        }
        app.database.clock.advance(chrono::TimeDelta::microseconds(1));
        for name in ["4", "5"] {
            add(&app.alpha, name).await;
        }
        let first = app.alpha.get("contacts?limit=2").await.expect(200).json;
        assert_eq!(first["pagination"]["cursor"], json!(null));
        let mut met = names(&first);
        let mut page = first;
        while let Some(cursor) = next(&page).map(str::to_owned) {
            assert!(cursor.starts_with("HR_tok_"), "{cursor}");
            // What is added during the walk stands before its start.
            add(&app.alpha, "late").await;
            page = app
                .alpha
                .get(&format!("contacts?limit=2&cursor={cursor}"))
                .await
                .expect(200)
                .json;
            assert_eq!(page["pagination"]["cursor"], cursor.as_str());
            met.extend(names(&page));
        }
        assert_eq!(met, ["5", "4", "3", "2", "1"]);
    })
    .await;
}

#[tokio::test]
async fn a_full_last_page_is_the_last() {
    TestApp::run(async |app| {
        for name in ["1", "2"] {
            add(&app.alpha, name).await;
        }
        let page = app.alpha.get("contacts?limit=2").await.expect(200).json;
        assert_eq!((names(&page).len(), next(&page)), (2, None));
        let empty = app.alpha.get("companies").await.expect(200).json;
        assert_eq!((names(&empty).len(), next(&empty)), (0, None));
    })
    .await;
}

#[tokio::test]
async fn a_limit_is_from_1_to_500() {
    TestApp::run(async |app| {
        for limit in ["1", "500"] {
            let page = app
                .alpha
                .get(&format!("contacts?limit={limit}"))
                .await
                .expect(200);
            assert_eq!(page.json["pagination"]["limit"].to_string(), limit);
        }
        for limit in ["0", "501", "-1", "ten", "", "1.5", "99999999999999999999"] {
            let refused = app
                .alpha
                .get(&format!("contacts?limit={limit}"))
                .await
                .expect(422);
            assert!(refused.detail().starts_with("limit"), "{}", refused.detail());
        }
    })
    .await;
}

#[tokio::test]
async fn a_cursor_is_bound_to_its_list_filters_and_organization() {
    TestApp::run(async |app| {
        for tenant in [&app.alpha, &app.beta] {
            for name in ["1", "2"] {
                add(tenant, name).await;
            }
        }
        let page = app.alpha.get("contacts?limit=1").await.expect(200).json;
        let cursor = next(&page).unwrap();
        // Another limit is the same list.
        app.alpha
            .get(&format!("contacts?limit=5&cursor={cursor}"))
            .await
            .expect(200);
        let mut changed = cursor.to_owned();
        changed.replace_range(10..11, if &cursor[10..11] == "A" { "B" } else { "A" });
        for path in [
            format!("companies?cursor={cursor}"),
            format!("agents?cursor={cursor}"),
            format!("conversations?cursor={cursor}"),
            format!("conversations?cursor={cursor}&start_date=2026-01-01"),
            format!("contacts?cursor={changed}"),
            format!("contacts?cursor={cursor}A"),
            format!("contacts?cursor={}", &cursor[..cursor.len() - 1]),
            "contacts?cursor=HR_tok_".to_owned(),
            "contacts?cursor=".to_owned(),
            "contacts?cursor=1".to_owned(),
        ] {
            let refused = app.alpha.get(&path).await.expect(400);
            assert_eq!(refused.json, json!({"detail": "Invalid cursor"}), "{path}");
        }
        let refused = app
            .beta
            .get(&format!("contacts?cursor={cursor}"))
            .await
            .expect(400);
        assert_eq!(refused.detail(), "Invalid cursor");
    })
    .await;
}

#[tokio::test]
async fn a_cursor_is_bound_to_the_dates() {
    TestApp::run(async |app| {
        let contact = app
            .alpha
            .post("contacts", &json!({"name": "Diana"}))
            .await
            .expect(201);
        let body = json!({"contact_id": contact.text("contact_id")});
        for _ in 0..2 {
            app.alpha.post("conversations", &body).await.expect(201);
        }
        let page = app
            .alpha
            .get("conversations?limit=1&start_date=2026-01-01")
            .await
            .expect(200)
            .json;
        let cursor = next(&page).unwrap();
        let same = format!("conversations?start_date=2026-01-01&cursor={cursor}");
        assert_eq!(
            app.alpha.get(&same).await.expect(200).json["data"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        for other in [
            format!("conversations?cursor={cursor}"),
            format!("conversations?start_date=2026-01-02&cursor={cursor}"),
        ] {
            assert_eq!(app.alpha.get(&other).await.expect(400).detail(), "Invalid cursor");
        }
    })
    .await;
}
