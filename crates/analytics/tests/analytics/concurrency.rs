//! Many at once.

use crate::stage::{Said, Stage, at};
use futures_util::future::join_all;
use rapport_analytics::rebuild;
use rapport_inbox::{MessageService, PgMessages};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_written_while_others_fold_and_rebuild_is_counted_once() {
    let stage = Stage::new().await;
    let mut conversations = Vec::new();
    for number in 0..4 {
        conversations.push(stage.conversation(&format!("{number}@x")).await);
    }
    let writers = (0..40_i64).map(|number| {
        let conversation = conversations[usize::try_from(number).unwrap() % 4];
        let stage = &stage;
        async move {
            // Out of order, and across quarters and days.
            let when = at((number * 7919) % (5 * 24 * 60));
            let said = if number % 3 == 0 {
                Said::received(when)
            } else {
                Said::sent(when, 1)
            };
            let written =
                stage.write(async |tx| PgMessages.record(tx, conversation, stage.record(said)).await);
            written.await.unwrap();
        }
    });
    let others = async {
        for _ in 0..3 {
            stage.fold().await;
            stage.write(async |tx| rebuild(tx).await).await.unwrap();
        }
    };
    tokio::join!(join_all(writers), others);
    stage.fold().await;
    let kept = stage.models().await;
    assert!(kept.len() > 40, "{}", kept.len());
    stage.rebuild().await;
    assert_eq!(kept, stage.models().await);
}
