//! The retired first version of the API.

use crate::support::shape::{SOLUTION_ANALYTICS, assert_shape};
use rapport_platform::ids;
use rapport_test_support::{Response, Tenant, TestApp};
use serde_json::{Value, json};

const MARCH: &str = "start_date=2026-03-01&end_date=2026-03-12";

fn uuid(tenant: &Tenant) -> String {
    ids::parse_opaque(&tenant.organization_id).unwrap().to_string()
}

#[track_caller]
fn assert_retired(answer: &Response, successor: &str) {
    assert_eq!(answer.header("deprecation"), "@1780099200");
    assert_eq!(
        answer.header("link"),
        format!("<{successor}>; rel=\"successor-version\"")
    );
}

#[tokio::test]
async fn solutions_are_the_organizations_of_the_key() {
    TestApp::run(async |app| {
        let listed = app.alpha.reader.get("/api/v1/solutions").await.expect(200);
        assert_eq!(listed.json, json!([{"uuid": uuid(&app.alpha), "name": "Alpha"}]));
        assert_retired(&listed, "/api/v2/organizations");
        let anonymous = app.anonymous().get("/api/v1/solutions").await.expect(403);
        assert_eq!(anonymous.json, json!({"detail": "Missing API Key"}));
        assert_retired(&anonymous, "/api/v2/organizations");
    })
    .await;
}

#[tokio::test]
async fn a_solution_is_found_by_its_uuid() {
    TestApp::run(async |app| {
        let path = |id: &str| format!("/api/v1/solutions/{id}/analytics?{MARCH}");
        let found = app.alpha.reader.get(&path(&uuid(&app.alpha))).await.expect(200);
        assert_shape(&found.json, SOLUTION_ANALYTICS);
        let successor = format!(
            "/api/v2/organizations/{}/analytics/conversations",
            app.alpha.organization_id
        );
        assert_retired(&found, &successor);
        let same = app
            .alpha
            .reader
            .get(&path(&app.alpha.organization_id))
            .await
            .expect(200);
        assert_eq!(same.json, found.json);
        let other = app.alpha.reader.get(&path(&uuid(&app.beta))).await.expect(404);
        assert_eq!(other.detail(), "Solution not found");
        let wrong = app.alpha.reader.get(&path("1")).await.expect(400);
        assert_eq!(wrong.detail(), "Invalid solution_id");
    })
    .await;
}

async fn lead(tenant: &Tenant, messages: &[Value]) -> String {
    let contact = tenant
        .post("contacts", &json!({"name": "Diana"}))
        .await
        .expect(201);
    let body = json!({"contact_id": contact.text("contact_id")});
    let made = tenant.post("conversations", &body).await.expect(201);
    let id = made.text("conversation_id").to_owned();
    for message in messages {
        tenant
            .post(&format!("conversations/{id}/messages"), message)
            .await
            .expect(201);
    }
    id
}

fn message(direction: &str, modality: &str, subject: &str, at: &str) -> Value {
    let mut message = json!({
        "modality": modality, "message_direction": direction, "content": "Hello", "sent_at": at
    });
    if modality == "email" {
        message["subject"] = subject.into();
    }
    if modality == "form_request" {
        message["form_request_body"] = json!({"name": "Diana"});
    }
    message
}

/// Three leads, a conversation that began with us, and a lead of another time.
async fn talk(tenant: &Tenant) {
    // Monday: answered after 90 minutes, of which 30 are business hours; the lead wrote again and waits.
    lead(
        tenant,
        &[
            message("received", "email", "A roof", "2026-03-02T08:00:00Z"),
            message("sent", "email", "Re: A roof", "2026-03-02T09:30:00Z"),
            message("received", "email", "Re: A roof", "2026-03-02T12:00:00Z"),
        ],
    )
    .await;
    // Answered at night, hours of business later, and silent since.
    lead(
        tenant,
        &[
            message("received", "email", "Fwd: A wall", "2026-03-02T10:00:00Z"),
            message("sent", "email", "Re: A wall", "2026-03-02T20:00:00Z"),
        ],
    )
    .await;
    // Never answered.
    lead(
        tenant,
        &[message("received", "form_request", "", "2026-03-03T10:00:00Z")],
    )
    .await;
    // No lead: it began with us.
    lead(
        tenant,
        &[
            message("sent", "text", "", "2026-03-03T10:00:00Z"),
            message("received", "text", "", "2026-03-03T11:00:00Z"),
        ],
    )
    .await;
    // Of another time.
    lead(tenant, &[message("received", "text", "", "2026-02-03T10:00:00Z")]).await;
}

#[tokio::test]
async fn every_figure_is_computed() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        talk(tenant).await;
        let path = format!("/api/v1/solutions/{}/analytics?{MARCH}", uuid(tenant));
        let report = tenant.reader.get(&path).await.expect(200).json;
        assert_shape(&report, SOLUTION_ANALYTICS);
        let expected = json!({
            "responseRateStats": {"numChatsSent": 3, "numPendingChats": 2, "responseRate": 0.6667},
            "responseTimeStats": {
                // The mean of 90 minutes and 10 hours; in business hours of half an hour and 7.
                "responseTime": 20_700, "responseTimeBusinessHours": 13_500,
                "numResponses": 2, "numResponsesBusinessHours": 1
            },
            "salesStats": {"averageSpeedToSale": 0, "numSalesCounted": 0},
            "valueStats": {"salesValue": 0.0, "quoteValue": 0.0},
            "salesFunnelStats": {
                "source": {"sessionsDirectEmail": 1, "sessionsIndirectEmail": 1, "sessionsFormRequest": 1},
                "response": {
                    "sessionsLeadResponded": 1, "sessionsGhosted": 1, "sessionsResponseSent": 2,
                    "sessionsPendingOutreach": 1
                },
                "outcome": {"sessionsQuoted": 0},
                "sale": {"sessionsSale": 0}
            },
            "autonomyRateStats": {
                "chatsSentWithChanges": 0, "chatsSentWithoutChanges": 0, "autonomyRate": 0.0
            },
            "numLeads": 3,
            "leadsHandled": 1,
            "salesRate": 0.0,
            "quoteRate": 0.0,
            "ghostRate": 0.5,
            "leadResponseScore": 33
        });
        assert_eq!(report, expected, "{report:#}");
    })
    .await;
}
