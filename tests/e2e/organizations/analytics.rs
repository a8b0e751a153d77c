//! Reports on conversations.

use crate::support::shape::{
    AGENT_ANALYTICS, AGENT_CONVERSATIONS, CONVERSATION_ANALYTICS, MODALITY, RESPONSE_RATE, RESPONSE_TIME,
    SALES_ANALYTICS, VOLUME, assert_shape,
};
use rapport_test_support::{Tenant, TestApp};
use serde_json::{Value, json};

/// The clock stands at 2026-03-12T00:32:13.782565Z.
const SPRING: &str = "start_date=2026-03-01&end_date=2026-03-12";

async fn conversation(tenant: &Tenant) -> String {
    let contact = tenant
        .post("contacts", &json!({"name": "Diana"}))
        .await
        .expect(201);
    let body = json!({"contact_id": contact.text("contact_id")});
    let made = tenant.post("conversations", &body).await.expect(201);
    format!("conversations/{}", made.text("conversation_id"))
}

async fn say(tenant: &Tenant, conversation: &str, direction: &str, modality: &str, at: &str) {
    let mut message =
        json!({"modality": modality, "message_direction": direction, "content": "Hello", "sent_at": at});
    if modality == "form_request" {
        message["form_request_body"] = json!({"name": "Diana"});
    }
    tenant
        .post(&format!("{conversation}/messages"), &message)
        .await
        .expect(201);
}

/// Three conversations: one answered after an hour, one not answered, one of which only we know.
async fn talk(tenant: &Tenant) {
    let answered = conversation(tenant).await;
    say(tenant, &answered, "received", "email", "2026-03-02T09:00:00Z").await;
    say(tenant, &answered, "sent", "email", "2026-03-02T10:00:00Z").await;
    say(tenant, &answered, "received", "email", "2026-03-05T10:00:00Z").await;
    let open = conversation(tenant).await;
    say(tenant, &open, "received", "text", "2026-03-03T09:00:00Z").await;
    let ours = conversation(tenant).await;
    say(tenant, &ours, "sent", "email", "2026-03-04T09:00:00Z").await;
}

async fn get(tenant: &Tenant, path: &str) -> Value {
    tenant.reader.get(path).await.expect(200).json
}

#[tokio::test]
async fn answers_have_the_documented_shape_and_the_right_figures() {
    TestApp::run(async |app| {
        talk(&app.alpha).await;
        for _ in 0..2 {
            let all = get(&app.alpha, &format!("analytics/conversations?{SPRING}")).await;
            assert_shape(&all, CONVERSATION_ANALYTICS);
            let rate = json!({
                "numConversationsRespondedTo": 1, "numConversationsReceived": 2, "responseRate": 0.5
            });
            let volume = json!({"numMessagesReceived": 3, "numMessagesSent": 2, "totalConversations": 3});
            let modality =
                json!({"textMessages": 1, "calls": 0, "emails": 1, "liveChats": 0, "formRequests": 0});
            for (path, key, shape, figures) in [
                ("response-rate", "responseRateStats", RESPONSE_RATE, rate),
                (
                    "response-time",
                    "responseTimeStats",
                    RESPONSE_TIME,
                    json!({"responseTime": 3600}),
                ),
                ("volume", "volumeStats", VOLUME, volume),
                ("modality", "modalityStats", MODALITY, modality),
            ] {
                let part = get(&app.alpha, &format!("analytics/conversations/{path}?{SPRING}")).await;
                assert_shape(&part, shape);
                assert_eq!((&part, &all[key]), (&figures, &figures), "{path}");
            }
            // The second time, the job has added up the counters.
            app.app.worker().schedule_periodic().await.unwrap();
            app.run_pending_jobs().await;
        }
        let elsewhere = get(&app.beta, &format!("analytics/conversations?{SPRING}")).await;
        assert_eq!(elsewhere["volumeStats"]["totalConversations"], 0);
        assert_eq!(elsewhere["responseRateStats"]["responseRate"], 0.0);
    })
    .await;
}

#[tokio::test]
async fn an_agent_has_what_the_agent_did() {
    TestApp::run(async |app| {
        talk(&app.alpha).await;
        let path = format!("agents/{}/analytics", app.alpha.agent_id);
        let all = get(&app.alpha, &format!("{path}?{SPRING}")).await;
        assert_shape(&all, AGENT_ANALYTICS);
        let figures = json!({"conversationsRespondedTo": 1, "messagesSent": 2});
        assert_eq!(all["conversations"], figures);
        let conversations = get(&app.alpha, &format!("{path}/conversations?{SPRING}")).await;
        assert_shape(&conversations, AGENT_CONVERSATIONS);
        assert_eq!(conversations, figures);
        let sales = get(&app.alpha, &format!("{path}/sales?{SPRING}")).await;
        assert_shape(&sales, SALES_ANALYTICS);
        assert_eq!(sales, all["sales"]);
    })
    .await;
}

#[tokio::test]
async fn the_pipeline_has_its_stages_before_there_are_sales() {
    TestApp::run(async |app| {
        let report = get(&app.alpha, &format!("analytics/sales?{SPRING}")).await;
        assert_shape(&report, SALES_ANALYTICS);
        let stage = |name: &str, status: Option<&str>| {
            json!({"name": name, "status": status, "volume": 0, "value": "0.00"})
        };
        let pipeline = json!([
            stage("Qualified", None),
            stage("Quoted", Some("quote_sent")),
            stage("Accepted", Some("accepted")),
            stage("Lost", Some("lost")),
        ]);
        assert_eq!(report, json!({"pipeline": pipeline, "salesRate": 0.0}));
    })
    .await;
}

