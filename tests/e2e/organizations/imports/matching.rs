//! Rows of contacts that are there.

use super::{contacts, count, counts, errors, import};
use rapport_test_support::TestApp;
use serde_json::json;
use std::fmt::Write;

#[tokio::test]
async fn a_contact_takes_over_what_the_row_has() {
    TestApp::run(async |app| {
        let hal = json!({
            "name": "Hal", "email": "hal@example.com", "company_role": "Pilot",
            "custom_fields": {"tier": "gold", "shoe": 44},
        });
        let hal = app.alpha.post("contacts", &hal).await.expect(201);
        let file = "name,email,phone_number,company,company_role,custom_fields.shoe,custom_fields.hobby\n\
                    Hal Jordan,HAL@Example.com; jordan@example.com,+14155550199,Ferris,,45,flying\n";
        let done = import(app, "match=phone_number,email", file).await;
        assert_eq!(counts(&done), [0, 1, 0, 0]);
        let found = contacts(&app.alpha).await;
        assert_eq!(found.len(), 1);
        let company = app.alpha.get("companies").await.json["data"][0]["company_id"].clone();
        let wanted = json!({
            "contact_id": hal.json["contact_id"], "name": "Hal Jordan", "email": "hal@example.com",
            "phone_number": "+14155550199", "company_id": company, "company_role": "Pilot",
            "custom_fields": {"tier": "gold", "shoe": "45", "hobby": "flying"},
            "created_at": hal.json["created_at"],
        });
        assert_eq!(found[0], wanted);
        let log = format!("audit-logs?record_id={}&limit=1", hal.text("contact_id"));
        let told = app.alpha.get(&log).await.expect(200);
        let told = told.json["data"][0]["changes"].as_array().unwrap().clone();
        let addresses = told.iter().find(|change| change["field"] == "addresses");
        let gained = json!({"field": "addresses", "from": null, "to": ["EMAIL jordan@example.com"]});
        assert_eq!(addresses, Some(&gained), "{told:?}");
        // Addresses alone are told as well.
        let more = import(app, "match=email", "email\nhal@example.com; hal@home.example\n").await;
        assert_eq!(counts(&more), [0, 1, 0, 0]);
        let told = app.alpha.get(&log).await.expect(200);
        let both = ["EMAIL jordan@example.com", "EMAIL hal@home.example"];
        let gained = json!([{"field": "addresses", "from": [both[0]], "to": both}]);
        assert_eq!(told.json["data"][0]["changes"], gained);
        // A new contact's are, too.
        let new = import(app, "", "email\nkara@example.com; kara@home.example\n").await;
        assert_eq!(counts(&new), [1, 0, 0, 0]);
        let told = app
            .alpha
            .get("audit-logs?record_type=contact&limit=1")
            .await
            .expect(200);
        let told = told.json["data"][0]["changes"].to_string();
        assert!(told.contains("EMAIL kara@home.example"), "{told}");
        let kara = app.alpha.get("contacts?limit=1").await.json["data"][0]["contact_id"].clone();
        app.alpha
            .delete(&format!("contacts/{}", kara.as_str().unwrap()))
            .await
            .expect(204);
        // By the address that it got; nothing is taken from it that the row does not have.
        let done = import(app, "match=email", "email,name\njordan@example.com,\n").await;
        assert_eq!(counts(&done), [0, 1, 0, 0]);
        assert_eq!(contacts(&app.alpha).await, [wanted]);
    })
    .await;
}

#[tokio::test]
async fn contacts_that_are_there_may_be_left_alone() {
    TestApp::run(async |app| {
        let hal = json!({"name": "Hal", "email": "hal@example.com"});
        let hal = app.alpha.post("contacts", &hal).await.expect(201);
        let file = "name,email\nHarold,hal@example.com\nCarol,carol@example.com\nC.,carol@example.com\n";
        let done = import(app, "match=email&on_match=skip", file).await;
        assert_eq!(counts(&done), [1, 0, 2, 0]);
        let found = contacts(&app.alpha).await;
        assert_eq!(found[0], hal.json);
        assert_eq!(found[1]["name"], "Carol");
    })
    .await;
}

