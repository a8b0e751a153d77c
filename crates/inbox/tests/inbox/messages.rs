//! Messages and what they do to their conversations.

use crate::stage::{ALL, Stage, at, invalid, mail, missing, recorded};
use rapport_inbox::messages::{
    Authorship, Direction, Envelope, Message, MessageFilter, MessageRecord, Modality, NewMessage, Recording,
    Status,
};
use rapport_inbox::{MessageService, PgMessages};
use rapport_platform::{Actor, PageRequest, RawJson, Result};
use serde_json::json;
use uuid::Uuid;

fn email(direction: Direction) -> NewMessage {
    NewMessage {
        subject: Some("Your quote".to_owned()),
        html: Some("<p>Hi<script>x()</script></p><p>there</p>".to_owned()),
        email: Envelope {
            message_id: Some("<1@x.example>".to_owned()),
            cc: vec!["cc@x.example".to_owned()],
            ..Envelope::default()
        },
        ..NewMessage::new(Modality::Email, direction)
    }
}

async fn create(stage: &Stage, conversation: Uuid, new: NewMessage) -> Result<Message> {
    let made = stage.write(async |tx| PgMessages.create(tx, conversation, new).await);
    made.await
}

#[tokio::test]
async fn a_written_message_is_sent_through_the_sandbox() {
    let stage = Stage::new().await;
    let parent = stage.conversation(-5, "Quote").await;
    let actor = Actor::Agent(stage.acme.agent_id);
    let made = stage.write_as(&stage.acme, actor, async |tx| {
        PgMessages.create(tx, parent.uuid, email(Direction::Sent)).await
    });
    let made = made.await.unwrap();
    assert_eq!((made.channel.as_str(), made.status), ("sandbox", Status::Sent));
    assert_eq!(made.agent, Some(stage.acme.agent));
    assert_eq!((made.occurred_at, made.sent_at), (at(0), Some(at(0))));
    assert_eq!(made.html.as_deref(), Some("<p>Hi</p><p>there</p>"));
    assert_eq!(made.content.as_deref(), Some("Hi\n\nthere"));
    assert_eq!(made.email, email(Direction::Sent).email);
    assert!(!made.is_form_request());
    let parent = stage.get(parent.uuid).await.unwrap();
    assert_eq!((parent.start_at, parent.last_activity_at), (at(-5), at(0)));
    assert!(parent.is_read);
}

#[tokio::test]
async fn a_sent_message_may_say_who_wrote_it() {
    let stage = Stage::new().await;
    let parent = stage.conversation(0, "Quote").await.uuid;
    for authorship in Authorship::ALL.iter().copied().map(Some).chain([None]) {
        let new = NewMessage {
            authorship,
            ..email(Direction::Sent)
        };
        let made = create(&stage, parent, new).await.unwrap();
        assert_eq!(made.authorship, authorship);
    }
}

#[tokio::test]
async fn the_audit_log_says_that_but_not_what() {
    let stage = Stage::new().await;
    let parent = stage.conversation(0, "Quote").await;
    create(&stage, parent.uuid, email(Direction::Sent)).await.unwrap();
    let log = stage.audit("message").await;
    let fields: Vec<_> = log[0].1.as_array().unwrap().iter().map(|c| &c["field"]).collect();
    assert_eq!(
        json!(fields),
        json!(["conversation_id", "subject", "modality", "message_direction"])
    );
    assert_eq!(stage.events().await, ["conversation.created", "message.created"]);
}

#[tokio::test]
async fn a_received_message_is_unread_and_old_mail_is_not() {
    let stage = Stage::new().await;
    let parent = stage.conversation(0, "Quote").await.uuid;
    stage.mail(parent, -60).await;
    let after = stage.get(parent).await.unwrap();
    assert!(after.is_read);
    assert_eq!((after.start_at, after.last_activity_at), (at(-60), at(0)));
    let made = create(&stage, parent, email(Direction::Received)).await.unwrap();
    assert_eq!((made.status, made.agent), (Status::Received, None));
    assert!(!stage.get(parent).await.unwrap().is_read);
    create(&stage, parent, email(Direction::Sent)).await.unwrap();
    assert!(!stage.get(parent).await.unwrap().is_read);
}

#[tokio::test]
async fn a_form_keeps_what_was_filled_in() {
    let stage = Stage::new().await;
    let parent = stage.conversation(0, "Form").await.uuid;
    let body = RawJson::of(&json!({"rooms": 2})).unwrap();
    let form = NewMessage {
        form_request_body: Some(body.clone()),
        ..NewMessage::new(Modality::FormRequest, Direction::Received)
    };
    let made = create(&stage, parent, form).await.unwrap();
    assert!(made.is_form_request());
    assert_eq!(made.form_request_body, Some(body));
}

