//! Threads on PostgreSQL.

use super::{Subject, ThreadKeys, ThreadPlace, ThreadService, ids, merge, subject_key};
use crate::{conversations, locks, people};
use async_trait::async_trait;
use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;
use rapport_platform::{Result, Tx};
use rapport_schema::tables::{conversations as parents, message_references};
use uuid::Uuid;

/// For how long after its last activity a conversation takes up a reply that has no references.
const SUBJECT_DAYS: i64 = 90;

/// The threads, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgThreads;

#[async_trait]
impl ThreadService for PgThreads {
    async fn place(&self, tx: &mut Tx, keys: &ThreadKeys) -> Result<ThreadPlace> {
        let ids = ids::all(keys);
        reserve(tx, &ids).await?;
        let uuid = match by_references(tx, &ids).await? {
            Some(uuid) => Some(uuid),
            None => by_subject(tx, keys).await?,
        };
        Ok(match uuid {
            Some(uuid) => ThreadPlace::Existing(conversations::read(tx, uuid).await?),
            None => ThreadPlace::New,
        })
    }

    async fn remember(&self, tx: &mut Tx, conversation: Uuid, keys: &ThreadKeys) -> Result<()> {
        let parent = conversations::lock(tx, conversation).await?;
        diesel::sql_query(
            "INSERT INTO message_references AS r (organization_id, reference, conversation_id) \
             SELECT $1, reference, $2 FROM unnest($3) AS reference ORDER BY reference \
             ON CONFLICT (organization_id, reference) DO UPDATE \
             SET conversation_id = excluded.conversation_id WHERE r.conversation_id IS NULL",
        )
        .bind::<BigInt, _>(tx.organization())
        .bind::<BigInt, _>(parent)
        .bind::<Array<Text>, _>(ids::all(keys))
        .execute(&mut tx.conn())
        .await?;
        Ok(())
    }
}

/// Takes the ids that nobody has named yet. Another transaction that names one of them waits here until
/// this one has ended, and then sees which conversation has it.
async fn reserve(tx: &Tx, ids: &[String]) -> Result<()> {
    use message_references::dsl;
    let rows: Vec<_> = ids
        .iter()
        .map(|id| (dsl::organization_id.eq(tx.organization()), dsl::reference.eq(id)))
        .collect();
    diesel::insert_into(message_references::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// The conversation that has these ids, held until the transaction ends; several are merged.
async fn by_references(tx: &mut Tx, ids: &[String]) -> Result<Option<Uuid>> {
    loop {
        let known = known(tx, ids).await?;
        if known.is_empty() {
            return Ok(None);
        }
        let held = merge::hold(tx, &known).await?;
        // Those that another transaction has merged away meanwhile are looked for again.
        if held.len() == known.len() {
            return merge::into_oldest(tx, held).await;
        }
    }
}

async fn known(tx: &Tx, ids: &[String]) -> Result<Vec<i64>> {
    use message_references::dsl;
    let query = message_references::table
        .filter(dsl::organization_id.eq(tx.organization()))
        .filter(dsl::reference.eq_any(ids))
        .filter(dsl::conversation_id.is_not_null())
        .select(dsl::conversation_id.assume_not_null())
        .distinct();
    Ok(query.load(&mut tx.conn()).await?)
}

/// The conversation that the subject continues. The lock lets mails with one subject follow one another,
/// so that the second finds the conversation made for the first.
async fn by_subject(tx: &Tx, keys: &ThreadKeys) -> Result<Option<Uuid>> {
    let Subject { key, is_reply } = subject_key(keys.subject.as_deref().unwrap_or_default());
    let Some(key) = key else { return Ok(None) };
    let contact = people::named_contact(tx, keys.contact).await?;
    locks::hold(tx, "subject", format!("{contact} {key}").as_bytes()).await?;
    if !is_reply {
        return Ok(None);
    }
    let days = TimeDelta::days(SUBJECT_DAYS);
    let query = parents::table
        .filter(parents::organization_id.eq(tx.organization()))
        .filter(parents::contact_id.eq(contact))
        .filter(parents::subject_key.eq(key))
        .filter(parents::last_activity_at.ge(keys.occurred_at - days))
        .filter(parents::start_at.le(keys.occurred_at + days))
        .order((parents::last_activity_at.desc(), parents::id.desc()))
        .select(parents::uuid);
    Ok(query.first(&mut tx.conn()).await.optional()?)
}