#[tokio::test]
async fn without_a_key_every_row_makes_a_contact_unless_its_address_is_taken() {
    TestApp::run(async |app| {
        let hal = app.alpha.post("contacts", &json!({"email": "hal@example.com"})).await.expect(201);
        let file = "name,email\nHal,hal@example.com\nCarol,carol@example.com\nCarol,carol@example.com\nCarol,\nCarol,\n";
        let done = import(app, "", file).await;
        assert_eq!(counts(&done), [3, 0, 0, 2]);
        let carol = contacts(&app.alpha).await[1]["contact_id"].clone();
        let said = |owner: &serde_json::Value| format!("another contact has this address: {}", owner.as_str().unwrap());
        let failed = errors(&app.alpha, &done).await;
        assert_eq!(failed[0], ["row", "column", "message", "name", "email"]);
        assert_eq!(failed[1], ["2", "email", &said(&hal.json["contact_id"]), "Hal", "hal@example.com"]);
        assert_eq!(failed[2], ["4", "email", &said(&carol), "Carol", "carol@example.com"]);
        assert_eq!(failed.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_row_is_of_one_contact() {
    TestApp::run(async |app| {
        let hal = json!({"name": "Hal", "email": "hal@example.com"});
        app.alpha.post("contacts", &hal).await.expect(201);
        let carol = json!({"name": "Carol", "phone_number": "+14155550199"});
        let carol = app.alpha.post("contacts", &carol).await.expect(201);
        let file = "email,phone_number,name\nhal@example.com,415-555-0199,Both\n";
        let done = import(app, "match=email,phone_number", file).await;
        assert_eq!(counts(&done), [0, 0, 0, 1]);
        let said = format!("another contact has this address: {}", carol.text("contact_id"));
        assert_eq!(
            errors(&app.alpha, &done).await[1][..3],
            ["2", "phone_number", &said]
        );
        let names: Vec<_> = contacts(&app.alpha)
            .await
            .iter()
            .map(|one| one["name"].clone())
            .collect();
        assert_eq!(names, ["Hal", "Carol"]);
    })
    .await;
}

/// As many rows as make several batches, all of the same few people.
#[tokio::test]
async fn rows_of_one_file_find_what_those_before_have_made() {
    TestApp::run(async |app| {
        let mut file = "name,email,phone_number\n".to_owned();
        for row in 0..2_500 {
            // The telephone number comes with every second row, and finds the contact in the others' stead.
            let person = row % 1_200;
            let phone = format!("+1415{:07}", 5_550_000 + person);
            if row % 2 == 0 {
                writeln!(file, "Row {row},p{person}@example.com,{phone}").unwrap();
            } else {
                writeln!(file, "Row {row},P{person}@EXAMPLE.com,").unwrap();
            }
        }
        let dry = import(app, "match=email,phone_number&dry_run=true", file.clone()).await;
        let done = import(app, "match=email,phone_number", file).await;
        assert_eq!(counts(&done), [1_200, 1_300, 0, 0]);
        assert_eq!(counts(&dry), counts(&done), "a dry run tells what would be");
        assert_eq!(count(app, "SELECT count(*) FROM contacts").await, 1_200);
        assert_eq!(count(app, "SELECT count(*) FROM contact_addresses").await, 1_800);
        // The last row of each won.
        let won = "SELECT count(*) FROM contacts WHERE name = 'Row ' || CASE WHEN \
                   (substring(email FROM 2 FOR position('@' IN email) - 2))::int < 100 \
                   THEN 2400 + (substring(email FROM 2 FOR position('@' IN email) - 2))::int \
                   ELSE 1200 + (substring(email FROM 2 FOR position('@' IN email) - 2))::int END";
        assert_eq!(count(app, won).await, 1_200);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_writes_nothing() {
    TestApp::run(async |app| {
        let hal = json!({"name": "Hal", "email": "hal@example.com"});
        let hal = app.alpha.post("contacts", &hal).await.expect(201);
        let file = "name,email,company\nHal Jordan,hal@example.com,Ferris\nCarol,carol@example.com,Ferris\n,,Ferris\nX,no,\n";
        let done = import(app, "match=email&dry_run=true", file).await;
        assert_eq!(done["dry_run"], true);
        assert_eq!(counts(&done), [1, 1, 0, 2]);
        assert_eq!(errors(&app.alpha, &done).await.len(), 3);
        assert_eq!(contacts(&app.alpha).await, [hal.json]);
        assert_eq!(count(app, "SELECT count(*) FROM companies").await, 0);
        assert_eq!(count(app, "SELECT count(*) FROM contact_addresses").await, 1);
        let logged = "SELECT count(*) FROM audit_logs WHERE request_id LIKE 'job-%' AND record_type <> 'contact_import'";
        assert_eq!(count(app, logged).await, 0);
        assert_eq!(counts(&import(app, "match=email", file).await), [1, 1, 0, 2]);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_names_no_contact_that_it_would_have_made() {
    TestApp::run(async |app| {
        let done = import(app, "dry_run=true", "email\nnew@example.com\nnew@example.com\n").await;
        let failed = errors(&app.alpha, &done).await;
        assert_eq!(
            failed[1],
            ["3", "email", "a row before has this address", "new@example.com"]
        );
    })
    .await;
}

#[tokio::test]
async fn rows_are_numbered_as_spreadsheets_number_them() {
    TestApp::run(async |app| {
        let file = "\nname,email\n\"Hal\nJordan\",hal@example.com\n\n\nCarol,bad\n";
        let failed = errors(&app.alpha, &import(app, "", file).await).await;
        assert_eq!(
            failed[1],
            ["6", "email", "is not an e-mail address", "Carol", "bad"]
        );
    })
    .await;
}
