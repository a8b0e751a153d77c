//! Read models: told of what a transaction did, in that transaction.

use crate::support::{Stage, add_organization, count_organizations};
use async_trait::async_trait;
use rapport_platform::events::{Event, Projection};
use rapport_platform::{Db, Error, Result, Tx};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// Adds an organization for each event of kind `opened`, and refuses `refused` ones.
#[derive(Default)]
struct Branches(Mutex<Vec<&'static str>>);

#[async_trait]
impl Projection for Branches {
    async fn apply(&self, tx: &Tx, events: &[Event]) -> Result<()> {
        self.0
            .lock()
            .unwrap()
            .extend(events.iter().map(|event| event.kind));
        for (number, event) in (2..).zip(events) {
            match event.kind {
                "refused" => return Err(Error::conflict("no")),
                _ => add_organization(tx, number).await?,
            }
        }
        Ok(())
    }
}

fn event(kind: &'static str) -> Event {
    Event::new(kind, "branch", Uuid::nil())
}

async fn emit(db: &Db, stage: &Stage, kinds: &[&'static str]) -> Result<()> {
    db.write(&stage.ctx, async |tx| {
        for kind in kinds {
            tx.emit(event(kind));
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_read_model_is_told_of_all_events_before_the_commit() {
    let stage = Stage::new().await;
    let branches = Arc::new(Branches::default());
    let db = stage
        .db
        .clone()
        .with_projections([branches.clone() as Arc<dyn Projection>]);
    emit(&db, &stage, &["opened", "opened"]).await.unwrap();
    assert_eq!(*branches.0.lock().unwrap(), ["opened", "opened"]);
    assert_eq!(count_organizations(&stage.db).await, 3);
    // Without an event there is nothing to be told.
    emit(&db, &stage, &[]).await.unwrap();
    assert_eq!(branches.0.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn what_a_read_model_refuses_is_not_written() {
    let stage = Stage::new().await;
    let branches: Arc<dyn Projection> = Arc::new(Branches::default());
    let db = stage.db.clone().with_projections([branches]);
    let outcome = emit(&db, &stage, &["opened", "refused"]).await;
    assert!(matches!(outcome, Err(Error::Conflict { .. })));
    assert_eq!(count_organizations(&stage.db).await, 1);
}
