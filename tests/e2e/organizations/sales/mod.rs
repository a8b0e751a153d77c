//! Sales: what is shown and what is refused.

mod at_once;
mod changes;
mod deletions;
mod merges;
mod quotes;

use crate::support::records::unknown_id;
use crate::support::shape::{SALE, assert_page, assert_shape};
use chrono::TimeDelta;
use rapport_test_support::{Caller, Response, Tenant, TestApp};
use reqwest::Method;
use reqwest::header::IF_MATCH;
use serde_json::{Value, json};

fn roof() -> Value {
    json!({"quantity": 1, "unit_price": "1200.00", "product_name": "Metal roof"})
}

async fn make(tenant: &Tenant, body: &Value) -> Response {
    tenant.writer.post("sales", body).await.expect(201)
}

fn path(sale: &Response) -> String {
    format!("sales/{}", sale.text("sale_id"))
}

async fn contact(tenant: &Tenant, name: &str) -> String {
    let made = tenant.post("contacts", &json!({"name": name})).await.expect(201);
    made.text("contact_id").to_owned()
}

async fn company(tenant: &Tenant) -> String {
    let body = json!({"name": "Ferris"});
    let made = tenant.post("companies", &body).await.expect(201);
    made.text("company_id").to_owned()
}

/// Sends a body as it stands, with `If-Match`.
async fn send(caller: &Caller, method: Method, path: &str, body: &str, tag: Option<&str>) -> Response {
    let request = caller.written(method, path, body);
    let request = match tag {
        Some(tag) => request.header(IF_MATCH, tag),
        None => request,
    };
    caller.send(request).await
}

