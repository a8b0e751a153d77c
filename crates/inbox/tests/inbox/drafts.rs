//! Drafts whose conversations are merged.

use crate::stage::{Stage, at, mail, missing, recorded};
use rapport_crm_core::PgChannels;
use rapport_crm_core::{ContactPatch, ContactService, PgContacts};
use rapport_inbox::conversations::NewConversation;
use rapport_inbox::drafts::{Draft, DraftFilter, DraftStatus, NewResponseDraft, Sending, Upsert};
use rapport_inbox::threads::{ThreadKeys, ThreadPlace};
use rapport_inbox::{
    ConversationService, MessageService, PgConversations, PgMessages, PgResponseDrafts, PgThreads,
    ResponseDraftService, SendDraft, ThreadService,
};
use rapport_platform::Patch;
use rapport_platform::jobs::{JobHandler, Worker};
use std::sync::Arc;
use uuid::Uuid;

fn drafts() -> PgResponseDrafts {
    PgResponseDrafts::new(Arc::new(PgChannels))
}

fn worker(stage: &Stage) -> Worker {
    let send: Arc<dyn JobHandler> = Arc::new(SendDraft {
        contacts: Arc::new(PgContacts),
        conversations: Arc::new(PgConversations),
        messages: Arc::new(PgMessages),
        channels: Arc::new(PgChannels),
    });
    Worker::new(stage.test.db.clone(), [send])
}

/// A conversation that knows the Message-ID `id`.
async fn thread(stage: &Stage, minutes: i64, id: &str) -> Uuid {
    let keys = keys(stage, minutes, id, &[]);
    let made = stage.write(async |tx| {
        let new = NewConversation {
            start_at: Some(at(minutes)),
            ..NewConversation::with(stage.acme.contact)
        };
        let conversation = PgConversations.create(tx, new).await?.uuid;
        PgThreads.remember(tx, conversation, &keys).await?;
        recorded(PgMessages.record(tx, conversation, mail(minutes)).await?);
        Ok(conversation)
    });
    made.await.unwrap()
}

fn keys(stage: &Stage, minutes: i64, id: &str, references: &[&str]) -> ThreadKeys {
    ThreadKeys {
        message_id: Some(id.to_owned()),
        in_reply_to: Vec::new(),
        references: references.iter().map(|id| (*id).to_owned()).collect(),
        subject: None,
        contact: stage.acme.contact,
        occurred_at: at(minutes),
    }
}

/// A mail that names all of these comes, upon which their conversations are one.
async fn tie(stage: &Stage, ids: &[&str]) -> Uuid {
    let keys = keys(stage, 9, "tie@x", ids);
    let place = stage
        .write(async |tx| PgThreads.place(tx, &keys).await)
        .await
        .unwrap();
    match place {
        ThreadPlace::Existing(conversation) => conversation.uuid,
        ThreadPlace::New => panic!("a new thread"),
    }
}

async fn put(stage: &Stage, conversation: Uuid, body: &str, minutes: i64) -> Draft {
    let new = NewResponseDraft {
        body_html: body.to_owned(),
        sending: Sending {
            scheduled_send_at: Some(at(minutes)),
            ..Sending::default()
        },
        ..NewResponseDraft::default()
    };
    let put = stage.write(async |tx| drafts().put(tx, conversation, new).await);
    let (Upsert::Created(draft) | Upsert::Overwritten(draft)) = put.await.unwrap();
    draft
}

async fn listed(stage: &Stage, conversation: Uuid) -> Vec<Draft> {
    let db = stage.reader(&stage.acme).await;
    let filter = DraftFilter::default();
    let page = drafts()
        .list(&db, conversation, &filter, &crate::stage::ALL)
        .await;
    page.unwrap().items
}

async fn give_address(stage: &Stage) {
    let patch = ContactPatch {
        email: Patch::Set("diana@x.example".to_owned()),
        ..ContactPatch::default()
    };
    let changed = stage.write(async |tx| PgContacts.update(tx, stage.acme.contact, patch).await);
    changed.await.unwrap();
}

