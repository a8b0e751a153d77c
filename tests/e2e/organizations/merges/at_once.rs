//! Many merges at once.

use super::{make, merge};
use futures_util::future::join_all;
use rapport_test_support::TestApp;
use serde_json::json;

/// Eight contacts, their companies and their conversations.
async fn people(app: &TestApp) -> (Vec<String>, Vec<String>, Vec<String>) {
    let (mut contacts, mut companies, mut conversations) = (vec![], vec![], vec![]);
    for number in 0..8 {
        let company = make(&app.alpha, "companies", json!({"name": format!("Firm {number}")})).await;
        let body = json!({"name": format!("{number}"), "email": format!("{number}@example.com"), "company_id": company, "custom_fields": {number.to_string(): number}});
        let contact = make(&app.alpha, "contacts", body).await;
        let made = app
            .alpha
            .post("conversations", &json!({"contact_id": contact}))
            .await
            .expect(201);
        conversations.push(made.text("conversation_id").to_owned());
        contacts.push(contact);
        companies.push(company);
    }
    (contacts, companies, conversations)
}

/// Nothing is lost, nothing leads in a circle, and nobody is told of a deadlock.
#[tokio::test]
async fn many_merges_at_once_on_the_same_contacts_leave_one_truth() {
    TestApp::run(async |app| {
        let (contacts, companies, conversations) = people(app).await;
        let (contacts, companies, conversations) = (&contacts, &companies, &conversations);
        let one = async |number: usize| {
            let (a, b) = (number % 8, (number * 5 + number / 8 + 1) % 8);
            match number % 7 {
                0 | 1 => merge(&app.alpha, "contacts", &contacts[a], &[&contacts[b]]).await,
                2 => merge(&app.alpha, "companies", &companies[a], &[&companies[b]]).await,
                3 => {
                    let path = format!("contacts/{}", contacts[b]);
                    app.alpha.patch(&path, &json!({"company_role": number.to_string(), "company_id": companies[a]})).await
                }
                4 => {
                    let message = json!({"modality": "text", "message_direction": "received", "content": "Hello"});
                    app.alpha.post(&format!("conversations/{}/messages", conversations[b]), &message).await
                }
                _ => app.alpha.post("conversations", &json!({"contact_id": contacts[b]})).await,
            }
        };
        let answers = join_all((0..180).map(|number| async move { (number % 7, one(number).await) })).await;
        for (kind, answer) in &answers {
            let said = String::from_utf8_lossy(&answer.body);
            assert!([200, 201, 409, 422].contains(&answer.status), "{kind}: {} {said}", answer.status);
            assert!(answer.status != 422 || said.contains("must not hold"), "{said}");
        }
        let done = |kinds: &[usize], status: u16| {
            let count = answers.iter().filter(|(kind, answer)| kinds.contains(kind) && answer.status == status);
            i64::try_from(count.count()).unwrap()
        };
        assert!(done(&[0, 1], 200) > 0 && done(&[2], 200) > 0);
        let sql = app.database.sql().await;
        let count = async |query: &str| sql.query_one(query, &[]).await.unwrap().get::<_, i64>(0);
        let merges = done(&[0, 1], 200);
        assert_eq!(count("SELECT count(*) FROM contacts WHERE merged_into IS NOT NULL").await, merges);
        let lost = "SELECT count(*) FROM contacts c JOIN contacts s ON s.id = c.merged_into WHERE s.deleted_at IS NOT NULL";
        assert_eq!(count(lost).await, 0, "who is merged leads to who is there");
        let lost = "SELECT count(*) FROM conversations v JOIN contacts c ON c.id = v.contact_id WHERE c.deleted_at IS NOT NULL";
        assert_eq!(count(lost).await, 0, "conversations are with who is there");
        let kept = "SELECT count(*) FROM contact_addresses a JOIN contacts c ON c.id = a.contact_id WHERE c.deleted_at IS NULL";
        assert_eq!(count(kept).await, 8, "no address is lost");
        let fields = "SELECT count(DISTINCT key) FROM contacts c, jsonb_object_keys(c.custom_fields) AS key WHERE c.deleted_at IS NULL";
        assert_eq!(count(fields).await, 8, "no custom field is lost");
        assert_eq!(count("SELECT count(*) FROM messages").await, done(&[4], 201));
        assert_eq!(count("SELECT count(*) FROM conversations").await, 8 + done(&[5, 6], 201));
        assert_eq!(count("SELECT count(*) FROM companies").await, 8 - done(&[2], 200));
        assert_eq!(count("SELECT count(*) FROM company_redirects").await, done(&[2], 200));
        for (kind, wanted) in [("contact", merges), ("company", done(&[2], 200))] {
            let logged = format!("SELECT count(*) FROM audit_logs WHERE action_type = 'delete' AND record_type = '{kind}'");
            assert_eq!(count(&logged).await, wanted, "each merge is in the audit log");
        }
    })
    .await;
}
