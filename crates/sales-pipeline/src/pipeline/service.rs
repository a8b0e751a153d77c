//! Pipelines on PostgreSQL.

use super::rows::{StageRow, StageValues, defaults, live};
use super::{PipelineService, Stage, StageEntry, check};
use crate::locks;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use rapport_crm_core::audit::{self, Action, Changes};
use rapport_platform::events::Event;
use rapport_platform::{Error, Reader, Result, Tx};
use rapport_schema::tables::{pipeline_stages, sale_status_history, sales};

const RECORD: &str = "pipeline_stage";

/// The pipelines, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgPipeline;

#[async_trait]
impl PipelineService for PgPipeline {
    async fn stages(&self, db: &Reader) -> Result<Vec<Stage>> {
        let stages = live(db.conn(), db.organization()).await?;
        if stages.is_empty() {
            return defaults(db.conn(), db.organization()).await;
        }
        Ok(stages.into_iter().map(Stage::from).collect())
    }

    async fn replace(&self, tx: &mut Tx, entries: Vec<StageEntry>) -> Result<Vec<Stage>> {
        locks::change_stages(tx).await?;
        let old = written(tx).await?;
        let entries = check::checked(entries, &old)?;
        refuse_removal(tx, &old, &entries).await?;
        refuse_new_status(tx, &old, &entries).await?;
        let new: Vec<Stage> = entries.into_iter().map(|entry| made(tx, entry)).collect();
        let old: Vec<Stage> = old.into_iter().map(Stage::from).collect();
        if new != old {
            write(tx, &new).await?;
            log(tx, &old, &new).await?;
        }
        Ok(new)
    }
}

fn made(tx: &Tx, entry: StageEntry) -> Stage {
    Stage {
        uuid: entry.uuid.unwrap_or_else(|| tx.uuid()),
        name: entry.name,
        status: entry.status,
    }
}

/// The stages of the pipeline, in a transaction that lets a sale enter one of them: they stay until it ends.
pub(crate) async fn entered(tx: &Tx) -> Result<Vec<StageRow>> {
    locks::keep_stages(tx).await?;
    written(tx).await
}

/// The stages of the pipeline as rows. The defaults are written when there are none yet; of two transactions that
/// would do so at once the second waits for the first and finds them written.
async fn written(tx: &Tx) -> Result<Vec<StageRow>> {
    let stages = live(tx.conn(), tx.organization()).await?;
    if !stages.is_empty() {
        return Ok(stages);
    }
    let defaults = defaults(tx.conn(), tx.organization()).await?;
    diesel::insert_into(pipeline_stages::table)
        .values(values(tx, &defaults)?)
        .on_conflict_do_nothing()
        .execute(&mut tx.conn())
        .await?;
    live(tx.conn(), tx.organization()).await
}

fn values(tx: &Tx, stages: &[Stage]) -> Result<Vec<StageValues>> {
    let value = |(position, stage): (usize, &Stage)| {
        Ok(StageValues {
            organization_id: tx.organization(),
            uuid: stage.uuid,
            position: i32::try_from(position).map_err(Error::internal)?,
            name: stage.name.clone(),
            status: stage.status.clone(),
            created_at: tx.now(),
            updated_at: tx.now(),
        })
    };
    stages.iter().enumerate().map(value).collect()
}

/// No stage goes away under the sales that stand in it.
async fn refuse_removal(tx: &Tx, old: &[StageRow], entries: &[StageEntry]) -> Result<()> {
    let stays = |stage: &&StageRow| !entries.iter().any(|entry| entry.uuid == Some(stage.uuid));
    let removed: Vec<i64> = old.iter().filter(stays).map(|stage| stage.id).collect();
    let query = sales::table
        .filter(sales::organization_id.eq(tx.organization()))
        .filter(sales::stage_id.eq_any(removed))
        .filter(sales::deleted_at.is_null())
        .select(sales::stage_id);
    let held: Option<i64> = query.first(&mut tx.conn()).await.optional()?;
    match old.iter().find(|stage| Some(stage.id) == held) {
        Some(stage) => Err(Error::conflict(format!(
            "The stage {} cannot be removed: a sale stands in it",
            stage.name
        ))),
        None => Ok(()),
    }
}

