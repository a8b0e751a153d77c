//! Pipelines: their defaults, and how they change.

use crate::stage::{Stage, conflict, invalid};
use futures_util::future::join_all;
use rapport_platform::Result;
use rapport_sales_pipeline::pipeline::{MOST_STAGES, Stage as PipelineStage, StageEntry};
use rapport_sales_pipeline::sales::{Expected, NewSale};
use rapport_sales_pipeline::{PgPipeline, PgSales, PipelineService, SaleService};
use serde_json::json;
use uuid::Uuid;

fn entry(stage: &PipelineStage) -> StageEntry {
    StageEntry {
        uuid: Some(stage.uuid),
        name: stage.name.clone(),
        status: stage.status.clone(),
    }
}

fn fresh(name: &str, status: Option<&str>) -> StageEntry {
    StageEntry {
        uuid: None,
        name: name.to_owned(),
        status: status.map(str::to_owned),
    }
}

async fn replace(stage: &Stage, entries: Vec<StageEntry>) -> Result<Vec<PipelineStage>> {
    stage
        .write(async |tx| PgPipeline.replace(tx, entries).await)
        .await
}

fn shown(stages: &[PipelineStage]) -> Vec<(&str, Option<&str>)> {
    stages
        .iter()
        .map(|stage| (stage.name.as_str(), stage.status.as_deref()))
        .collect()
}

const DEFAULTS: [(&str, Option<&str>); 4] = [
    ("Qualified", None),
    ("Quoted", Some("quote_sent")),
    ("Accepted", Some("accepted")),
    ("Lost", Some("lost")),
];

#[tokio::test]
async fn a_pipeline_has_the_default_stages_before_and_after_its_first_sale() {
    let stage = Stage::new().await;
    let before = stage.stages().await;
    assert_eq!(shown(&before), DEFAULTS);
    stage.sale().await;
    assert_eq!(stage.stages().await, before);
    let other = PgPipeline
        .stages(&stage.reader(&stage.other).await)
        .await
        .unwrap();
    assert_eq!(shown(&other), DEFAULTS);
    assert_ne!(other[0].uuid, before[0].uuid);
}

#[tokio::test]
async fn first_sales_made_at_once_write_the_default_stages_once() {
    let stage = Stage::new().await;
    let made = (0..12).map(|_| stage.create(NewSale::default()));
    for sale in join_all(made).await {
        sale.unwrap();
    }
    let sql = "SELECT count(*) FROM pipeline_stages";
    let count: i64 = stage.test.sql().await.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(count, 4);
}

#[tokio::test]
async fn stages_are_renamed_reordered_added_and_removed() {
    let stage = Stage::new().await;
    let [qualified, quoted, accepted, _] = stage.stages().await.try_into().unwrap();
    let renamed = StageEntry {
        name: " Won ".to_owned(),
        ..entry(&accepted)
    };
    let wanted = vec![
        entry(&quoted),
        fresh("Site visit", None),
        renamed,
        entry(&qualified),
    ];
    let now = replace(&stage, wanted).await.unwrap();
    let expected = [
        ("Quoted", Some("quote_sent")),
        ("Site visit", None),
        ("Won", Some("accepted")),
        ("Qualified", None),
    ];
    assert_eq!(shown(&now), expected);
    assert_eq!(stage.stages().await, now);
    assert_eq!([now[0].uuid, now[2].uuid], [quoted.uuid, accepted.uuid]);
    let audit = stage.audit("pipeline_stage").await;
    let entries = [
        (
            "delete",
            json!([{"field": "position", "from": 3, "to": null}, {"field": "name", "from": "Lost", "to": null},
            {"field": "status", "from": "lost", "to": null}]),
        ),
        ("update", json!([{"field": "position", "from": 1, "to": 0}])),
        (
            "insert",
            json!([{"field": "position", "from": null, "to": 1},
            {"field": "name", "from": null, "to": "Site visit"}]),
        ),
        (
            "update",
            json!([{"field": "name", "from": "Accepted", "to": "Won"}]),
        ),
        ("update", json!([{"field": "position", "from": 0, "to": 3}])),
    ];
    assert_eq!(
        audit,
        entries.map(|(action, changes)| (action.to_owned(), changes))
    );
    let events = stage.events("pipeline_stage").await;
    assert_eq!(events.len(), 5);
    // The same again changes nothing, also by their names.
    let named = now
        .iter()
        .map(|stage| fresh(&stage.name, stage.status.as_deref()));
    assert_eq!(replace(&stage, named.collect()).await.unwrap(), now);
    replace(&stage, now.iter().map(entry).collect()).await.unwrap();
    assert_eq!(stage.audit("pipeline_stage").await.len(), 5);
}