#[tokio::test]
async fn of_the_drafts_of_merged_conversations_the_last_written_stays() {
    for last in [0, 1, 2] {
        let stage = Stage::new().await;
        give_address(&stage).await;
        let threads = [
            thread(&stage, 1, "a@x").await,
            thread(&stage, 2, "b@x").await,
            thread(&stage, 3, "c@x").await,
        ];
        let mut order = [0, 1, 2];
        order.swap(last, 2);
        let mut written = Vec::new();
        for n in order {
            stage.test.clock.advance(chrono::TimeDelta::seconds(1));
            written.push(put(&stage, threads[n], &format!("From {n}"), 60).await);
        }
        let whole = tie(&stage, &["c@x", "b@x", "a@x"]).await;
        assert_eq!(whole, threads[0]);
        let kept = listed(&stage, whole).await;
        let kept: Vec<_> = kept
            .iter()
            .map(|draft| (draft.uuid, draft.conversation))
            .collect();
        assert_eq!(kept, [(written[2].uuid, Some(whole))]);
        let log = stage.audit("response_draft").await;
        let deleted = log.iter().filter(|(action, _)| action == "delete").count();
        assert_eq!(deleted, 2);
        let moved = log.iter().filter(|(action, _)| action == "update").count();
        assert_eq!(moved, usize::from(last != 0));

        // What was to be sent is sent from where it is now, and the others are not.
        stage.test.clock.advance(chrono::TimeDelta::hours(1));
        assert_eq!(worker(&stage).run_pending().await.unwrap(), 3);
        let sent: Vec<_> = stage
            .messages(whole)
            .await
            .into_iter()
            .filter_map(|message| message.drafted_at.and(message.content))
            .collect();
        assert_eq!(sent, [format!("From {last}")]);
    }
}

#[tokio::test]
async fn what_was_sent_in_a_merged_conversation_moves_too() {
    let stage = Stage::new().await;
    give_address(&stage).await;
    let (one, two) = (thread(&stage, 1, "a@x").await, thread(&stage, 2, "b@x").await);
    let sent = put(&stage, two, "Sent", 60).await;
    stage.test.clock.advance(chrono::TimeDelta::hours(1));
    worker(&stage).run_pending().await.unwrap();
    let open = put(&stage, one, "Open", 120).await;
    assert_eq!(tie(&stage, &["a@x", "b@x"]).await, one);
    let db = stage.reader(&stage.acme).await;
    let found = drafts().get(&db, one, sent.uuid).await.unwrap();
    assert_eq!((found.status, found.conversation), (DraftStatus::Sent, Some(one)));
    assert_eq!(listed(&stage, one).await[0].uuid, open.uuid);
    assert_eq!(missing(drafts().get(&db, two, sent.uuid).await), "Conversation");
}

#[tokio::test]
async fn merges_and_upserts_at_once_leave_one_draft() {
    let stage = Stage::new().await;
    give_address(&stage).await;
    let threads = [thread(&stage, 1, "a@x").await, thread(&stage, 2, "b@x").await];
    let puts = (0..20).map(|n| {
        let (stage, conversation) = (&stage, threads[n % 2]);
        async move {
            let new = NewResponseDraft {
                body_html: format!("Body {n}"),
                ..NewResponseDraft::default()
            };
            let put = stage.write(async |tx| drafts().put(tx, conversation, new).await);
            match put.await {
                Ok(_) => true,
                refused => {
                    assert_eq!(missing(refused), "Conversation");
                    false
                }
            }
        }
    });
    let puts = futures_util::future::join_all(puts);
    let (written, whole) = tokio::join!(puts, tie(&stage, &["a@x", "b@x"]));
    let written = written.into_iter().filter(|written| *written).count();
    assert_eq!(whole, threads[0]);
    assert_eq!(listed(&stage, whole).await.len(), 1);
    let log = stage.audit("response_draft").await;
    let count = |action: &str| log.iter().filter(|(one, _)| one == action).count();
    assert_eq!(count("insert") - count("delete"), 1);
    assert!(count("insert") + count("update") >= written);
}