#[tokio::test]
async fn both_dates_are_needed_in_order_and_not_in_the_future() {
    TestApp::run(async |app| {
        let agent = &app.alpha.agent_id;
        let organization = &app.alpha.organization_id;
        let solution = rapport_platform::ids::parse_opaque(organization).unwrap();
        for path in [
            "analytics/conversations".to_owned(),
            "analytics/conversations/response-rate".to_owned(),
            "analytics/conversations/response-time".to_owned(),
            "analytics/conversations/volume".to_owned(),
            "analytics/conversations/modality".to_owned(),
            "analytics/conversations/daily".to_owned(),
            "analytics/sales".to_owned(),
            format!("agents/{agent}/analytics"),
            format!("agents/{agent}/analytics/conversations"),
            format!("agents/{agent}/analytics/sales"),
            format!("/api/v1/solutions/{solution}/analytics"),
        ] {
            for (query, status, detail) in [
                ("", 422, "start_date: is required"),
                ("start_date=2026-03-01", 422, "end_date: is required"),
                ("end_date=2026-03-01", 422, "start_date: is required"),
                (
                    "start_date=soon&end_date=2026-03-01",
                    422,
                    "start_date: must be a date or time in ISO 8601",
                ),
                (
                    "start_date=2026-03-02&end_date=2026-03-01",
                    400,
                    "start_date must be less than or equal to end_date",
                ),
                (
                    "start_date=2026-03-01&end_date=2026-03-12T00:32:13.782566Z",
                    400,
                    "start_date and end_date cannot be in the future",
                ),
                (
                    "start_date=2026-03-13&end_date=2026-03-14",
                    400,
                    "start_date and end_date cannot be in the future",
                ),
            ] {
                let refused = app.alpha.get(&format!("{path}?{query}")).await.expect(status);
                assert_eq!(refused.detail(), detail, "{path}?{query}");
            }
            for end in ["2026-03-12", "2026-03-12T00:32:13.782565Z"] {
                app.alpha
                    .get(&format!("{path}?start_date=2026-03-12&end_date={end}"))
                    .await
                    .expect(200);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_window_takes_its_start_and_leaves_its_end() {
    TestApp::run(async |app| {
        let conversation = conversation(&app.alpha).await;
        say(
            &app.alpha,
            &conversation,
            "received",
            "call",
            "2026-03-02T09:07:00.000001Z",
        )
        .await;
        for (window, found) in [
            (
                "start_date=2026-03-02T09:07:00.000001Z&end_date=2026-03-02T09:07:00.000002Z",
                1,
            ),
            (
                "start_date=2026-03-02T09:07:00.000000Z&end_date=2026-03-02T09:07:00.000001Z",
                0,
            ),
            ("start_date=2026-03-02T09:00:00Z&end_date=2026-03-02T09:15:00Z", 1),
            (
                "start_date=2026-03-02T10:07:00.000001%2B01:00&end_date=2026-03-12",
                1,
            ),
            ("start_date=0001-01-01&end_date=2026-03-12", 1),
        ] {
            let report = get(&app.alpha, &format!("analytics/conversations?{window}")).await;
            assert_eq!(report["modalityStats"]["calls"], found, "{window}");
            assert_eq!(report["volumeStats"]["totalConversations"], found, "{window}");
        }
    })
    .await;
}

#[tokio::test]
async fn days_are_those_of_the_time_zone() {
    TestApp::run(async |app| {
        talk(&app.alpha).await;
        let query = "start_date=2026-03-02&end_date=2026-03-05";
        let path = format!("analytics/conversations/daily?{query}&tz=Asia/Kathmandu");
        let series = get(&app.alpha, &path).await;
        let day = |date: &str, [received, responded, time, messages, sent]: [i64; 5]| {
            json!({
                "date": date, "numConversationsReceived": received, "numConversationsRespondedTo": responded,
                "responseTime": time, "numMessagesReceived": messages, "numMessagesSent": sent,
            })
        };
        let days = json!([
            day("2026-03-02", [1, 1, 3600, 1, 1]),
            day("2026-03-03", [1, 0, 0, 1, 0]),
            day("2026-03-04", [0, 0, 0, 0, 1]),
        ]);
        assert_eq!(series, json!({"tz": "Asia/Kathmandu", "data": days}));
        let east = get(
            &app.alpha,
            &format!("analytics/conversations/daily?{query}&tz=Pacific/Kiritimati"),
        )
        .await;
        // Fourteen hours ahead, the second day begins at ten in the morning of the first.
        assert_eq!(east["data"][0], day("2026-03-02", [1, 1, 3600, 1, 0]));
        assert_eq!(east["data"][1], day("2026-03-03", [1, 0, 0, 1, 1]));
        let own = get(&app.alpha, &format!("analytics/conversations/daily?{query}")).await;
        assert_eq!(own["tz"], "UTC");
        let path = format!("analytics/conversations/daily?{query}&tz=Mars/Olympus");
        let unknown = app.alpha.get(&path);
        assert_eq!(
            unknown.await.expect(422).detail(),
            "tz: is no IANA time zone: Mars/Olympus"
        );
        let long = app
            .alpha
            .get("analytics/conversations/daily?start_date=2020-01-01&end_date=2026-03-01");
        assert_eq!(
            long.await.expect(422).detail(),
            "end_date: must be at most 366 days after start_date"
        );
    })
    .await;
}
