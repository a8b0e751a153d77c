//! In which conversation mails end up.

use crate::stage::{Stage, at, contact, mail, missing, recorded};
use rapport_inbox::conversations::NewConversation;
use rapport_inbox::threads::{ThreadKeys, ThreadPlace};
use rapport_inbox::{
    ConversationService, MessageService, PgConversations, PgMessages, PgThreads, ThreadService,
};
use rapport_platform::{Result, Tx, ids};
use serde_json::json;
use uuid::Uuid;

fn keys(stage: &Stage, minutes: i64, id: &str, references: &[&str], subject: &str) -> ThreadKeys {
    ThreadKeys {
        message_id: Some(format!("<{id}>")).filter(|_| !id.is_empty()),
        in_reply_to: Vec::new(),
        references: references.iter().map(|id| (*id).to_owned()).collect(),
        subject: Some(subject.to_owned()),
        contact: stage.acme.contact,
        occurred_at: at(minutes),
    }
}

/// Does with a mail what an import does, and answers its conversation.
async fn import(tx: &mut Tx, keys: ThreadKeys) -> Result<Uuid> {
    let conversation = match PgThreads.place(tx, &keys).await? {
        ThreadPlace::Existing(conversation) => conversation.uuid,
        ThreadPlace::New => {
            let new = NewConversation {
                subject: keys.subject.clone(),
                start_at: Some(keys.occurred_at),
                ..NewConversation::with(keys.contact)
            };
            PgConversations.create(tx, new).await?.uuid
        }
    };
    let minutes = (keys.occurred_at - at(0)).num_minutes();
    recorded(PgMessages.record(tx, conversation, mail(minutes)).await?);
    PgThreads.remember(tx, conversation, &keys).await?;
    Ok(conversation)
}

async fn imported(stage: &Stage, keys: ThreadKeys) -> Uuid {
    stage.write(async |tx| import(tx, keys).await).await.unwrap()
}

#[tokio::test]
async fn references_tie_mails_in_any_order() {
    let stage = Stage::new().await;
    // The reply comes before what it replies to.
    let reply = imported(&stage, keys(&stage, 2, "b@x", &["<a@x>"], "Re: Quote")).await;
    let first = imported(&stage, keys(&stage, 1, "a@x", &[], "Quote")).await;
    let other_subject = imported(&stage, keys(&stage, 3, "c@x", &["b@x"], "Something else")).await;
    assert_eq!((first, other_subject), (reply, reply));
    let unrelated = imported(&stage, keys(&stage, 4, "d@x", &[], "Quote")).await;
    assert_ne!(unrelated, reply);
    let whole = stage.get(reply).await.unwrap();
    assert_eq!((whole.start_at, whole.last_activity_at), (at(1), at(3)));
}

#[tokio::test]
async fn a_reply_without_references_is_found_by_its_subject() {
    const DAY: i64 = 24 * 60;
    let stage = Stage::new().await;
    let first = imported(&stage, keys(&stage, 0, "a@x", &[], "Your Quote")).await;
    let reply = imported(&stage, keys(&stage, DAY, "", &[], "RE: AW: your  quote")).await;
    assert_eq!(reply, first);
    let no_reply = imported(&stage, keys(&stage, DAY, "", &[], "Your quote")).await;
    assert_ne!(no_reply, first);
    let newest = imported(&stage, keys(&stage, 2 * DAY, "", &[], "Re: Your quote")).await;
    assert!([first, no_reply].contains(&newest));
    let late = imported(&stage, keys(&stage, 93 * DAY, "", &[], "Re: Your quote")).await;
    assert!(![first, no_reply].contains(&late));
    let steve = contact(&stage.test, stage.acme.organization, "Steve").await;
    let from_steve = ThreadKeys {
        contact: steve,
        ..keys(&stage, 93 * DAY, "", &[], "Re: Your quote")
    };
    assert_ne!(imported(&stage, from_steve).await, late);
}

#[tokio::test]
async fn a_mail_that_ties_two_conversations_merges_them() {
    let stage = Stage::new().await;
    let later = imported(&stage, keys(&stage, 5, "b@x", &[], "Fwd: Quote")).await;
    let older = imported(&stage, keys(&stage, 1, "a@x", &[], "Quote")).await;
    assert_ne!(later, older);
    let tie = imported(&stage, keys(&stage, 6, "c@x", &["b@x", "a@x"], "Re: Quote")).await;
    assert_eq!(tie, older);
    assert_eq!(missing(stage.get(later).await), "Conversation");
    let whole = stage.get(older).await.unwrap();
    assert_eq!((whole.start_at, whole.last_activity_at), (at(1), at(6)));
    let times: Vec<_> = stage
        .messages(older)
        .await
        .iter()
        .map(|m| m.occurred_at)
        .collect();
    assert_eq!(times, [at(6), at(5), at(1)]);
    let after = imported(&stage, keys(&stage, 7, "d@x", &["b@x"], "Re: Quote")).await;
    assert_eq!(after, older);
    let log = stage.audit("conversation").await;
    let gone = json!([{"field": "merged_into", "from": null, "to": ids::opaque(older)}]);
    assert!(log.contains(&("delete".to_owned(), gone)));
    let kept = json!([{"field": "merged_from", "from": null, "to": [ids::opaque(later)]}]);
    assert!(log.contains(&("update".to_owned(), kept)));
    assert!(stage.events().await.contains(&"conversation.deleted".to_owned()));
}

#[tokio::test]
async fn mails_of_one_thread_that_come_at_once_share_a_conversation() {
    let stage = Stage::new().await;
    let ids: Vec<_> = (0..8).map(|n| format!("{n}@x")).collect();
    // Each names its predecessor only; the first two meet in no common root.
    let mails = (0..8).map(|n| {
        let before: Vec<_> = ids[..n].last().map(String::as_str).into_iter().collect();
        let minutes = i64::try_from(n).unwrap();
        imported(&stage, keys(&stage, minutes, &ids[n], &before, "Quote"))
    });
    futures_util::future::join_all(mails).await;
    let conversations = "SELECT count(*) FROM conversations";
    let count: i64 = stage
        .test
        .sql()
        .await
        .query_one(conversations, &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(count, 1);
}

#[tokio::test]
async fn replies_by_subject_that_come_at_once_share_a_conversation() {
    let stage = Stage::new().await;
    let mails = (0..6).map(|n| imported(&stage, keys(&stage, n, "", &[], "Re: Quote")));
    let places = futures_util::future::join_all(mails).await;
    assert!(places.iter().all(|place| place == &places[0]));
}

#[tokio::test]
async fn another_organization_has_its_own_threads() {
    let stage = Stage::new().await;
    let ours = imported(&stage, keys(&stage, 1, "a@x", &[], "Quote")).await;
    let theirs = ThreadKeys {
        contact: stage.other.contact,
        ..keys(&stage, 2, "b@x", &["a@x"], "Re: Quote")
    };
    let system = rapport_platform::Actor::System;
    let place = stage.write_as(&stage.other, system, async |tx| {
        PgThreads.place(tx, &theirs).await
    });
    assert_eq!(place.await.unwrap(), ThreadPlace::New);
    let remember = stage.write_as(&stage.other, system, async |tx| {
        PgThreads.remember(tx, ours, &theirs).await
    });
    assert_eq!(missing(remember.await), "Conversation");
}
