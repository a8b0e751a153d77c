//! Erasing contacts: nothing is left of the person, and nothing else is gone.

use crate::support::records::{Records, unknown_id};
use rapport_test_support::{Response, TestApp};
use serde_json::{Value, json};

/// What is only known of Carol.
const CAROL: [&str; 9] = [
    "Carol",
    "carol@ferris.example",
    "867-5309",
    "5138675309",
    "Pilot",
    "allergic to kryptonite",
    "the roof leaks",
    "Star Sapphire",
    "diary.txt",
];

/// Gives Carol all that a contact can have and answers the path to her.
async fn carol(app: &TestApp, records: &Records) -> String {
    let path = format!("contacts/{}", records.get("contact_id").unwrap());
    let more = json!({
        "phone_number": "513-867-5309", "company_role": "Pilot", "custom_fields": {"notes": "allergic to kryptonite"}
    });
    app.alpha.patch(&path, &more).await.expect(200);
    let said = json!({
        "modality": "email", "message_direction": "received", "subject": "the roof leaks",
        "content": "Carol here: the roof leaks", "body_html": "<p>the roof leaks</p>",
        "email_metadata": {"email_message_id": "<1@ferris.example>", "cc_emails": ["carol@ferris.example"]}
    });
    let filled = json!({
        "modality": "form_request", "message_direction": "received", "form_request_body": {"alias": "Star Sapphire"}
    });
    let messages = format!(
        "conversations/{}/messages",
        records.get("conversation_id").unwrap()
    );
    for message in [said, filled] {
        app.alpha.post(&messages, &message).await.expect(201);
    }
    path
}

/// Everything the database holds, as text; of byte strings their digits.
async fn dump(app: &TestApp) -> String {
    let sql = app.database.sql().await;
    let tables = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' \
                  AND table_name NOT LIKE 'pg_stat%'";
    let mut all = Vec::new();
    for row in sql.query(tables, &[]).await.unwrap() {
        let table: String = row.get(0);
        let rows = format!("SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM \"{table}\" t");
        let text: String = sql.query_one(&rows, &[]).await.unwrap().get(0);
        all.push(format!("== {table}\n{text}\n"));
    }
    all.concat()
}

async fn erase(app: &TestApp, contact: &str) -> Response {
    app.alpha
        .post(&format!("{contact}/erase"), &json!({"confirm": true}))
        .await
}

fn known(dump: &str) -> Vec<&'static str> {
    CAROL.into_iter().filter(|text| dump.contains(text)).collect()
}

#[tokio::test]
async fn nothing_of_the_person_is_left() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let path = carol(app, &records).await;
        let (alpha, content) = (app.alpha.organization, sha(app).await);
        let before = dump(app).await;
        let expected: Vec<_> = CAROL.into_iter().filter(|text| *text != "diary.txt").collect();
        assert_eq!(known(&before), expected, "the test knows where to look");
        assert!(before.contains("roof.txt") && app.files.has(alpha, &content).await.unwrap());

        erase(app, &path).await.expect(204);
        app.run_pending_jobs().await;
        let after = dump(app).await;
        assert_eq!(known(&after), [""; 0], "{after}");
        assert!(!after.contains("roof.txt"), "{after}");
        assert!(!app.files.has(alpha, &content).await.unwrap());
        assert!(
            after.contains("Ferris Aircraft"),
            "the company is none of the person"
        );
    })
    .await;
}

async fn sha(app: &TestApp) -> Vec<u8> {
    let row = app
        .database
        .sql()
        .await
        .query_one("SELECT sha256 FROM files", &[])
        .await;
    row.unwrap().get(0)
}

