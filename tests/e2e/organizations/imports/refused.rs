//! Files and rows that cannot be taken.

use super::{contacts, count, counts, errors, find, import, stored, upload};
use crate::support::records::unknown_id;
use rapport_test_support::TestApp;
use reqwest::Method;
use serde_json::json;

/// Query strings and files, and what is said of them.
const WRONG: &[(&str, &str, &str)] = &[
    ("", "", "file: has no header row"),
    ("", " , ,\nHal", "file: has no header row"),
    (
        "",
        "a,b\n1,2\n",
        "column: no column of the file goes into a field of contacts",
    ),
    (
        "column.Name=nmae",
        "Name\n",
        "column.Name: nmae is not a field that can be imported",
    ),
    (
        "column.E-Mail=email",
        "Name,Mail\n",
        "column.E-Mail: the file has no such column",
    ),
    (
        "column.First=name&column.Last=name",
        "First,Last\n",
        "column.Last: name takes one column",
    ),
    ("column.A=name&column.a=email", "A\n", "column.a: is given twice"),
    (
        "match=name",
        "name\n",
        "match: must be email, phone_number or both, separated by a comma",
    ),
    (
        "match=email,email",
        "email\n",
        "match: must be email, phone_number or both, separated by a comma",
    ),
    (
        "match=email",
        "name\n",
        "match: no column of the file goes into email",
    ),
    ("on_match=delete", "name\n", "on_match: must be update or skip"),
    ("dry_run=perhaps", "name\n", "dry_run: must be true or false"),
    ("dry_run=true&dry_run=true", "name\n", "dry_run: is given twice"),
    (
        "colum.Name=name",
        "name\n",
        "colum.Name: is not a parameter of imports",
    ),
];

#[tokio::test]
async fn what_is_wrong_with_a_file_is_named_before_it_is_taken() {
    TestApp::run(async |app| {
        for (query, file, said) in WRONG {
            let refused = upload(&app.alpha, query, *file).await.expect(422);
            assert_eq!(refused.detail(), *said);
        }
        let latin = upload(&app.alpha, "", b"name\nHal\nJ\xfcrgen\n".to_vec())
            .await
            .expect(422);
        assert_eq!(
            latin.detail(),
            "file: line 3 is not UTF-8; save the file as CSV UTF-8"
        );
        assert_eq!(stored(app), 0, "nothing is kept of what is refused");
        assert_eq!(count(app, "SELECT count(*) FROM contact_imports").await, 0);
    })
    .await;
}

#[tokio::test]
async fn only_csv_of_a_bearable_size_is_taken() {
    TestApp::run(async |app| {
        let json = app
            .alpha
            .post("contacts/imports", &json!({"name": "Hal"}))
            .await
            .expect(415);
        assert_eq!(json.detail(), "The request body must be text/csv");
        let mut large = b"name\n".to_vec();
        large.resize(64 * 1024 * 1024 + 1, b'x');
        let large = upload(&app.alpha, "", large).await.expect(413);
        assert_eq!(large.detail(), "The request body is larger than 67108864 bytes");
        assert_eq!(stored(app), 0);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_row_does_not_keep_the_others() {
    TestApp::run(async |app| {
        let long = "x".repeat(256);
        let file = format!(
            "Full Name,Mail,Phone,custom_fields.note\n\
             Hal,hal@example.com,+14155550199,\"a \"\"note\"\"\nin two lines\"\n\
             Bad,not an address,,\n\
             {long},,,\n\
             ,,,only a note\n\
             Bad,,12,=1+1\n\
             Bad,b@example.com,,x,y\n\
             Bad,nul@example.com,,\0\n\
             Short\n\
             ,,,\n"
        );
        let query = "column.Full%20Name=name&column.Mail=email&column.Phone=phone_number\
                     &column.custom_fields.note=custom_fields.note";
        let done = import(app, query, file).await;
        assert_eq!(done["state"], "done");
        assert_eq!(counts(&done), [2, 0, 1, 6]);
        let made = contacts(&app.alpha).await;
        assert_eq!(
            made[0]["custom_fields"],
            json!({"note": "a \"note\"\nin two lines"})
        );
        assert_eq!(made[1]["name"], "Short");
        let rows = errors(&app.alpha, &done).await;
        let failed: Vec<[&str; 3]> = rows.iter().map(|row| [&*row[0], &*row[1], &*row[2]]).collect();
        let wanted = [
            ["row", "column", "message"],
            ["3", "Mail", "is not an e-mail address"],
            ["4", "Full Name", "must have at most 255 characters"],
            [
                "5",
                "Full Name",
                "at least one of name, email and phone_number is required",
            ],
            ["6", "Phone", "is not a telephone number"],
            ["7", "", "has 5 cells, but the header has 4"],
            ["8", "custom_fields.note", "must not contain NUL characters"],
        ];
        assert_eq!(failed, wanted);
        assert_eq!(rows[0][3..], ["Full Name", "Mail", "Phone", "custom_fields.note"]);
        assert_eq!(
            rows[4][3..],
            ["Bad", "", "12", "'=1+1"],
            "no formula for spreadsheets"
        );
        assert_eq!(rows[5][3..], ["Bad", "b@example.com", "", "x", "y"]);
        // The very messages of a single contact.
        let single = app
            .alpha
            .post("contacts", &json!({"email": "not an address"}))
            .await
            .expect(422);
        assert_eq!(single.detail(), "email: is not an e-mail address");
    })
    .await;
}

#[tokio::test]
async fn a_file_that_loses_a_quotation_mark_is_given_up() {
    TestApp::run(async |app| {
        let sound = (0..1_000).map(|row| format!("Row {row}\n"));
        let open = "open\n".repeat(250_000);
        let file = format!("name\n{}\"{open}", sound.collect::<String>());
        let failed = import(app, "", file).await;
        assert_eq!(failed["state"], "failed");
        let said = failed["error"].as_str().unwrap();
        assert!(said.contains("is longer than 1 MiB"), "{said}");
        assert_eq!(stored(app), 0);
        assert_ne!(failed["finished_at"], serde_json::Value::Null);
    })
    .await;
}

#[tokio::test]
async fn another_organization_sees_nothing_of_an_import() {
    TestApp::run(async |app| {
        let done = import(app, "match=email", "name,email\nHal,hal@example.com\nX,no\n").await;
        let id = done["import_id"].as_str().unwrap();
        for path in [
            format!("contacts/imports/{id}"),
            format!("contacts/imports/{id}/errors.csv"),
        ] {
            let foreign = app.beta.get(&path).await.expect(404);
            let unknown = app.beta.get(&path.replace(id, &unknown_id())).await.expect(404);
            assert_eq!(
                (foreign.detail(), &foreign.json),
                ("Import not found", &unknown.json)
            );
        }
        // The same address is another contact there.
        let theirs = upload(&app.beta, "match=email", "name,email\nHarold,hal@example.com\n")
            .await
            .expect(202);
        app.run_pending_jobs().await;
        assert_eq!(
            counts(&find(&app.beta, theirs.text("import_id")).await),
            [1, 0, 0, 0]
        );
        assert_eq!(contacts(&app.alpha).await[0]["name"], "Hal");
        let request = app.alpha.reader.request(Method::POST, "contacts/imports");
        app.alpha
            .reader
            .send(request.header("content-type", "text/csv").body("name\n"))
            .await
            .expect(403);
    })
    .await;
}
