//! Changes of status, one after the other and at once.

use crate::stage::{Stage, at, conflict, invalid, missing};
use chrono::TimeDelta;
use futures_util::future::join_all;
use rapport_platform::Error;
use rapport_sales_pipeline::sales::{Expected, StageChoice};
use rapport_sales_pipeline::{PgSales, SaleService};
use serde_json::json;
use uuid::Uuid;

#[tokio::test]
async fn a_change_appends_to_the_history_and_moves_the_last_activity() {
    let stage = Stage::new().await;
    let sale = stage.sale().await;
    stage.test.clock.advance(TimeDelta::minutes(15));
    stage
        .change_status(sale.uuid, Some("quote_sent"), &Expected::Any)
        .await
        .unwrap();
    stage.test.clock.advance(TimeDelta::minutes(15));
    let to = StageChoice::Stage(stage.stages().await[2].uuid);
    let change = stage.write(async |tx| PgSales.change_status(tx, sale.uuid, to, &Expected::Any).await);
    let sale = change.await.unwrap();
    let history = sale
        .history
        .iter()
        .map(|one| (one.label.as_str(), one.status.as_deref(), one.changed_at));
    let expected = [
        ("Qualified", None, at(0)),
        ("Quoted", Some("quote_sent"), at(15)),
        ("Accepted", Some("accepted"), at(30)),
    ];
    assert_eq!(history.collect::<Vec<_>>(), expected);
    assert_eq!(sale.status, sale.history[2]);
    assert_eq!(
        (sale.version, sale.created_at, sale.last_activity_at),
        (3, at(0), at(30))
    );
    let read = stage.get(sale.uuid).await.unwrap();
    assert_eq!((read.history, read.version), (sale.history, 3));
    let audit = stage.audit("sale").await;
    let change = json!([{"field": "status", "from": "Quoted", "to": "Accepted"}]);
    assert_eq!(audit[2], ("update".to_owned(), change));
    let (kind, payload) = &stage.events("sale").await[2];
    assert_eq!(kind, "sale.status_changed");
    assert_eq!(
        (&payload["status"], &payload["total_price"]),
        (&json!("accepted"), &json!("1200.00"))
    );
}

#[tokio::test]
async fn the_status_that_it_has_is_no_change() {
    let stage = Stage::new().await;
    let sale = stage.sale().await;
    let same = stage.change_status(sale.uuid, None, &Expected::Any).await;
    assert_eq!(conflict(same), "The sale already has the status Qualified");
    assert_eq!(stage.audit("sale").await.len(), 1);
}

#[tokio::test]
async fn a_stage_must_be_of_the_pipeline() {
    let stage = Stage::new().await;
    let sale = stage.sale().await;
    let unknown = stage.change_status(sale.uuid, Some("won"), &Expected::Any).await;
    assert_eq!(invalid(unknown), "status");
    let to = StageChoice::Stage(Uuid::nil());
    let unknown = stage.write(async |tx| PgSales.change_status(tx, sale.uuid, to, &Expected::Any).await);
    assert_eq!(invalid(unknown.await), "stage_id");
    let unknown = stage
        .change_status(Uuid::nil(), Some("lost"), &Expected::Any)
        .await;
    assert_eq!(missing(unknown), "Sale");
}

#[tokio::test]
async fn a_stale_version_changes_nothing() {
    let stage = Stage::new().await;
    let sale = stage.sale().await;
    let first = Expected::OneOf(vec![1]);
    stage
        .change_status(sale.uuid, Some("quote_sent"), &first)
        .await
        .unwrap();
    let stale = stage.change_status(sale.uuid, Some("accepted"), &first).await;
    assert!(matches!(stale, Err(Error::Stale { what: "Sale" })), "{stale:?}");
    let either = Expected::OneOf(vec![7, 2]);
    stage
        .change_status(sale.uuid, Some("accepted"), &either)
        .await
        .unwrap();
    assert_eq!(stage.get(sale.uuid).await.unwrap().history.len(), 3);
}

/// 100 changes at once on one sale: in whatever order they come, each is made upon the one before, none is lost,
/// and none is made twice.
#[tokio::test]
async fn of_equal_changes_at_once_one_is_made() {
    let stage = Stage::new().await;
    let sale = stage.sale().await;
    let statuses = ["quote_sent", "accepted", "lost"];
    let changes = (0..100).map(|n| stage.change_status(sale.uuid, Some(statuses[n % 3]), &Expected::Any));
    let outcomes = join_all(changes).await;
    let made = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    for outcome in outcomes {
        if let Err(error) = outcome {
            assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
        }
    }
    let sale = stage.get(sale.uuid).await.unwrap();
    assert!(made >= 1);
    assert_eq!(sale.history.len(), made + 1);
    assert_eq!(usize::try_from(sale.version).unwrap(), made + 1);
    let repeats = sale
        .history
        .windows(2)
        .filter(|pair| pair[0].label == pair[1].label);
    assert_eq!(repeats.count(), 0, "{:?}", sale.history);
    assert!(sale.history.is_sorted_by_key(|change| change.changed_at));
    assert_eq!(stage.audit("sale").await.len(), made + 1);
}
