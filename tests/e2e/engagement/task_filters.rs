//! Which tasks are listed.

use super::stage::{Stage, assert_blames};
use chrono::{SecondsFormat, TimeDelta};
use rapport_test_support::{TestApp, epoch};
use serde_json::{Value, json};
use std::collections::HashSet;

/// The objectives of the listed tasks, and how many there are on all pages.
async fn listed(stage: &Stage<'_>, query: &str) -> (Vec<String>, i64) {
    let page = stage
        .tenant
        .get(&format!("/api/v1/tasks?{query}"))
        .await
        .expect(200)
        .json;
    let text = |task: &Value| task["objective"].as_str().unwrap().to_owned();
    let mut names: Vec<_> = page["items"].as_array().unwrap().iter().map(text).collect();
    names.sort();
    (names, page["totalCount"].as_i64().unwrap())
}

fn day(days: i64) -> String {
    (epoch() + TimeDelta::days(days)).to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Tasks of every kind, by the objectives.
async fn fill(stage: &Stage<'_>, other: i64, ada: i64) {
    let ai = json!({"id": ada.to_string(), "type": "ai_employee"});
    let elsewhere = json!({"conversationId": other});
    for (objective, more) in [
        ("ahead", json!({"dueDate": day(2)})),
        (
            "ahead-ai",
            json!({"dueDate": day(3), "assignedTo": ai, "context": elsewhere}),
        ),
        ("now", json!({"dueDate": day(0)})),
        ("late", json!({"dueDate": day(-1)})),
        ("late-ai", json!({"dueDate": day(-2), "assignedTo": ai})),
        ("open", json!({})),
        (
            "done",
            json!({"status": "completed", "dueDate": day(-2), "context": elsewhere}),
        ),
        ("off", json!({"status": "cancelled", "dueDate": day(2)})),
    ] {
        let mut more = more;
        more["objective"] = objective.into();
        stage.task(&more).await;
    }
}

#[tokio::test]
async fn every_filter_holds_alone_and_with_others() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let (other, ada) = (stage.conversation("Hal Jordan").await, stage.ai_employee().await);
        fill(&stage, other, ada).await;
        Stage::of(app, &app.beta)
            .await
            .task(&json!({"objective": "foreign"}))
            .await;
        let (user, conversation) = (stage.user, stage.conversation);
        for (query, wanted) in [
            (String::new(), "ahead ahead-ai done late late-ai now off open"),
            ("status=completed".to_owned(), "done"),
            ("status=cancelled".to_owned(), "off"),
            ("status=scheduled".to_owned(), "ahead ahead-ai now open"),
            ("status=overdue".to_owned(), "late late-ai"),
            (
                "status=pending".to_owned(),
                "ahead ahead-ai late late-ai now open",
            ),
            (format!("dueBefore={}", day(0)), "done late late-ai"),
            (format!("dueAfter={}", day(0)), "ahead ahead-ai now off"),
            (format!("dueAfter={}&dueBefore={}", day(-1), day(2)), "late now"),
            (format!("conversationId={other}"), "ahead-ai done"),
            ("conversationId=999999".to_owned(), ""),
            ("assignedToType=ai_employee".to_owned(), "ahead-ai late-ai"),
            ("assignedToType=user".to_owned(), "ahead done late now off open"),
            (
                format!("assignedToType=ai_employee&assignedToId={ada}"),
                "ahead-ai late-ai",
            ),
            (format!("assignedToType=ai_employee&assignedToId={}", ada + 1), ""),
            (
                format!("assignedToType=user&assignedToId={user}"),
                "ahead done late now off open",
            ),
            (
                format!(
                    "status=overdue&conversationId={conversation}&assignedToType=ai_employee&dueBefore={}",
                    day(-1)
                ),
                "late-ai",
            ),
        ] {
            let wanted: Vec<_> = wanted.split_whitespace().map(str::to_owned).collect();
            let count = i64::try_from(wanted.len()).unwrap();
            assert_eq!(listed(&stage, &query).await, (wanted, count), "{query}");
        }
        // Without a type, the number may be that of either.
        let either = listed(&stage, &format!("assignedToId={ada}")).await.0;
        assert!(either.contains(&"ahead-ai".to_owned()), "{either:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_filter_is_named() {
    TestApp::run(async |app| {
        for (query, field) in [
            ("status=done", "status"),
            ("dueBefore=tomorrow", "dueBefore"),
            ("dueAfter=1", "dueAfter"),
            ("conversationId=x", "conversationId"),
            ("conversationId=0.1", "conversationId"),
            ("conversationId=9007199254740993", "conversationId"),
            ("assignedToType=robot", "assignedToType"),
            ("assignedToId=me", "assignedToId"),
            ("limit=0", "limit"),
            ("limit=501", "limit"),
            ("limit=x", "limit"),
            ("pageToken=Xde34567890", "pageToken"),
        ] {
            assert_blames(&app.alpha.get(&format!("/api/v1/tasks?{query}")).await, field);
        }
    })
    .await;
}

#[tokio::test]
async fn pages_meet_each_task_once_newest_first() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        for number in 0..25 {
            // Always two of one time, so that the id must decide between them.
            if number % 2 == 0 {
                app.database.clock.advance(TimeDelta::seconds(1));
            }
            let due = if number < 5 { day(9) } else { day(-1) };
            stage
                .task(&json!({"objective": format!("{number:02}"), "dueDate": due}))
                .await;
        }
        let mut met = Vec::new();
        let mut token = String::new();
        loop {
            let page = app
                .alpha
                .get(&format!("/api/v1/tasks?limit=10&status=overdue{token}"))
                .await
                .expect(200);
            assert_eq!(page.json["totalCount"], 20);
            let items = page.json["items"].as_array().unwrap().clone();
            met.extend(
                items
                    .iter()
                    .map(|task| task["objective"].as_str().unwrap().to_owned()),
            );
            match page.json["nextPageToken"].as_str() {
                Some(next) => token = format!("&pageToken={next}"),
                None => break,
            }
            // A token is good only for the filters it came from, and for its own organization.
            let other = app.alpha.get(&format!("/api/v1/tasks?limit=10{token}")).await;
            assert_blames(&other, "pageToken");
            let foreign = app
                .beta
                .get(&format!("/api/v1/tasks?limit=10&status=overdue{token}"))
                .await;
            assert_blames(&foreign, "pageToken");
        }
        let wanted: Vec<_> = (5..25).rev().map(|number| format!("{number:02}")).collect();
        assert_eq!(met, wanted);
        assert_eq!(met.iter().collect::<HashSet<_>>().len(), 20);
        let first = app.alpha.get("/api/v1/tasks").await.expect(200);
        assert_eq!(first.json["items"].as_array().unwrap().len(), 20, "the default");
    })
    .await;
}
