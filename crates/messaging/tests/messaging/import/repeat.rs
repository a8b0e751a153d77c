use super::world::{World, from};

#[tokio::test]
async fn a_second_import_adds_nothing() {
    let world = World::new().await;
    world.mail(
        "1.eml",
        &from("Bob <bob@x.test>", 1, "Subject: a\nMessage-ID: <1@x>", "one"),
    );
    world.mail(
        "2.eml",
        &from("bob@x.test", 2, "Subject: Re: a\nIn-Reply-To: <1@x>", "two"),
    );
    world.mail("3.eml", &from("eve@x.test", 3, "", "without id and subject"));
    let first = world.import().await;
    assert_eq!((first.imported, first.duplicates, first.skipped.count), (3, 0, 0));
    assert_eq!((first.contacts_created, first.conversations_created), (2, 2));
    let second = world.import().await;
    assert_eq!(
        (second.imported, second.duplicates, second.skipped.count),
        (0, 3, 0)
    );
    assert_eq!((second.contacts_created, second.conversations_created), (0, 0));
    assert_eq!(world.messages().await.len(), 3);
    assert_eq!(world.addresses().await, ["bob@x.test", "eve@x.test"]);
}

#[tokio::test]
async fn copies_of_a_mail_are_one() {
    let world = World::new().await;
    let mail = from("bob@x.test", 1, "Subject: a\nMessage-ID: <1@x>", "one");
    world.mail("1.eml", &mail);
    world.mail("2.eml", &mail.replace('\n', "\r\n"));
    world.mail(
        "3.eml",
        &format!("Received: by y.test; 1 Feb 2026 11:00:00 +0000\n{mail}"),
    );
    world.mail(
        "4.mbox",
        &format!("From bob@x.test Sun Feb  1 10:00:00 2026\n{mail}\n"),
    );
    let report = world.import().await;
    assert_eq!((report.imported, report.duplicates), (1, 3));
}

#[tokio::test]
async fn mails_that_only_share_their_id_are_both_kept() {
    let world = World::new().await;
    world.mail(
        "1.eml",
        &from("bob@x.test", 1, "Subject: a\nMessage-ID: <1@x>", "one"),
    );
    world.mail(
        "2.eml",
        &from("bob@x.test", 1, "Subject: b\nMessage-ID: <1@x>", "two"),
    );
    let report = world.import().await;
    assert_eq!((report.imported, report.duplicates), (2, 0));
    let texts: Vec<_> = world
        .messages()
        .await
        .into_iter()
        .map(|m| m.content.unwrap())
        .collect();
    assert_eq!(texts, ["one", "two"]);
}
