//! Threads that turn out to be one.

use crate::stage::{Said, Stage, at, window};
use rapport_analytics::{AgentReport, AnalyticsService, PgAnalytics};

const DAY: i64 = 24 * 60;

#[tokio::test]
async fn a_merged_conversation_counts_once_from_its_first_message_received() {
    let stage = Stage::new().await;
    let (one, other) = (stage.conversation("1@x").await, stage.conversation("2@x").await);
    stage
        .say(one, &[Said::received(at(60)), Said::sent(at(120), 0)])
        .await;
    stage
        .say(
            other,
            &[
                Said::sent(at(30), 1),
                Said::received(at(20 * DAY)),
                Said::sent(at(20 * DAY + 5), 2),
            ],
        )
        .await;
    stage.fold().await;
    let month = window(at(0), at(31 * DAY));
    let before = stage.report(month).await;
    assert_eq!((before.response.received, before.response.responded), (2, 2));
    assert_eq!(before.volume.conversations, 2);
    stage.merge(&["1@x".to_owned(), "2@x".to_owned()]).await;
    let after = stage.report(month).await;
    assert_eq!((after.response.received, after.response.responded), (1, 1));
    assert_eq!(after.response.response_microseconds, 60 * 60 * 1_000_000);
    assert_eq!(after.volume.conversations, 1);
    assert_eq!(
        (after.volume.messages_received, after.volume.messages_sent),
        (2, 3)
    );
    let reader = stage.reader().await;
    let mut responded = Vec::new();
    for agent in &stage.agents {
        let report = PgAnalytics
            .agent_conversations(&reader, *agent, month)
            .await
            .unwrap();
        responded.push(report.responded);
    }
    // Who wrote before anything was received has not replied.
    assert_eq!(responded, [1, 0, 1]);
    let quiet = window(at(2 * DAY), at(19 * DAY));
    assert_eq!(stage.report(quiet).await.volume.conversations, 0);
}

#[tokio::test]
async fn a_message_in_a_long_silence_ends_it() {
    let stage = Stage::new().await;
    let conversation = stage.conversation("1@x").await;
    stage
        .say(
            conversation,
            &[Said::received(at(0)), Said::received(at(100 * DAY))],
        )
        .await;
    let silence = window(at(DAY), at(99 * DAY));
    let days = window(at(49 * DAY), at(51 * DAY));
    assert_eq!(stage.report(silence).await.volume.conversations, 0);
    stage.say(conversation, &[Said::sent(at(50 * DAY), 0)]).await;
    assert_eq!(stage.report(silence).await.volume.conversations, 1);
    assert_eq!(stage.report(days).await.volume.conversations, 1);
    let halves = [
        window(at(1), at(50 * DAY)),
        window(at(50 * DAY + 1), at(100 * DAY)),
    ];
    for half in halves {
        assert_eq!(stage.report(half).await.volume.conversations, 0);
    }
}

#[tokio::test]
async fn an_agent_of_another_organization_is_not_found() {
    let stage = Stage::new().await;
    let other = Stage::on(stage.test.clone(), 1).await;
    let reader = stage.reader().await;
    let report = PgAnalytics
        .agent_conversations(&reader, other.agents[0], window(at(0), at(1)))
        .await;
    assert!(matches!(
        report,
        Err(rapport_platform::Error::NotFound { what: "Agent" })
    ));
    let own = PgAnalytics
        .agent_conversations(&reader, stage.agents[0], window(at(0), at(1)))
        .await;
    assert_eq!(own.unwrap(), AgentReport::default());
}