#[tokio::test]
async fn what_others_count_and_refer_to_stays() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let path = carol(app, &records).await;
        let messages = format!(
            "conversations/{}/messages",
            records.get("conversation_id").unwrap()
        );
        let before = app.alpha.get(&messages).await.expect(200);
        let conversation = format!("conversations/{}", records.get("conversation_id").unwrap());
        let held = app.alpha.get(&conversation).await.expect(200);
        erase(app, &path).await.expect(204);
        app.run_pending_jobs().await;

        assert_eq!(app.alpha.get(&conversation).await.expect(200).json, held.json);
        let after = app.alpha.get(&messages).await.expect(200);
        let (before, after) = (
            before.json["data"].as_array().unwrap(),
            after.json["data"].as_array().unwrap(),
        );
        assert_eq!((before.len(), after.len()), (3, 3));
        for (before, after) in before.iter().zip(after) {
            for kept in [
                "message_id",
                "agent_id",
                "modality",
                "message_direction",
                "is_form_request",
                "sent_at",
            ] {
                assert_eq!(before[kept], after[kept], "{kept}");
            }
            for emptied in ["subject", "content", "call_transcript", "form_request_body"] {
                assert_eq!(after[emptied], Value::Null, "{emptied}");
            }
            let empty = json!({"email_message_id": null, "cc_emails": [], "bcc_emails": []});
            assert_eq!(after["email_metadata"], empty);
        }
        let file = format!("files/{}", records.get("file_id").unwrap());
        app.alpha.get(&file).await.expect(404);
        let said = json!({"modality": "text", "message_direction": "sent", "content": "Hello?"});
        let refused = app.alpha.post(&messages, &said).await.expect(409);
        assert_eq!(refused.detail(), "The contact of this conversation was erased");
    })
    .await;
}

#[tokio::test]
async fn an_erased_contact_answers_as_one_that_does_not_exist_and_its_addresses_are_free() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let path = carol(app, &records).await;
        erase(app, &path).await.expect(204);
        app.run_pending_jobs().await;
        for answer in [
            app.alpha.get(&path).await,
            app.alpha.patch(&path, &json!({"name": "Carol"})).await,
            app.alpha.delete(&path).await,
            erase(app, &path).await,
            app.alpha.get(&format!("{path}/conversations")).await,
            erase(app, &format!("contacts/{}", unknown_id())).await,
        ] {
            assert_eq!(answer.expect(404).detail(), "Contact not found");
        }
        let again = json!({"email": "carol@ferris.example", "phone_number": "513-867-5309"});
        let again = app.alpha.post("contacts", &again).await.expect(201);
        assert!(!path.ends_with(again.text("contact_id")));
    })
    .await;
}

#[tokio::test]
async fn it_must_be_meant() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let path = carol(app, &records).await;
        for (body, detail) in [
            (json!({"confirm": false}), "confirm: must be true"),
            (json!({}), "confirm"),
        ] {
            let refused = app.alpha.post(&format!("{path}/erase"), &body).await.expect(422);
            assert!(refused.detail().contains(detail), "{}", refused.detail());
        }
        assert_eq!(
            app.alpha.get(&path).await.expect(200).text("email"),
            "carol@ferris.example"
        );
    })
    .await;
}