/// What a status meant to the sales that had it stays true.
async fn refuse_new_status(tx: &Tx, old: &[StageRow], entries: &[StageEntry]) -> Result<()> {
    let other = |stage: &&StageRow| {
        let entry = entries.iter().find(|entry| entry.uuid == Some(stage.uuid));
        entry.is_some_and(|entry| entry.status != stage.status)
    };
    let changed: Vec<i64> = old.iter().filter(other).map(|stage| stage.id).collect();
    let query = sale_status_history::table
        .filter(sale_status_history::organization_id.eq(tx.organization()))
        .filter(sale_status_history::stage_id.eq_any(changed))
        .select(sale_status_history::stage_id);
    let reached: Option<i64> = query.first(&mut tx.conn()).await.optional()?;
    match old.iter().find(|stage| Some(stage.id) == reached) {
        Some(stage) => Err(Error::conflict(format!(
            "The status of the stage {} cannot change: sales have stood in it",
            stage.name
        ))),
        None => Ok(()),
    }
}

/// Puts all stages aside and those that are wanted back in, so that no two are in each other's place meanwhile.
async fn write(tx: &Tx, stages: &[Stage]) -> Result<()> {
    let present = pipeline_stages::table
        .filter(pipeline_stages::organization_id.eq(tx.organization()))
        .filter(pipeline_stages::removed_at.is_null());
    diesel::update(present)
        .set((
            pipeline_stages::removed_at.eq(tx.now()),
            pipeline_stages::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    diesel::insert_into(pipeline_stages::table)
        .values(values(tx, stages)?)
        .on_conflict((pipeline_stages::organization_id, pipeline_stages::uuid))
        .do_update()
        .set((
            pipeline_stages::position.eq(excluded(pipeline_stages::position)),
            pipeline_stages::name.eq(excluded(pipeline_stages::name)),
            pipeline_stages::status.eq(excluded(pipeline_stages::status)),
            pipeline_stages::removed_at.eq(None::<chrono::DateTime<chrono::Utc>>),
            pipeline_stages::updated_at.eq(excluded(pipeline_stages::updated_at)),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

async fn log(tx: &mut Tx, old: &[Stage], new: &[Stage]) -> Result<()> {
    let place = |stages: &[Stage], wanted: &Stage| stages.iter().position(|stage| stage.uuid == wanted.uuid);
    let gone = old.iter().filter(|stage| place(new, stage).is_none());
    for stage in gone.chain(new) {
        let before = place(old, stage).and_then(|place| Some((place, old.get(place)?)));
        let after = place(new, stage).and_then(|place| Some((place, new.get(place)?)));
        let changes = changes(before, after);
        let (action, kind) = match (before, after) {
            (None, _) => (Action::Insert, "pipeline_stage.created"),
            (_, None) => (Action::Delete, "pipeline_stage.deleted"),
            _ => (Action::Update, "pipeline_stage.updated"),
        };
        if !changes.is_empty() {
            audit::record(tx, action, (RECORD, stage.uuid), &changes).await?;
            tx.emit(Event::new(kind, RECORD, stage.uuid));
        }
    }
    Ok(())
}

/// A stage at its place before and after.
fn changes(before: Option<(usize, &Stage)>, after: Option<(usize, &Stage)>) -> Changes {
    let place = |at: Option<(usize, &Stage)>| at.map(|(place, _)| place);
    let name = |at: Option<(usize, &Stage)>| at.map(|(_, stage)| stage.name.clone());
    let status = |at: Option<(usize, &Stage)>| at.and_then(|(_, stage)| stage.status.clone());
    Changes::new()
        .field("position", &place(before), &place(after))
        .field("name", &name(before), &name(after))
        .field("status", &status(before), &status(after))
}
