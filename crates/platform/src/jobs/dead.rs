//! Jobs that were given up: seen, tried again, and in the end deleted.

use super::CHANNEL;
use crate::{Db, Error, Result};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rapport_schema::tables::jobs;

/// A job that was given up.
#[derive(Debug, Queryable)]
pub struct DeadJob {
    /// Its id.
    pub id: i64,
    /// The organization whose job it is; none for a job of the instance.
    pub organization: Option<i64>,
    /// Which handler it is for: `draft.send`.
    pub kind: String,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was given up.
    pub died_at: DateTime<Utc>,
    /// Why.
    pub error: Option<String>,
}

/// The jobs of all organizations and of the instance that were given up, the last ones first, at most `limit`.
///
/// # Errors
/// [`Error::Unavailable`] when the database cannot be reached.
pub async fn dead(db: &Db, limit: i64) -> Result<Vec<DeadJob>> {
    let query = jobs::table
        .filter(jobs::state.eq("dead"))
        .order((jobs::run_at.desc(), jobs::id.desc()))
        .limit(limit)
        .select((
            jobs::id,
            jobs::organization_id,
            jobs::kind,
            jobs::attempts,
            // Nothing moves it any more since it was given up.
            jobs::run_at,
            jobs::last_error,
        ));
    Ok(query.load(&mut db.session().await?.conn()).await?)
}

/// Has a job that was given up tried again, at once and as often as a new one.
///
/// # Errors
/// `NotFound` when there is no such job or it was not given up; `Conflict` when another one like it waits or runs.
pub async fn retry(db: &Db, id: i64) -> Result<()> {
    let session = db.session().await?;
    let again = diesel::update(jobs::table.find(id))
        .filter(jobs::state.eq("dead"))
        .set((
            jobs::state.eq("ready"),
            jobs::run_at.eq(db.now()),
            jobs::attempts.eq(0),
        ))
        .execute(&mut session.conn())
        .await;
    let again = again.map_err(|error| {
        Error::from(error).on_constraint("jobs_unique_key", || {
            Error::conflict("Another job of this kind and key waits or runs")
        })
    })?;
    if again == 0 {
        return Err(Error::not_found("Dead job"));
    }
    let notify = sql_query("SELECT pg_notify($1, '')").bind::<Text, _>(CHANNEL);
    notify.execute(&mut session.conn()).await?;
    Ok(())
}

/// Deletes up to `limit` of those that were given up before a time; answers how many.
pub(super) async fn delete_batch(db: &Db, before: DateTime<Utc>, limit: i64) -> Result<usize> {
    let statement = sql_query(
        "DELETE FROM jobs WHERE id IN ( \
             SELECT id FROM jobs WHERE state = 'dead' AND run_at < $1 ORDER BY run_at LIMIT $2)",
    )
    .bind::<Timestamptz, _>(before)
    .bind::<BigInt, _>(limit);
    Ok(statement.execute(&mut db.session().await?.conn()).await?)
}