#[tokio::test]
async fn a_sale_is_shown_as_documented() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let hal = contact(tenant, "Hal").await;
        let company = company(tenant).await;
        let conversation = json!({"contact_id": hal});
        let conversation = tenant.post("conversations", &conversation).await.expect(201);
        let made = make(
            tenant,
            &json!({
                "owner_id": tenant.agent_id, "company_id": company,
                "associated_contacts": [{"contact_id": hal}],
                "associated_conversation_ids": [conversation.text("conversation_id")],
                "quote_details": {"arguments": {"products": [roof()]}},
                "custom_fields": {"notes": "Wants slate"},
            }),
        )
        .await;
        let status = format!("{}/status", path(&made));
        app.database.clock.advance(TimeDelta::minutes(15));
        let quoted = json!({"status": "quote_sent"});
        assert_shape(&tenant.writer.post(&status, &quoted).await.expect(200).json, SALE);
        app.database.clock.advance(TimeDelta::days(1));
        let accepted = tenant
            .writer
            .post(&status, &json!({"status": "accepted"}))
            .await
            .expect(200);
        let expected = json!({
            "sale_id": made.text("sale_id"),
            "associated_conversation_ids": [conversation.text("conversation_id")],
            "company_id": company,
            "owner_id": tenant.agent_id,
            "associated_contacts": [{"contact_id": hal, "is_primary": true}],
            "quote_details": {
                "output": {"currency": "USD", "total_price": "1200.00"},
                "arguments": {"products": [roof()]},
            },
            "custom_fields": {"notes": "Wants slate"},
            "current_status": {
                "label": "Accepted", "status": "accepted", "changed_at": "2026-03-13T00:47:13.782565Z",
            },
            "status_history": [
                {"label": "Qualified", "status": null, "changed_at": "2026-03-12T00:32:13.782565Z"},
                {"label": "Quoted", "status": "quote_sent", "changed_at": "2026-03-12T00:47:13.782565Z"},
                {"label": "Accepted", "status": "accepted", "changed_at": "2026-03-13T00:47:13.782565Z"},
            ],
            "created_at": "2026-03-12T00:32:13.782565Z",
            "last_activity_at": "2026-03-13T00:47:13.782565Z",
        });
        assert_eq!(accepted.json, expected);
        assert_shape(&expected, SALE);
        assert_eq!(tenant.reader.get(&path(&made)).await.expect(200).json, expected);
        for list in ["sales".to_owned(), format!("agents/{}/sales", tenant.agent_id)] {
            let listed = tenant.reader.get(&list).await.expect(200);
            assert_page(&listed.json, 25, SALE);
            assert_eq!(listed.json["data"], json!([expected]));
        }
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_accepted_is_named() {
    TestApp::run(async |app| {
        let theirs = contact(&app.beta, "Diana").await;
        for (body, field) in [
            (json!({"owner_id": "me"}), "owner_id"),
            (json!({"owner_id": app.beta.agent_id}), "owner_id"),
            (json!({"company_id": unknown_id()}), "company_id"),
            (
                json!({"associated_contacts": [{"contact_id": "x"}]}),
                "associated_contacts[0].contact_id",
            ),
            (
                json!({"associated_contacts": [{"contact_id": theirs}]}),
                "associated_contacts[0].contact_id",
            ),
            (
                json!({"associated_conversation_ids": ["x"]}),
                "associated_conversation_ids[0]",
            ),
            (
                json!({"associated_conversation_ids": [unknown_id()]}),
                "associated_conversation_ids[0]",
            ),
            (json!({"custom_fields": []}), "custom_fields"),
            (
                json!({"quote_details": {"currency": "XAU"}}),
                "quote_details.currency",
            ),
            (json!({"quote_details": {"output": {}}}), "quote_details"),
            (json!({"status": "accepted"}), "status"),
        ] {
            let refused = app.alpha.writer.post("sales", &body).await.expect(422);
            assert!(refused.detail().starts_with(field), "{}", refused.detail());
        }
        assert_eq!(app.alpha.get("sales").await.expect(200).json["data"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn lists_are_filtered() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let company = company(tenant).await;
        let priced = |price: &str| {
            json!({"arguments": {"products": [
                {"product_name": "Roof", "quantity": 1, "unit_price": price},
            ]}})
        };
        let cheap = make(
            tenant,
            &json!({"owner_id": tenant.agent_id, "quote_details": priced("100")}),
        )
        .await;
        app.database.clock.advance(TimeDelta::days(1));
        let dear = make(
            tenant,
            &json!({"company_id": company, "quote_details": priced("200")}),
        )
        .await;
        let status = format!("{}/status", path(&dear));
        tenant
            .post(&status, &json!({"status": "accepted"}))
            .await
            .expect(200);
        let stages = tenant.get("pipeline/stages").await.expect(200);
        let first = stages.json["stages"][0]["stage_id"].as_str().unwrap();
        let (cheap, dear) = (cheap.text("sale_id"), dear.text("sale_id"));
        for (query, found) in [
            (String::new(), vec![dear, cheap]),
            (format!("owner_id={}", tenant.agent_id), vec![cheap]),
            (format!("company_id={company}"), vec![dear]),
            ("status=accepted".to_owned(), vec![dear]),
            ("status=nothing".to_owned(), vec![]),
            (format!("stage_id={first}"), vec![cheap]),
            ("min_value=100.01".to_owned(), vec![dear]),
            ("max_value=100".to_owned(), vec![cheap]),
            // As many digits as totals have.
            (format!("max_value={}.99", "9".repeat(38)), vec![dear, cheap]),
            (format!("min_value={}", "9".repeat(38)), vec![]),
            ("min_value=100&max_value=200.00".to_owned(), vec![dear, cheap]),
            ("start_date=2026-03-13".to_owned(), vec![dear]),
            ("end_date=2026-03-13T00:32:13.782565Z".to_owned(), vec![cheap]),
        ] {
            let listed = tenant.reader.get(&format!("sales?{query}")).await.expect(200);
            let ids = listed.json["data"].as_array().unwrap().iter();
            let ids: Vec<_> = ids.map(|sale| sale["sale_id"].as_str().unwrap()).collect();
            assert_eq!(ids, found, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_cursor_belongs_to_its_filters() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let older = make(tenant, &json!({})).await;
        make(tenant, &json!({})).await;
        let first = tenant.get("sales?limit=1").await.expect(200);
        let cursor = first.json["pagination"]["next_cursor"].as_str().unwrap();
        let second = tenant
            .get(&format!("sales?limit=1&cursor={cursor}"))
            .await
            .expect(200);
        assert_eq!(second.json["data"][0]["sale_id"], older.text("sale_id"));
        tenant
            .get(&format!("sales?status=lost&cursor={cursor}"))
            .await
            .expect(400);
    })
    .await;
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_named() {
    TestApp::run(async |app| {
        let unknown = unknown_id();
        let their_agent = &app.beta.agent_id;
        for (path, status, detail) in [
            ("sales?owner_id=me".to_owned(), 400, "Invalid owner_id"),
            ("sales?company_id=us".to_owned(), 400, "Invalid company_id"),
            ("sales?stage_id=1".to_owned(), 400, "Invalid stage_id"),
            (format!("sales?owner_id={their_agent}"), 404, "Agent not found"),
            (format!("sales?company_id={unknown}"), 404, "Company not found"),
            (format!("agents/{unknown}/sales"), 404, "Agent not found"),
            ("sales?min_value=1e5".to_owned(), 422, "min_value"),
            (format!("sales?max_value={}", "9".repeat(39)), 422, "max_value"),
            ("sales?drafts=maybe".to_owned(), 422, "drafts"),
            (
                "sales?start_date=2026-03-13&end_date=2026-03-12".to_owned(),
                400,
                "start_date must be",
            ),
            (format!("sales/{unknown}"), 404, "Sale not found"),
            ("sales/1".to_owned(), 400, "Invalid sale_id"),
        ] {
            let refused = app.alpha.reader.get(&path).await.expect(status);
            assert!(
                refused.detail().starts_with(detail),
                "{path}: {}",
                refused.detail()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn drafts_are_shown_when_they_are_asked_for() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let draft = make(tenant, &json!({"draft": true, "owner_id": tenant.agent_id})).await;
        assert_shape(&draft.json, SALE);
        let count = async |list: &str| {
            let listed = tenant.reader.get(list).await.expect(200);
            listed.json["data"].as_array().unwrap().len()
        };
        let owned = format!("agents/{}/sales", tenant.agent_id);
        for list in ["sales", &owned] {
            assert_eq!(count(list).await, 0);
            assert_eq!(count(&format!("{list}?drafts=include")).await, 1);
            assert_eq!(count(&format!("{list}?drafts=only")).await, 1);
        }
        let sale = path(&draft);
        assert_eq!(tenant.get(&sale).await.expect(404).detail(), "Sale not found");
        tenant.get(&format!("{sale}?drafts=include")).await.expect(200);
        tenant
            .writer
            .patch(&sale, &json!({"draft": false}))
            .await
            .expect(200);
        tenant.get(&sale).await.expect(200);
        tenant.get(&format!("{sale}?drafts=only")).await.expect(404);
        let back = tenant
            .writer
            .patch(&sale, &json!({"draft": true}))
            .await
            .expect(422);
        assert!(back.detail().starts_with("draft"), "{}", back.detail());
    })
    .await;
}
