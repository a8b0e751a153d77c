//! The audit log.

use crate::stage::{ALL, Stage, is_not_found};
use rapport_crm_core::audit::{self, Action, AuditFilter, AuditService, Changes, PgAuditLogs, RECORD_TYPES};
use rapport_crm_core::{ContactService, NewContact, PgContacts};
use rapport_platform::{Error, Page, PageRequest, Result};
use serde_json::json;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

/// A connection as the role of the code under test.
async fn as_the_role(stage: &Stage) -> Client {
    let (client, connection) = tokio_postgres::connect(stage.test.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn contact(stage: &Stage, name: &str) -> Uuid {
    let new = NewContact {
        name: Some(name.to_owned()),
        ..NewContact::default()
    };
    let made = stage.write(&stage.acme, async |tx| PgContacts.create(tx, new).await);
    made.await.unwrap().uuid
}

#[tokio::test]
async fn the_database_refuses_to_change_what_is_written() {
    let stage = Stage::new().await;
    assert!(audit::is_append_only(&stage.test.db).await.unwrap());
    let role = as_the_role(&stage).await;
    for statement in [
        "UPDATE audit_logs SET changes = '[]'",
        "UPDATE audit_logs SET occurred_at = now() WHERE false",
        "DELETE FROM audit_logs",
        "DELETE FROM audit_logs WHERE false",
        "TRUNCATE audit_logs",
        "TRUNCATE organizations CASCADE",
        "INSERT INTO audit_logs SELECT * FROM audit_logs ON CONFLICT (organization_id, id) DO UPDATE SET changes = '[]'",
        "SELECT FROM audit_logs FOR UPDATE",
    ] {
        let refused = role.batch_execute(statement).await.unwrap_err();
        let code = refused.code().unwrap().code();
        assert_eq!(code, "42501", "insufficient_privilege: {statement}: {refused}");
    }
    assert!(stage.count("SELECT count(*) FROM audit_logs").await > 0);
}

#[tokio::test]
async fn a_superuser_is_told_from_an_ordinary_role() {
    let stage = Stage::new().await;
    let superuser = stage.test.sql().await;
    let sql = "SELECT has_table_privilege(current_user, 'audit_logs', 'UPDATE, DELETE, TRUNCATE')";
    assert!(superuser.query_one(sql, &[]).await.unwrap().get::<_, bool>(0));
    superuser
        .batch_execute("GRANT DELETE ON audit_logs TO rapport_app")
        .await
        .unwrap();
    assert!(!audit::is_append_only(&stage.test.db).await.unwrap());
}

#[tokio::test]
async fn redacting_replaces_values_and_leaves_no_rights() {
    let stage = Stage::new().await;
    let (hal, kyle) = (contact(&stage, "Hal").await, contact(&stage, "Kyle").await);
    let redacted = stage.write(&stage.acme, async |tx| {
        audit::redact(tx, "contact", &[hal], &["custom_fields"]).await?;
        audit::redact(tx, "company", &[kyle], &[]).await
    });
    redacted.await.unwrap();
    let told = stage.audit(&stage.acme).await;
    let expected = ["[erased]", "Kyle"].map(|name| {
        (
            "insert contact".to_owned(),
            json!([{"field": "name", "from": null, "to": name}]),
        )
    });
    assert_eq!(told, expected);
    let role = as_the_role(&stage).await;
    role.batch_execute("UPDATE audit_logs SET changes = '[]'")
        .await
        .unwrap_err();
}

#[tokio::test]
async fn redacting_that_is_rolled_back_leaves_no_rights_either() {
    let stage = Stage::new().await;
    let hal = contact(&stage, "Hal").await;
    let failed: Result<()> = stage
        .write(&stage.acme, async |tx| {
            audit::redact(tx, "contact", &[hal], &[]).await?;
            Err(Error::conflict("no"))
        })
        .await;
    failed.unwrap_err();
    assert_eq!(stage.audit(&stage.acme).await[0].1[0]["to"], "Hal");
    let role = as_the_role(&stage).await;
    role.batch_execute("UPDATE audit_logs SET changes = '[]'")
        .await
        .unwrap_err();
}

#[tokio::test]
async fn another_organizations_entries_are_not_redacted() {
    let stage = Stage::new().await;
    let hal = contact(&stage, "Hal").await;
    let work = stage.write(&stage.other, async |tx| {
        audit::redact(tx, "contact", &[hal], &[]).await
    });
    work.await.unwrap();
    assert_eq!(stage.audit(&stage.acme).await[0].1[0]["to"], "Hal");
}

#[tokio::test]
async fn those_who_redact_at_once_wait_for_one_another() {
    let stage = Stage::new().await;
    let mut contacts = Vec::new();
    for number in 0..8 {
        contacts.push(contact(&stage, &format!("Hal {number}")).await);
    }
    let redacted = contacts.iter().map(|contact| {
        stage.write(&stage.acme, async |tx| {
            audit::redact(tx, "contact", &[*contact], &[]).await
        })
    });
    for outcome in futures_util::future::join_all(redacted).await {
        outcome.unwrap();
    }
    let told = stage.audit(&stage.acme).await;
    assert!(
        told.iter().all(|(_, changes)| changes[0]["to"] == "[erased]"),
        "{told:?}"
    );
}

#[tokio::test]
async fn many_entries_are_written_at_once() {
    let stage = Stage::new().await;
    let entries: Vec<_> = (0..2_500)
        .map(|number| {
            (
                Uuid::from_u128(number),
                Changes::new().field("name", &None::<()>, &"x"),
            )
        })
        .collect();
    let work = stage.write(&stage.acme, async |tx| {
        audit::record_many(tx, Action::Update, "contact", &entries).await
    });
    work.await.unwrap();
    let count = "SELECT count(DISTINCT uuid) FROM audit_logs WHERE record_type = 'contact'";
    assert_eq!(stage.count(count).await, 2_500);
}

async fn list(stage: &Stage, filter: AuditFilter, page: &PageRequest) -> Page<audit::AuditLog> {
    let reader = stage.reader(&stage.acme).await;
    PgAuditLogs.list(&reader, &filter, page).await.unwrap()
}

#[tokio::test]
async fn who_began_first_and_waited_is_told_last() {
    let stage = Stage::new().await;
    let record = ("contact", Uuid::from_u128(7));
    let renamed = |to: &'static str| Changes::new().field("name", &"", &to);
    let waiting = stage.write(&stage.acme, async |tx| {
        stage.test.clock.advance(chrono::TimeDelta::seconds(1));
        let other = stage.write(&stage.acme, async |tx| {
            audit::record(tx, Action::Update, record, &renamed("first")).await
        });
        other.await?;
        stage.test.clock.advance(chrono::TimeDelta::seconds(1));
        audit::record(tx, Action::Update, record, &renamed("second")).await
    });
    waiting.await.unwrap();
    let filter = AuditFilter {
        record: Some(record.1),
        ..AuditFilter::default()
    };
    let told = list(&stage, filter, &ALL).await.items;
    let told: Vec<_> = told
        .iter()
        .map(|entry| json!(entry.changes)[0]["to"].clone())
        .collect();
    assert_eq!(told, [json!("second"), json!("first")]);
}

#[tokio::test]
async fn pages_of_all_actions_are_merged_in_order() {
    let stage = Stage::new().await;
    for number in 0..12_usize {
        let action = Action::ALL[number % 3];
        let record = ("contact", Uuid::from_u128(number as u128));
        let work = stage.write(&stage.acme, async |tx| {
            audit::record(tx, action, record, &Changes::new()).await
        });
        work.await.unwrap();
        // Some have the same time, and are told apart by their ids.
        if number % 2 == 0 {
            stage.test.clock.advance(chrono::TimeDelta::seconds(1));
        }
    }
    let contacts = || AuditFilter {
        record_type: Some("contact".to_owned()),
        ..AuditFilter::default()
    };
    let whole = list(&stage, contacts(), &ALL).await.items;
    let records: Vec<_> = whole.iter().map(|entry| entry.record.as_u128()).collect();
    assert_eq!(records, (0..12).rev().collect::<Vec<_>>());
    let (mut walked, mut after) = (Vec::new(), None);
    loop {
        let page = list(&stage, contacts(), &PageRequest { limit: 5, after }).await;
        walked.extend(page.items.iter().map(|entry| entry.record.as_u128()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(walked, records);
}

#[tokio::test]
async fn another_tenant_sees_nothing() {
    let stage = Stage::new().await;
    contact(&stage, "Hal").await;
    let entry = list(&stage, AuditFilter::default(), &ALL).await.items.remove(0);
    let theirs = stage.reader(&stage.other).await;
    assert!(is_not_found(&PgAuditLogs.get(&theirs, entry.uuid).await));
    let filter = AuditFilter {
        agent: Some(stage.acme.agent),
        ..AuditFilter::default()
    };
    assert!(is_not_found(&PgAuditLogs.list(&theirs, &filter, &ALL).await));
    let seen = PgAuditLogs
        .list(&theirs, &AuditFilter::default(), &ALL)
        .await
        .unwrap();
    assert!(seen.items.iter().all(|other| other.uuid != entry.uuid));
}

#[tokio::test]
async fn every_combination_of_filters_is_served_in_order_by_an_index() {
    let stage = Stage::new().await;
    let sql = stage.test.sql().await;
    let fill = format!(
        "INSERT INTO audit_logs (organization_id, uuid, occurred_at, actor_type, agent_id, action_type, record_type, \
         record_id, changes) SELECT {}, gen_random_uuid(), TIMESTAMP '2026-01-01' + n * INTERVAL '1 second', 'agent', \
         n % 40, (ARRAY['insert', 'update', 'delete'])[1 + n % 3], (ARRAY['contact', 'sale', 'message'])[1 + n % 7 / 3], \
         gen_random_uuid(), '[]' FROM generate_series(1, 30000) AS n",
        stage.acme.organization
    );
    sql.batch_execute(&fill).await.unwrap();
    sql.batch_execute("ANALYZE audit_logs").await.unwrap();
    let optional = [
        "agent_id = 7",
        "record_type = 'sale'",
        "occurred_at < '2026-01-01 02:00'",
    ];
    for chosen in 0..8_usize {
        let mut filters = vec!["action_type = 'update'"];
        let others = optional.iter().enumerate();
        filters.extend(
            others
                .filter(|(bit, _)| chosen & (1 << bit) != 0)
                .map(|(_, filter)| *filter),
        );
        let filters = filters.join(" AND ");
        let explain = format!(
            "EXPLAIN SELECT * FROM audit_logs WHERE organization_id = {} AND {filters} \
             ORDER BY occurred_at DESC, id DESC LIMIT 51",
            stage.acme.organization
        );
        let plan = sql.query(&explain, &[]).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        let plan = plan.join("\n");
        assert!(
            plan.contains("Index Scan") && !plan.contains("Sort"),
            "{filters}:\n{plan}"
        );
        assert!(!plan.contains("Filter:"), "{filters}:\n{plan}");
    }
}

#[test]
fn the_types_that_the_contract_names_are_known() {
    for name in [
        "sale",
        "conversation",
        "message_draft",
        "response_draft",
        "contact",
        "company",
    ] {
        assert!(RECORD_TYPES.contains(&name), "{name}");
    }
}