#[tokio::test]
async fn what_cannot_be_a_message_is_refused() {
    let stage = Stage::new().await;
    let parent = stage.conversation(0, "Quote").await.uuid;
    let base = || email(Direction::Sent);
    let with = |change: fn(&mut NewMessage)| {
        let mut new = base();
        change(&mut new);
        new
    };
    let cases = [
        ("content", NewMessage::new(Modality::Text, Direction::Sent)),
        ("content", with(|new| new.content = Some("a\0".to_owned()))),
        (
            "content",
            with(|new| new.content = Some("x".repeat(1024 * 1024 + 1))),
        ),
        ("subject", with(|new| new.subject = Some("x".repeat(999)))),
        (
            "email_metadata.cc_emails",
            with(|new| new.email.cc = vec!["nobody".to_owned()]),
        ),
        ("agent_id", with(|new| new.agent = Some(Uuid::nil()))),
        (
            "call_metadata.duration",
            with(|new| new.call_duration_seconds = Some(-1)),
        ),
        (
            "form_request_body",
            with(|new| new.form_request_body = RawJson::of(&[1]).ok()),
        ),
        (
            "authorship",
            NewMessage {
                authorship: Some(Authorship::Ai),
                ..email(Direction::Received)
            },
        ),
    ];
    for (field, new) in cases {
        assert_eq!(invalid(create(&stage, parent, new).await), field);
    }
    assert_eq!(missing(create(&stage, Uuid::nil(), base()).await), "Conversation");
    assert_eq!(stage.messages(parent).await.len(), 0);
}

#[tokio::test]
async fn the_timeline_is_newest_first_and_half_open() {
    let stage = Stage::new().await;
    let parent = stage.conversation(0, "Quote").await.uuid;
    let db = stage.reader(&stage.acme).await;
    for minutes in [3, 1, 2, 2] {
        stage.mail(parent, minutes).await;
    }
    let list = async |filter: MessageFilter, page: PageRequest| {
        let page = PgMessages.list(&db, parent, &filter, &page).await.unwrap();
        let times: Vec<_> = page.items.iter().map(|m| m.occurred_at).collect();
        (times, page.next)
    };
    let all = MessageFilter::default;
    let (first, next) = list(
        all(),
        PageRequest {
            limit: 2,
            after: None,
        },
    )
    .await;
    assert_eq!(first, [at(3), at(2)]);
    let (rest, next) = list(
        all(),
        PageRequest {
            limit: 2,
            after: next,
        },
    )
    .await;
    assert_eq!((rest, next), (vec![at(2), at(1)], None));
    let between = MessageFilter {
        from: Some(at(1)),
        to: Some(at(2)),
    };
    assert_eq!(list(between, ALL).await.0, [at(1)]);
}

#[tokio::test]
async fn messages_are_found_in_their_own_conversation_only() {
    let stage = Stage::new().await;
    let (one, two) = (
        stage.conversation(0, "1").await.uuid,
        stage.conversation(0, "2").await.uuid,
    );
    let made = stage.mail(one, 1).await;
    let db = stage.reader(&stage.acme).await;
    assert_eq!(
        PgMessages.get(&db, one, made.uuid).await.unwrap().conversation,
        one
    );
    assert_eq!(missing(PgMessages.get(&db, two, made.uuid).await), "Message");
    let theirs = stage.reader(&stage.other).await;
    assert_eq!(
        missing(PgMessages.get(&theirs, one, made.uuid).await),
        "Conversation"
    );
    let all = MessageFilter::default();
    assert_eq!(
        missing(PgMessages.list(&theirs, one, &all, &ALL).await),
        "Conversation"
    );
}

fn copy() -> MessageRecord {
    MessageRecord {
        source_digest: Some(vec![7; 32]),
        unread: true,
        ..mail(1)
    }
}

#[tokio::test]
async fn a_copy_is_recorded_once() {
    let stage = Stage::new().await;
    let parent = stage.conversation(0, "Quote").await.uuid;
    recorded(stage.record(parent, copy()).await.unwrap());
    let before = stage.get(parent).await.unwrap();
    let elsewhere = stage.conversation(0, "Other").await.uuid;
    for conversation in [parent, elsewhere] {
        let again = stage.record(conversation, copy()).await.unwrap();
        assert!(matches!(again, Recording::Duplicate));
    }
    assert_eq!(stage.get(parent).await.unwrap(), before);
    assert!(stage.get(elsewhere).await.unwrap().is_read);
    let known = stage.write(async |tx| PgMessages.is_recorded(tx, &[7; 32]).await);
    assert!(known.await.unwrap());
    let theirs = stage.write_as(&stage.other, Actor::System, async |tx| {
        PgMessages.is_recorded(tx, &[7; 32]).await
    });
    assert!(!theirs.await.unwrap());
}

#[tokio::test]
async fn copies_that_come_at_once_are_recorded_once() {
    let stage = Stage::new().await;
    let parent = stage.conversation(0, "Quote").await.uuid;
    let elsewhere = stage.conversation(0, "Other").await.uuid;
    let calls = (0..8).map(|n| stage.record(if n % 2 == 0 { parent } else { elsewhere }, copy()));
    let outcomes = futures_util::future::join_all(calls).await;
    let new = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(Recording::Recorded(_))));
    assert_eq!(new.count(), 1);
    assert!(outcomes.iter().all(Result::is_ok));
}

#[tokio::test]
async fn an_import_keeps_what_a_caller_may_not_write() {
    let stage = Stage::new().await;
    let parent = stage.conversation(0, "Quote").await.uuid;
    let mut record = mail(1);
    record.message.content = None;
    record.message.subject = Some("x".repeat(2_000));
    record.message.email.to = vec!["undisclosed-recipients:;".to_owned()];
    record.message.sent_at = None;
    let made = recorded(stage.record(parent, record).await.unwrap());
    assert_eq!(made.subject.unwrap().len(), 2_000);
    assert_eq!((made.sent_at, made.occurred_at), (None, at(0)));
    assert_eq!(made.email.to, ["undisclosed-recipients:;"]);
}