#[tokio::test]
async fn a_deleted_contact_can_be_erased_and_a_repeated_request_is_answered_alike() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let path = carol(app, &records).await;
        app.alpha.delete(&path).await.expect(204);
        let erase = || {
            let request = app.alpha.request(reqwest::Method::POST, &format!("{path}/erase"));
            app.alpha.send(
                request
                    .header("Idempotency-Key", "erase-carol")
                    .json(&json!({"confirm": true})),
            )
        };
        assert_eq!(erase().await.expect(204).header("Idempotent-Replayed"), "");
        app.run_pending_jobs().await;
        assert_eq!(known(&dump(app).await), [""; 0]);
        assert_eq!(erase().await.expect(204).header("Idempotent-Replayed"), "true");
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_tells_that_it_was_erased_and_keeps_who_did_what_when() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let path = carol(app, &records).await;
        let of_carol = format!("audit-logs?record_id={}", records.get("contact_id").unwrap());
        let before = app.alpha.get(&of_carol).await.expect(200);
        erase(app, &path).await.expect(204);
        app.run_pending_jobs().await;
        let after = app.alpha.get(&of_carol).await.expect(200);
        let (before, after) = (
            before.json["data"].as_array().unwrap(),
            after.json["data"].as_array().unwrap(),
        );
        let erased = json!([{"field": "erased_at", "from": null, "to": "2026-03-12T00:32:13.782565Z"}]);
        assert_eq!(
            (&after[0]["action_type"], &after[0]["changes"]),
            (&json!("update"), &erased)
        );
        assert_eq!(after.len(), before.len() + 1);
        for (before, after) in before.iter().zip(&after[1..]) {
            for kept in ["audit_log_id", "occurred_at", "agent_id", "action_type", "record"] {
                assert_eq!(before[kept], after[kept], "{kept}");
            }
            let fields = |entry: &Value| -> Vec<Value> {
                let changes = entry["changes"].as_array().unwrap();
                changes.iter().map(|change| change["field"].clone()).collect()
            };
            assert_eq!(fields(before), fields(after));
            let values = after["changes"].as_array().unwrap();
            let values: Vec<_> = values
                .iter()
                .flat_map(|change| [&change["from"], &change["to"]])
                .collect();
            assert!(
                values.iter().all(|value| value.is_null() || *value == "[erased]"),
                "{values:?}"
            );
        }
        // What was said is gone from there, too; in which conversation is not.
        let said = app
            .alpha
            .get("audit-logs?record_type=message&action_type=insert")
            .await
            .expect(200);
        let changes = &said.json["data"][0]["changes"];
        assert_eq!(changes[0]["to"], records.get("conversation_id").unwrap());
        assert_eq!(said.json["data"].as_array().unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn another_persons_file_with_the_same_content_stays() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let path = carol(app, &records).await;
        let hal = json!({"name": "Hal"});
        let hal = app
            .alpha
            .post("contacts", &hal)
            .await
            .expect(201)
            .text("contact_id")
            .to_owned();
        let talk = app
            .alpha
            .post("conversations", &json!({"contact_id": hal}))
            .await
            .expect(201);
        let talk = talk.text("conversation_id").to_owned();
        let said = json!({"modality": "email", "message_direction": "sent", "content": "See attached."});
        let said = app
            .alpha
            .post(&format!("conversations/{talk}/messages"), &said)
            .await
            .expect(201);
        let file = crate::support::records::attach(app, &app.alpha, &talk, said.text("message_id")).await;
        erase(app, &path).await.expect(204);
        app.run_pending_jobs().await;
        let kept = app.alpha.get(&format!("files/{file}")).await.expect(200);
        assert_eq!(kept.body, b"roof");
        assert_eq!(known(&dump(app).await), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn contacts_erased_at_once_while_messages_come_in_leave_nothing() {
    TestApp::run(async |app| {
        let mut paths = Vec::new();
        for number in 0..6 {
            let new = json!({"name": "Carol", "email": format!("carol{number}@example.com")});
            let contact = app
                .alpha
                .post("contacts", &new)
                .await
                .expect(201)
                .text("contact_id")
                .to_owned();
            let talk = json!({"contact_id": contact, "subject": "the roof leaks"});
            let talk = app.alpha.post("conversations", &talk).await.expect(201);
            paths.push((
                contact,
                format!("conversations/{}/messages", talk.text("conversation_id")),
            ));
        }
        let said = json!({"modality": "text", "message_direction": "received", "content": "the roof leaks"});
        let (app, said) = (&app, &said);
        let work = paths.iter().map(|(contact, messages)| async move {
            let erase = format!("contacts/{contact}/erase");
            let confirmed = json!({"confirm": true});
            let (one, erased, two, three) = tokio::join!(
                app.alpha.post(messages, said),
                app.alpha.post(&erase, &confirmed),
                app.alpha.post(messages, said),
                app.alpha.post(&erase, &confirmed),
            );
            let mut erasures = [erased.status, three.status];
            erasures.sort_unstable();
            assert_eq!(erasures, [204, 404]);
            for said in [one, two] {
                assert!([201, 409].contains(&said.status), "{}", said.detail());
            }
        });
        futures_util::future::join_all(work).await;
        assert_eq!(known(&dump(app).await), [""; 0]);
    })
    .await;
}
