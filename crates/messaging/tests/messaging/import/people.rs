use super::world::{World, from};
use rapport_inbox::messages::Direction;

#[tokio::test]
async fn everybody_outside_becomes_a_contact() {
    let world = World::new().await;
    world.mail(
        "1.eml",
        "From: \"Bob B.\" <Bob@x.test>\nTo: sales@acme.example, Eve <eve@x.test>\nCc: kim@acme.test, dan@x.test\n\
         Bcc: zoe@x.test\nSubject: a\nDate: 1 Feb 2026 10:00:00 +0000\n\nhi\n",
    );
    let report = world.import().await;
    assert_eq!((report.imported, report.contacts_created), (1, 4));
    assert_eq!(
        world.addresses().await,
        ["Bob@x.test", "dan@x.test", "eve@x.test", "zoe@x.test"]
    );
    let message = world.messages().await.remove(0);
    assert_eq!(message.direction, Direction::Received);
    assert_eq!(message.email.from.as_deref(), Some("Bob@x.test"));
    assert_eq!(message.email.to, ["sales@acme.example", "eve@x.test"]);
    assert_eq!(message.email.cc, ["kim@acme.test", "dan@x.test"]);
    assert_eq!(message.email.bcc, ["zoe@x.test"]);
    let bob = world.contacts().await.remove(0);
    assert_eq!(bob.name.as_deref(), Some("Bob B."));
    assert_eq!(world.conversations().await[0].contact, bob.uuid);
}

#[tokio::test]
async fn mail_from_our_addresses_is_sent() {
    let world = World::new().await;
    for (name, sender) in [
        ("1", "sales@acme.example"),
        ("2", "Kim <kim@ACME.test>"),
        ("3", "ann@People.example"),
    ] {
        let mail = format!(
            "From: {sender}\nTo: kim@acme.test, bob@x.test\nDate: {name} Feb 2026 10:00:00 +0000\n\nhi\n"
        );
        world.mail(&format!("{name}.eml"), &mail);
    }
    world.import().await;
    let messages = world.messages().await;
    assert!(
        messages
            .iter()
            .all(|message| message.direction == Direction::Sent)
    );
    let agents: Vec<_> = messages.iter().map(|message| message.agent).collect();
    assert_eq!(agents, [None, None, Some(world.tenant.agent)]);
    assert_eq!(world.addresses().await, ["bob@x.test"]);
}

#[tokio::test]
async fn a_name_is_learnt_later() {
    let world = World::new().await;
    world.mail("1.eml", &from("bob@x.test", 1, "", "one"));
    world.mail("2.eml", &from("Bob B. <bob@x.test>", 2, "", "two"));
    world.mail("3.eml", &from("Robert <bob@x.test>", 3, "", "three"));
    let report = world.import().await;
    assert_eq!(report.contacts_created, 1);
    assert_eq!(world.contacts().await[0].name.as_deref(), Some("Bob B."));
}

#[tokio::test]
async fn what_is_no_address_is_kept_and_warned_of() {
    let world = World::new().await;
    let mail = from("bob@x.test", 1, "Subject: a", "hi").replace("To: sales", "To: undisclosed, sales");
    world.mail("1.eml", &mail);
    let report = world.import().await;
    assert_eq!((report.imported, report.warnings.count), (1, 1));
    assert!(report.warnings.first[0].message.contains("undisclosed"));
    assert_eq!(
        world.messages().await[0].email.to,
        ["undisclosed", "sales@acme.example"]
    );
}
