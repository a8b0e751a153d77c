//! What sales refer to is merged into something else.

use crate::stage::{Stage, at};
use rapport_crm_core::{AiEmployeeService, ContactService, PgAiEmployees, PgContacts};
use rapport_inbox::conversations::NewConversation;
use rapport_inbox::threads::ThreadKeys;
use rapport_inbox::{ConversationService, PgConversations, PgThreads, ThreadService};
use rapport_platform::events::{Event, Projection};
use rapport_platform::{Ctx, Db, Error, RawJson, ids};
use rapport_sales_pipeline::FollowMerges;
use rapport_sales_pipeline::sales::{NewSale, NewSaleContact, SaleContact};
use rapport_sales_pipeline::tasks::{NewTask, PgTasks, Status, TaskService, Worker};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

fn following(stage: &Stage) -> (Db, Ctx) {
    let projections: [Arc<dyn Projection>; 1] = [Arc::new(FollowMerges)];
    let ctx = Ctx::system(stage.acme.organization, "test");
    (stage.test.db.clone().with_projections(projections), ctx)
}

fn merged(kind: &'static str, subject: &'static str, from: Uuid, into: Uuid) -> Event {
    let payload = json!({"merged_into": ids::opaque(into)});
    Event {
        payload: RawJson::of(&payload).unwrap(),
        ..Event::new(kind, subject, from)
    }
}

/// The numeric id of a conversation.
async fn number(stage: &Stage, conversation: Uuid) -> i64 {
    let query = format!("SELECT id FROM conversations WHERE uuid = '{conversation}'");
    let sql = stage.test.sql().await;
    sql.query_one(&query, &[]).await.unwrap().get(0)
}

async fn with_contacts(stage: &Stage, contacts: &[(Uuid, bool)]) -> Uuid {
    let contact = |(contact, primary): &(Uuid, bool)| NewSaleContact {
        contact: *contact,
        is_primary: Some(*primary),
    };
    let new = NewSale {
        contacts: contacts.iter().map(contact).collect(),
        ..NewSale::default()
    };
    stage.create(new).await.unwrap().uuid
}

#[tokio::test]
async fn a_merged_contact_is_followed() {
    let stage = Stage::new().await;
    let (hal, carol) = (stage.acme.hal, stage.acme.carol);
    let alone = with_contacts(&stage, &[(hal, true)]).await;
    let both = with_contacts(&stage, &[(hal, true), (carol, false)]).await;
    let other = with_contacts(&stage, &[(carol, true)]).await;
    let (db, ctx) = following(&stage);
    let merge = db.write::<_, Error, _>(&ctx, async |tx| {
        PgContacts.delete(tx, hal).await?;
        tx.emit(merged("contact.merged", "contact", hal, carol));
        Ok(())
    });
    merge.await.unwrap();
    let expected = [SaleContact {
        contact: carol,
        is_primary: true,
    }];
    for (sale, version) in [(alone, 2), (both, 2), (other, 1)] {
        let sale = stage.get(sale).await.unwrap();
        assert_eq!((sale.contacts.as_slice(), sale.version), (&expected[..], version));
    }
    let audit = stage.audit("sale").await;
    let one =
        |contact: Uuid, primary: bool| json!({"contact_id": ids::opaque(contact), "is_primary": primary});
    let change = |from: Value| {
        let changes = json!([{"field": "associated_contacts", "from": from, "to": [one(carol, true)]}]);
        ("update".to_owned(), changes)
    };
    let both = json!([one(hal, true), one(carol, false)]);
    assert_eq!(audit[3..], [change(json!([one(hal, true)])), change(both)]);
}

/// A task of an AI employee in a conversation.
async fn task(stage: &Stage, conversation: i64) -> Uuid {
    let made = stage.write(async |tx| {
        let worker = Worker::AiEmployee(PgAiEmployees.create(tx, "Ada".to_owned()).await?.id);
        let task = NewTask {
            conversation,
            objective: "Call back".to_owned(),
            created_by: worker,
            assigned_to: worker,
            due_at: None,
            status: Status::Scheduled,
        };
        PgTasks.create(tx, task).await
    });
    made.await.unwrap().uuid
}

/// Mails that name each other's ids show that two conversations are one.
#[tokio::test]
async fn conversations_that_turn_out_to_be_one_are_followed() {
    let stage = Stage::new().await;
    let (db, ctx) = following(&stage);
    let older = stage.acme.conversation;
    let made = db.write::<_, Error, _>(&ctx, async |tx| {
        PgConversations
            .create(tx, NewConversation::with(stage.acme.hal))
            .await
    });
    let newer = made.await.unwrap().uuid;
    let about = async |conversations: Vec<Uuid>| {
        let new = NewSale {
            conversations,
            ..NewSale::default()
        };
        stage.create(new).await.unwrap().uuid
    };
    let (one, both) = (about(vec![newer]).await, about(vec![newer, older]).await);
    let (old, new) = (number(&stage, older).await, number(&stage, newer).await);
    let task = task(&stage, new).await;
    let merge = db.write::<_, Error, _>(&ctx, async |tx| {
        let mail = |id: &str, references: &[&str]| ThreadKeys {
            message_id: Some(id.to_owned()),
            in_reply_to: Vec::new(),
            references: references.iter().map(|&id| id.to_owned()).collect(),
            subject: None,
            contact: stage.acme.hal,
            occurred_at: at(0),
        };
        PgThreads.remember(tx, older, &mail("a@x", &[])).await?;
        PgThreads.remember(tx, newer, &mail("b@x", &[])).await?;
        PgThreads.place(tx, &mail("c@x", &["a@x", "b@x"])).await
    });
    merge.await.unwrap();
    let reader = stage.reader(&stage.acme).await;
    let moved = PgTasks.get(&reader, task).await.unwrap();
    assert_eq!(moved.conversation, old);
    let change = json!([{"field": "conversation", "from": new, "to": old}]);
    assert_eq!(stage.audit("task").await[1..], [("update".to_owned(), change)]);
    for sale in [one, both] {
        let sale = stage.get(sale).await.unwrap();
        assert_eq!((sale.conversations, sale.version), (vec![older], 2));
    }
    let [older, newer] = [older, newer].map(ids::opaque);
    let change = |from: Value| {
        let changes = json!([{"field": "associated_conversation_ids", "from": from, "to": [older]}]);
        ("update".to_owned(), changes)
    };
    assert_eq!(
        stage.audit("sale").await[2..],
        [change(json!([newer])), change(json!([newer, older]))]
    );
}
