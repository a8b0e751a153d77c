use super::world::{World, from};
use rapport_inbox::messages::Direction;

#[tokio::test]
async fn a_thread_out_of_order_is_one_conversation() {
    let world = World::new().await;
    // The answers come first, and the first two know nothing of each other.
    world.mail(
        "1.eml",
        &from(
            "bob@x.test",
            3,
            "Subject: Re: x\nMessage-ID: <c@x>\nReferences: <b@x>",
            "three",
        ),
    );
    world.mail(
        "2.eml",
        &from("bob@x.test", 1, "Subject: y\nMessage-ID: <a@x>", "one"),
    );
    world.mail(
        "3.eml",
        &from(
            "bob@x.test",
            2,
            "Subject: Re: y\nMessage-ID: <b@x>\nReferences: <a@x>",
            "two",
        ),
    );
    assert_eq!(world.import().await.imported, 3);
    let conversations = world.conversations().await;
    assert_eq!(conversations.len(), 1);
    assert_eq!(
        conversations[0].start_at.to_rfc3339(),
        "2026-02-01T10:00:00+00:00"
    );
    assert_eq!(
        conversations[0].last_activity_at.to_rfc3339(),
        "2026-02-03T10:00:00+00:00"
    );
    let texts: Vec<_> = world
        .messages()
        .await
        .into_iter()
        .map(|m| m.content.unwrap())
        .collect();
    assert_eq!(texts, ["one", "two", "three"]);
}

#[tokio::test]
async fn a_reply_without_references_is_found_by_its_subject() {
    let world = World::new().await;
    world.mail(
        "1.eml",
        &from("bob@x.test", 1, "Subject: Your quote\nMessage-ID: <1@x>", "one"),
    );
    world.mail(
        "2.eml",
        &from(
            "bob@x.test",
            2,
            "Subject: RE: your  quote\nMessage-ID: <2@x>",
            "two",
        ),
    );
    world.mail(
        "3.eml",
        &from(
            "eve@x.test",
            3,
            "Subject: Re: Your quote\nMessage-ID: <3@x>",
            "another person",
        ),
    );
    world.mail(
        "4.eml",
        &from(
            "bob@x.test",
            4,
            "Subject: Your quote\nMessage-ID: <4@x>",
            "no reply",
        ),
    );
    let report = world.import().await;
    assert_eq!((report.imported, report.conversations_created), (4, 3));
}

#[tokio::test]
async fn question_and_answer_are_one_conversation() {
    let world = World::new().await;
    world.mail(
        "1.eml",
        &from("bob@x.test", 1, "Subject: Hi\nMessage-ID: <1@x>", "question"),
    );
    world.mail(
        "2.eml",
        "From: ann@people.example\nTo: bob@x.test\nSubject: Re: Hi\nDate: 2 Feb 2026 10:00:00 +0000\n\
         In-Reply-To: <1@x>\nMessage-ID: <2@acme>\n\nanswer\n",
    );
    world.import().await;
    assert_eq!(world.conversations().await.len(), 1);
    let messages = world.messages().await;
    let [question, answer] = &messages[..] else {
        panic!("two messages")
    };
    assert_eq!((question.direction, question.agent), (Direction::Received, None));
    assert_eq!(
        (answer.direction, answer.agent),
        (Direction::Sent, Some(world.tenant.agent))
    );
    assert_eq!(answer.email.message_id.as_deref(), Some("<2@acme>"));
    assert_eq!(world.addresses().await, ["bob@x.test"]);
}

#[tokio::test]
async fn many_mails_of_many_threads_keep_together() {
    let world = World::new().await;
    for thread in 0..20 {
        for mail in 0..5 {
            let fields = format!(
                "Subject: Thread {thread}\nMessage-ID: <{thread}.{mail}@x>\nReferences: <{thread}.{}@x>",
                mail + 1
            );
            let sender = format!("person{thread}@x.test");
            world.mail(
                &format!("{mail}-{thread}.eml"),
                &from(&sender, 1 + mail, &fields, "text"),
            );
        }
    }
    let report = world.import().await;
    assert_eq!((report.imported, report.contacts_created), (100, 20));
    assert_eq!(world.conversations().await.len(), 20);
}
