//! Conversations and their lists.

use crate::stage::{ALL, Stage, at, contact, invalid, missing};
use rapport_inbox::conversations::{ConversationFilter, ConversationPatch, NewConversation};
use rapport_inbox::{ConversationService, PgConversations};
use rapport_platform::{PageRequest, Patch, ids};
use serde_json::json;
use uuid::Uuid;

#[tokio::test]
async fn a_conversation_is_made_changed_and_logged() {
    let stage = Stage::new().await;
    let new = NewConversation::with(stage.acme.contact);
    let made = stage.write(async |tx| PgConversations.create(tx, new).await);
    let made = made.await.unwrap();
    assert_eq!(
        (made.folder.as_str(), made.is_read, made.start_at),
        ("inbox", true, at(0))
    );
    let patch = ConversationPatch {
        folder: Some("Sales Follow-up".to_owned()),
        is_read: Some(false),
        agent: Patch::Set(stage.acme.agent),
    };
    let changed = stage.write(async |tx| PgConversations.update(tx, made.uuid, patch).await);
    let changed = changed.await.unwrap();
    assert_eq!(changed.folder, "sales-follow-up");
    assert_eq!((changed.is_read, changed.agent), (false, Some(stage.acme.agent)));
    assert_eq!(stage.get(made.uuid).await.unwrap(), changed);
    let log = stage.audit("conversation").await;
    assert_eq!(log[0].0, "insert");
    let fields = json!([
        {"field": "agent_id", "from": null, "to": ids::opaque(stage.acme.agent)},
        {"field": "folder", "from": "inbox", "to": "sales-follow-up"},
        {"field": "is_read", "from": true, "to": false},
    ]);
    assert_eq!(log[1], ("update".to_owned(), fields));
    assert_eq!(
        stage.events().await,
        ["conversation.created", "conversation.updated"]
    );
}

#[tokio::test]
async fn a_change_of_nothing_is_not_logged() {
    let stage = Stage::new().await;
    let made = stage.conversation(0, "Quote").await;
    let patch = ConversationPatch {
        folder: Some("INBOX".to_owned()),
        ..ConversationPatch::default()
    };
    let same = stage.write(async |tx| PgConversations.update(tx, made.uuid, patch).await);
    assert_eq!(same.await.unwrap().folder, "inbox");
    assert_eq!(stage.audit("conversation").await.len(), 1);
}

#[tokio::test]
async fn people_of_another_organization_are_unknown() {
    let stage = Stage::new().await;
    let theirs = NewConversation::with(stage.other.contact);
    let refused = stage.write(async |tx| PgConversations.create(tx, theirs).await);
    assert_eq!(invalid(refused.await), "contact_id");
    let agent = NewConversation {
        agent: Some(stage.other.agent),
        ..NewConversation::with(stage.acme.contact)
    };
    let refused = stage.write(async |tx| PgConversations.create(tx, agent).await);
    assert_eq!(invalid(refused.await), "agent_id");
    let ours = stage.conversation(0, "Quote").await;
    let db = stage.reader(&stage.other).await;
    assert_eq!(missing(PgConversations.get(&db, ours.uuid).await), "Conversation");
    let all = ConversationFilter::default();
    assert_eq!(PgConversations.list(&db, &all, &ALL).await.unwrap().items, []);
    let of_contact = ConversationFilter {
        contact: Some(stage.acme.contact),
        ..ConversationFilter::default()
    };
    assert_eq!(
        missing(PgConversations.list(&db, &of_contact, &ALL).await),
        "Contact"
    );
    let of_agent = ConversationFilter {
        agent: Some(Uuid::nil()),
        ..ConversationFilter::default()
    };
    assert_eq!(missing(PgConversations.list(&db, &of_agent, &ALL).await), "Agent");
}

#[tokio::test]
async fn lists_are_newest_first_and_half_open() {
    let stage = Stage::new().await;
    let db = stage.reader(&stage.acme).await;
    let mut made = Vec::new();
    // Two start at once; the later one made comes first.
    for minutes in [3, 1, 2, 2] {
        made.push(stage.conversation(minutes, "Quote").await);
    }
    let list = async |filter: ConversationFilter, page: PageRequest| {
        PgConversations.list(&db, &filter, &page).await.unwrap()
    };
    let all = ConversationFilter::default();
    let first = list(
        all.clone(),
        PageRequest {
            limit: 3,
            after: None,
        },
    )
    .await;
    assert_eq!(first.items, [made[0].clone(), made[3].clone(), made[2].clone()]);
    let rest = PageRequest {
        limit: 3,
        after: first.next,
    };
    let second = list(all.clone(), rest).await;
    assert_eq!((second.items, second.next), (vec![made[1].clone()], None));
    let between = ConversationFilter {
        from: Some(at(1)),
        to: Some(at(2)),
        ..all.clone()
    };
    assert_eq!(list(between, ALL).await.items, [made[1].clone()]);
}

#[tokio::test]
async fn lists_are_of_one_contact_or_one_agent() {
    let stage = Stage::new().await;
    let db = stage.reader(&stage.acme).await;
    let steve = contact(&stage.test, stage.acme.organization, "Steve").await;
    stage.conversation(0, "Quote").await;
    let new = NewConversation {
        agent: Some(stage.acme.agent),
        ..NewConversation::with(steve)
    };
    let made = stage.write(async |tx| PgConversations.create(tx, new).await);
    let made = made.await.unwrap();
    let of_contact = ConversationFilter {
        contact: Some(steve),
        ..ConversationFilter::default()
    };
    let of_agent = ConversationFilter {
        agent: Some(stage.acme.agent),
        ..ConversationFilter::default()
    };
    for filter in [of_contact, of_agent] {
        let found = PgConversations.list(&db, &filter, &ALL).await.unwrap();
        assert_eq!(found.items, std::slice::from_ref(&made), "{filter:?}");
    }
}
