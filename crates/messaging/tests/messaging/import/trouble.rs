use super::world::{World, from};
use rapport_platform::Error;

#[tokio::test]
async fn a_broken_mail_does_not_stop_the_others() {
    let world = World::new().await;
    world.mail("1.eml", &from("bob@x.test", 1, "", "one"));
    world.mail("2.eml", "this is no mail");
    world.mail("3.eml", "From: nobody\nSubject: nobody at all\n\nhi\n");
    world.mail("4.eml", &from("bob@x.test", 4, "Subject: a\0b", "nul\0"));
    let report = world.import().await;
    assert_eq!((report.imported, report.skipped.count), (2, 2));
    let files: Vec<_> = report
        .skipped
        .first
        .iter()
        .map(|skipped| skipped.origin.path.clone())
        .collect();
    assert_eq!(
        files,
        [
            world.mails().join("2.eml").into(),
            world.mails().join("3.eml").into()
        ]
    );
    assert_eq!(world.messages().await[1].content.as_deref(), Some("nul"));
    let text = report.to_string();
    assert!(
        text.contains("2 mails imported") && text.contains("2.eml: is no e-mail"),
        "{text}"
    );
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["skipped"]["count"], 2);
    assert!(
        json["skipped"]["first"][0]["origin"]["path"]
            .as_str()
            .unwrap()
            .ends_with("2.eml")
    );
}

#[tokio::test]
async fn a_lost_database_ends_the_import_and_keeps_what_is_there() {
    let world = World::new().await;
    world.mail("1.eml", &from("bob@x.test", 1, "", "one"));
    world.import().await;
    world.mail("2.eml", &from("bob@x.test", 2, "", "two"));
    let admin = world.database.sql().await;
    // Nobody may write, as when the server shuts down: the statement time-out ends the waiting.
    let lock = "BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE";
    admin.batch_execute(lock).await.unwrap();
    let second = world.database.sql().await;
    let mut import = std::pin::pin!(world.try_import());
    let stopped = loop {
        let cancel = second.execute(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND wait_event_type = 'Lock'",
            &[],
        );
        tokio::select! {
            stopped = &mut import => break stopped.unwrap_err(),
            done = cancel => { done.unwrap(); }
        }
    };
    assert!(matches!(stopped.cause, Error::Unavailable { .. }), "{stopped}");
    admin.batch_execute("ROLLBACK").await.unwrap();
    let report = world.import().await;
    assert_eq!((report.imported, report.duplicates), (1, 1));
    assert_eq!(world.messages().await.len(), 2);
}