#[tokio::test]
async fn a_stage_in_which_a_sale_stands_stays() {
    let stage = Stage::new().await;
    let sale = stage.sale().await;
    let stages = stage.stages().await;
    let without_first: Vec<_> = stages[1..].iter().map(entry).collect();
    let refused = replace(&stage, without_first.clone()).await;
    assert_eq!(
        conflict(refused),
        "The stage Qualified cannot be removed: a sale stands in it"
    );
    stage
        .change_status(sale.uuid, Some("quote_sent"), &Expected::Any)
        .await
        .unwrap();
    replace(&stage, without_first).await.unwrap();
    // What it was called remains in the history.
    let history = stage.get(sale.uuid).await.unwrap().history;
    let labels: Vec<_> = history.iter().map(|change| change.label.as_str()).collect();
    assert_eq!(labels, ["Qualified", "Quoted"]);
    // A stage is free again once its sales are deleted.
    stage
        .write(async |tx| PgSales.delete(tx, sale.uuid, &Expected::Any).await)
        .await
        .unwrap();
    replace(&stage, stages[2..].iter().map(entry).collect())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_rename_does_not_change_history_and_a_status_stays_once_used() {
    let stage = Stage::new().await;
    let sale = stage.sale().await;
    stage
        .change_status(sale.uuid, Some("accepted"), &Expected::Any)
        .await
        .unwrap();
    let stages = stage.stages().await;
    let mut entries: Vec<_> = stages.iter().map(entry).collect();
    entries[2].name = "Won".to_owned();
    entries[3].status = Some("gone".to_owned());
    replace(&stage, entries.clone()).await.unwrap();
    let sale = stage.get(sale.uuid).await.unwrap();
    assert_eq!(
        (sale.status.label.as_str(), sale.status.status.as_deref()),
        ("Accepted", Some("accepted"))
    );
    entries[2].status = Some("won".to_owned());
    let refused = replace(&stage, entries).await;
    assert_eq!(
        conflict(refused),
        "The status of the stage Won cannot change: sales have stood in it"
    );
}

#[tokio::test]
async fn what_makes_no_pipeline_is_named() {
    let stage = Stage::new().await;
    let [first, second, ..] = &stage.stages().await[..] else {
        panic!()
    };
    let long = "x".repeat(256);
    for (entries, field) in [
        (vec![], "stages"),
        (vec![fresh("A", None); MOST_STAGES + 1], "stages"),
        (vec![entry(first), fresh("", None)], "stages[1].name"),
        (vec![fresh(&long, None)], "stages[0].name"),
        (vec![fresh("A", None), fresh("A", Some("b"))], "stages[1].name"),
        (
            vec![fresh("A", Some("a")), fresh("B", Some("a"))],
            "stages[1].status",
        ),
        (vec![fresh("A", Some("Quote sent"))], "stages[0].status"),
        (vec![fresh("A", Some(""))], "stages[0].status"),
        (
            vec![
                entry(first),
                StageEntry {
                    name: "A".to_owned(),
                    ..entry(first)
                },
            ],
            "stages[1].stage_id",
        ),
        (
            vec![StageEntry {
                uuid: Some(Uuid::nil()),
                ..entry(second)
            }],
            "stages[0].stage_id",
        ),
    ] {
        assert_eq!(invalid(replace(&stage, entries).await), field);
    }
    let theirs = PgPipeline
        .stages(&stage.reader(&stage.other).await)
        .await
        .unwrap();
    assert_eq!(
        invalid(replace(&stage, vec![entry(&theirs[0])]).await),
        "stages[0].stage_id"
    );
    assert_eq!(shown(&stage.stages().await), DEFAULTS);
}
