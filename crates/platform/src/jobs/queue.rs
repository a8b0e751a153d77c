//! The statements on the table `jobs`. Each is one round trip in a transaction of its own, and each that
//! ends a claim checks the lease token, so a worker that lost its lease changes nothing.

use super::{CHANNEL, Job};
use crate::{Db, RawJson, Result};
use chrono::{DateTime, Utc};
use diesel::dsl::min;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, QueryDsl, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_schema::tables::jobs;
use std::time::Duration;
use uuid::Uuid;

#[derive(diesel::Insertable)]
#[diesel(table_name = jobs)]
pub(crate) struct JobRow {
    organization_id: Option<i64>,
    kind: &'static str,
    payload: RawJson,
    state: &'static str,
    run_at: DateTime<Utc>,
    attempts: i32,
    max_attempts: i32,
    unique_key: Option<String>,
    created_at: DateTime<Utc>,
}

impl JobRow {
    pub(crate) fn new(job: Job, organization_id: Option<i64>, now: DateTime<Utc>) -> Self {
        Self {
            organization_id,
            kind: job.kind,
            payload: job.payload,
            state: "ready",
            run_at: job.run_at.unwrap_or(now),
            attempts: 0,
            max_attempts: job.max_attempts,
            unique_key: job.unique_key,
            created_at: now,
        }
    }
}

/// Adds jobs and wakes the workers, once the transaction commits.
pub(crate) async fn insert(rows: Vec<JobRow>, conn: &AsyncPgConnection) -> Result<()> {
    diesel::insert_into(jobs::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(&mut &*conn)
        .await?;
    let notify = sql_query("SELECT pg_notify($1, '')").bind::<Text, _>(CHANNEL);
    notify.execute(&mut &*conn).await?;
    Ok(())
}

/// Adds a job that belongs to no organization, such as housekeeping. A job of an organization is added with
/// [`crate::Tx::enqueue`].
///
/// # Errors
/// [`crate::Error::Unavailable`] when the database cannot be reached.
pub async fn enqueue_for_instance(db: &Db, job: Job) -> Result<()> {
    let row = JobRow::new(job, None, db.now());
    insert(vec![row], db.session().await?.conn()).await
}

/// A job this worker holds.
#[derive(Debug, diesel::QueryableByName)]
#[diesel(table_name = jobs)]
pub(super) struct Claimed {
    pub id: i64,
    pub organization_id: Option<i64>,
    pub kind: String,
    pub payload: RawJson,
    pub attempts: i32,
    pub max_attempts: i32,
    #[diesel(sql_type = SqlUuid)]
    pub lease_token: Uuid,
}

/// Takes up to `limit` due jobs of these kinds, oldest first, for the time of `lease`.
pub(super) async fn claim(db: &Db, kinds: &[&str], limit: usize, lease: Duration) -> Result<Vec<Claimed>> {
    let now = db.now();
    // ARRAY(…) is evaluated once. A plain IN may be run for every row, and would then lock more than LIMIT.
    let statement = sql_query(
        "UPDATE jobs SET state = 'running', attempts = attempts + 1, run_at = $1, lease_token = $2 \
         WHERE id = ANY (ARRAY( \
             SELECT id FROM jobs WHERE state <> 'dead' AND run_at <= $3 AND kind = ANY ($4) \
             ORDER BY run_at, id LIMIT $5 FOR UPDATE SKIP LOCKED)) \
         RETURNING id, organization_id, kind, payload, attempts, max_attempts, lease_token",
    )
    .bind::<Timestamptz, _>(now + lease)
    .bind::<SqlUuid, _>(db.uuid(now))
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Text>, _>(kinds)
    .bind::<BigInt, _>(i64::try_from(limit).unwrap_or(i64::MAX));
    Ok(statement.get_results(&mut db.session().await?.conn()).await?)
}

/// When the next job of these kinds is due, or the next lease ends.
pub(super) async fn next_due(db: &Db, kinds: &[&str]) -> Result<Option<DateTime<Utc>>> {
    let due = jobs::table
        .filter(jobs::state.ne("dead"))
        .filter(jobs::kind.eq_any(kinds))
        .select(min(jobs::run_at));
    Ok(due.first(&mut db.session().await?.conn()).await?)
}

/// Holds the job for the time of `lease` from now on; `false` when it is no longer held.
pub(super) async fn renew(db: &Db, job: &Claimed, lease: Duration) -> Result<bool> {
    let renewed = diesel::update(jobs::table.find(job.id))
        .filter(jobs::lease_token.eq(job.lease_token))
        .set(jobs::run_at.eq(db.now() + lease))
        .execute(&mut db.session().await?.conn())
        .await?;
    Ok(renewed > 0)
}

/// How a claim ends.
#[derive(Debug, Clone)]
pub(super) enum Verdict {
    Done,
    /// Due again after its delay, with what went wrong and with the attempts made so far.
    Later {
        delay: Duration,
        attempts: i32,
        error: Option<String>,
    },
    Dead {
        error: String,
    },
}

/// Ends the claim; `false` when the job was no longer held.
pub(super) async fn settle(db: &Db, job: &Claimed, verdict: Verdict) -> Result<bool> {
    let session = db.session().await?;
    let (mut conn, no_lease) = (session.conn(), None::<Uuid>);
    let held = jobs::lease_token.eq(job.lease_token);
    let settled = match verdict {
        Verdict::Done => {
            let done = diesel::delete(jobs::table.find(job.id)).filter(held);
            done.execute(&mut conn).await?
        }
        Verdict::Later {
            delay,
            attempts,
            error,
        } => {
            let later = diesel::update(jobs::table.find(job.id)).filter(held).set((
                jobs::state.eq("ready"),
                jobs::run_at.eq(db.now() + delay),
                jobs::attempts.eq(attempts),
                jobs::lease_token.eq(no_lease),
                jobs::last_error.eq(error),
            ));
            later.execute(&mut conn).await?
        }
        Verdict::Dead { error } => {
            let dead = diesel::update(jobs::table.find(job.id)).filter(held).set((
                jobs::state.eq("dead"),
                jobs::run_at.eq(db.now()),
                jobs::attempts.eq(job.attempts.min(job.max_attempts)),
                jobs::lease_token.eq(no_lease),
                jobs::last_error.eq(error),
            ));
            dead.execute(&mut conn).await?
        }
    };
    Ok(settled > 0)
}

/// How many jobs there are, for metrics and for tests that must leave none behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, diesel::QueryableByName)]
pub struct Backlog {
    /// Could run now.
    #[diesel(sql_type = BigInt)]
    pub due: i64,
    /// Are due later: planned so, or waiting for another attempt.
    #[diesel(sql_type = BigInt)]
    pub later: i64,
    /// Are held by a worker, or were when it died.
    #[diesel(sql_type = BigInt)]
    pub running: i64,
    /// Were given up.
    #[diesel(sql_type = BigInt)]
    pub dead: i64,
}

/// Counts the jobs of all organizations and of the instance.
///
/// # Errors
/// [`crate::Error::Unavailable`] when the database cannot be reached.
pub async fn backlog(db: &Db) -> Result<Backlog> {
    let counts = sql_query(
        "SELECT count(*) FILTER (WHERE state = 'ready' AND run_at <= $1) AS due, \
                count(*) FILTER (WHERE state = 'ready' AND run_at > $1) AS later, \
                count(*) FILTER (WHERE state = 'running') AS running, \
                count(*) FILTER (WHERE state = 'dead') AS dead \
         FROM jobs",
    )
    .bind::<Timestamptz, _>(db.now());
    Ok(counts.get_result(&mut db.session().await?.conn()).await?)
}
