//! Answers kept for `Idempotency-Key`: the answer commits together with what it speaks of, so a repeated
//! request either finds both or neither.

use crate::{Error, Result, Tx};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_schema::tables::idempotency_keys as table;

/// How long an answer is kept, in hours.
pub const KEPT_HOURS: i64 = 24;

/// The request whose answer is kept.
#[derive(Debug, Clone)]
pub struct Request {
    /// The credential that asked; keys of different credentials have nothing to do with each other.
    pub credential: i64,
    /// The caller's key.
    pub key: String,
    /// A digest of what was asked.
    pub fingerprint: [u8; 32],
}

/// A kept answer.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The HTTP status.
    pub status: u16,
    /// The body, as it was sent.
    pub body: Vec<u8>,
    /// The entity tag of what the body shows, if it has one.
    pub etag: Option<String>,
}

/// Fingerprint, status, body and entity tag.
type Row = (Vec<u8>, i16, Vec<u8>, Option<String>);

/// The kept answer to `request`, if it was asked before. Until the transaction ends, no other one gets
/// past this point with the same key.
///
/// # Errors
/// `Conflict` while the first request is still running; `Invalid` when the key was used for another request.
pub async fn replay(tx: &Tx, request: &Request) -> Result<Option<Stored>> {
    if !claim(tx, request).await? {
        return Err(Error::conflict(
            "A request with this Idempotency-Key is still running",
        ));
    }
    let row: Option<Row> = table::table
        .find((tx.organization(), request.credential, &request.key))
        .filter(table::created_at.gt(tx.now() - chrono::TimeDelta::hours(KEPT_HOURS)))
        .select((table::fingerprint, table::status, table::body, table::etag))
        .first(&mut tx.conn())
        .await
        .optional()?;
    let Some((fingerprint, status, body, etag)) = row else {
        return Ok(None);
    };
    if fingerprint != sealed(tx, request) {
        return Err(Error::invalid(
            "Idempotency-Key",
            "was used before with another request",
        ));
    }
    Ok(Some(Stored {
        status: u16::try_from(status).unwrap_or_default(),
        body,
        etag,
    }))
}

/// Keeps the answer, to be committed with the work.
///
/// # Errors
/// When the database refuses it.
pub async fn keep(tx: &Tx, request: &Request, answer: &Stored) -> Result<()> {
    let values = (
        table::fingerprint.eq(sealed(tx, request)),
        table::status.eq(i16::try_from(answer.status).unwrap_or_default()),
        table::body.eq(&answer.body),
        table::etag.eq(&answer.etag),
        table::created_at.eq(tx.now()),
    );
    let key = (
        table::organization_id.eq(tx.organization()),
        table::credential_id.eq(request.credential),
        table::key.eq(&request.key),
    );
    // An answer past its time gives way to the new one.
    diesel::insert_into(table::table)
        .values((key, values.clone()))
        .on_conflict((table::organization_id, table::credential_id, table::key))
        .do_update()
        .set(values)
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// The fingerprint as it is stored: what was asked may hold a password.
fn sealed(tx: &Tx, request: &Request) -> Vec<u8> {
    tx.db().cursors().digest(&request.fingerprint)
}

#[derive(QueryableByName)]
struct Claimed {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    claimed: bool,
}

/// Takes the key until the transaction ends; false when another one has it.
async fn claim(tx: &Tx, request: &Request) -> Result<bool> {
    let name = format!(
        "idempotency:{}:{}:{}",
        tx.organization(),
        request.credential,
        request.key
    );
    let lock = diesel::sql_query("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS claimed");
    let row: Claimed = lock
        .bind::<diesel::sql_types::Text, _>(name)
        .get_result(&mut tx.conn())
        .await?;
    Ok(row.claimed)
}
