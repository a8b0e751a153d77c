//! Cells that go into defined custom fields.

use super::{contacts, counts, errors, import};
use rapport_test_support::{Tenant, TestApp};
use serde_json::{Value, json};

async fn define(tenant: &Tenant, key: &str, field_type: &str) -> i64 {
    let body = json!({"entityType": "CONTACT", "fieldKey": key, "fieldType": field_type});
    let made = tenant.post("/api/v1/custom-fields/definitions", &body).await;
    made.expect(200).json["id"].as_i64().unwrap()
}

async fn indexed(app: &TestApp) -> i64 {
    let sql = app.database.sql().await;
    let count = "SELECT count(*) FROM custom_field_values";
    sql.query_one(count, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn cells_are_read_by_the_definitions_of_their_fields() {
    TestApp::run(async |app| {
        define(&app.alpha, "score", "NUMBER").await;
        define(&app.alpha, "vip", "BOOLEAN").await;
        let plan = define(&app.alpha, "plan", "LIST").await;
        let option = json!({"definitionId": plan, "value": "gold"});
        let path = format!("/api/v1/custom-fields/definitions/{plan}/options");
        app.alpha.post(&path, &option).await.expect(200);
        let file = "name,custom_fields.score,custom_fields.vip,custom_fields.plan,custom_fields.free\n\
                    Arthur Curry,12.50,TRUE,gold,12\n\
                    Barry Allen,many,true,gold,\n\
                    Carol Ferris,1,perhaps,gold,\n\
                    Diana Prince,1,false,silver,\n\
                    Ted Kord,,,,\n";
        let done = import(app, "", file).await;
        assert_eq!(counts(&done), [2, 0, 0, 3], "{done}");
        let made = contacts(&app.alpha).await;
        let fields = |name: &str| -> Value {
            let mut found = made.iter().filter(|contact| contact["name"] == name);
            found.next().unwrap()["custom_fields"].clone()
        };
        let wanted = json!({"score": 12.50, "vip": true, "plan": "gold", "free": "12"});
        assert_eq!(fields("Arthur Curry"), wanted);
        assert_eq!(fields("Ted Kord"), json!({}));
        assert_eq!(indexed(app).await, 3, "what is defined can be looked up");
        let blamed: Vec<_> = errors(&app.alpha, &done)
            .await
            .into_iter()
            .skip(1)
            .map(|row| row[1].clone())
            .collect();
        assert_eq!(
            blamed,
            ["custom_fields.score", "custom_fields.vip", "custom_fields.plan"]
        );
    })
    .await;
}

#[tokio::test]
async fn values_that_an_import_changes_are_looked_up_anew() {
    TestApp::run(async |app| {
        define(&app.alpha, "score", "NUMBER").await;
        let file = |score: i32| format!("email,custom_fields.score\narthur@example.com,{score}\n");
        import(app, "match=email", file(1)).await;
        let done = import(app, "match=email", file(2)).await;
        assert_eq!(counts(&done), [0, 1, 0, 0], "{done}");
        let sql = app.database.sql().await;
        let values = "SELECT string_agg(number_value::text, ',') FROM custom_field_values";
        let values: String = sql.query_one(values, &[]).await.unwrap().get(0);
        assert_eq!(values, "2");
    })
    .await;
}
