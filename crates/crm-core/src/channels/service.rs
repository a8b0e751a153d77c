//! Channels on PostgreSQL.

use super::rows::ChannelRow;
use super::{Channel, ChannelPatch, ChannelService, SANDBOX};
use crate::audit::{self, Action, Changes};
use crate::text;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Reader, Result, Tx};
use rapport_schema::tables::channels;
use uuid::Uuid;

const RECORD: &str = "channel";
/// The modalities an organization writes, with the names of their sandboxes.
const SANDBOXES: [(&str, &str); 3] = [
    ("email", "Sandbox e-mail"),
    ("text", "Sandbox text"),
    ("live_chat", "Sandbox chat"),
];

/// The channels, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgChannels;

#[async_trait]
impl ChannelService for PgChannels {
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Channel>> {
        let mut query = channels::table
            .filter(channels::organization_id.eq(db.organization()))
            .into_boxed();
        if let Some(position) = page.after {
            query = query.filter(before(channels::created_at, channels::id, position));
        }
        let rows = query
            .order((channels::created_at.desc(), channels::id.desc()))
            .limit(page.fetch())
            .select(ChannelRow::as_select())
            .load(&mut db.conn())
            .await?;
        Ok(Page::of(rows, page, ChannelRow::position))
    }

    async fn get(&self, db: &Reader, id: Uuid) -> Result<Channel> {
        let query = channels::table
            .filter(channels::organization_id.eq(db.organization()))
            .filter(channels::uuid.eq(id))
            .select(ChannelRow::as_select());
        found(query.first(&mut db.conn()).await)
    }

    async fn update(&self, tx: &mut Tx, id: Uuid, patch: ChannelPatch) -> Result<Channel> {
        let old = hold(tx, id).await?;
        let name = patch.name.apply_required("name", old.name.clone())?;
        let active = patch.active.apply_required("active", old.active)?;
        let new = diesel::update(channels::table.find((tx.organization(), old.id)))
            .set((
                channels::name.eq(text::required("name", name, text::NAME)?),
                channels::active.eq(active),
                channels::updated_at.eq(tx.now()),
            ))
            .returning(ChannelRow::as_returning())
            .get_result(&mut tx.conn())
            .await?
            .into();
        let changes = changes(Some(&old), &new);
        if !changes.is_empty() {
            audit::record(tx, Action::Update, (RECORD, id), &changes).await?;
            tx.emit(Event::new("channel.updated", RECORD, id));
        }
        Ok(new)
    }

    async fn active(&self, tx: &Tx, modality: &str) -> Result<Channel> {
        let query = channels::table
            .filter(channels::organization_id.eq(tx.organization()))
            .filter(channels::modality.eq(modality))
            .filter(channels::active)
            .order(channels::id)
            .select(ChannelRow::as_select());
        let row = query.first(&mut tx.conn()).await.optional()?;
        let missing = || Error::invalid("modality", format!("there is no active channel for {modality}"));
        Ok(row.ok_or_else(missing)?.into())
    }
}

fn found(row: QueryResult<ChannelRow>) -> Result<Channel> {
    Ok(row.optional()?.ok_or(Error::not_found("Channel"))?.into())
}

/// The channel, held until the transaction ends.
async fn hold(tx: &Tx, id: Uuid) -> Result<Channel> {
    let query = channels::table
        .filter(channels::organization_id.eq(tx.organization()))
        .filter(channels::uuid.eq(id))
        .select(ChannelRow::as_select())
        .for_update();
    found(query.first(&mut tx.conn()).await)
}

/// Makes the sandboxes of an organization that was just made.
pub(crate) async fn make_sandboxes(tx: &mut Tx, organization: i64) -> Result<()> {
    let rows: Vec<_> = SANDBOXES
        .iter()
        .map(|(modality, name)| {
            (
                channels::organization_id.eq(organization),
                channels::uuid.eq(tx.uuid()),
                channels::kind.eq(SANDBOX),
                channels::modality.eq(modality),
                channels::name.eq(name),
                channels::active.eq(true),
                channels::created_at.eq(tx.now()),
                channels::updated_at.eq(tx.now()),
            )
        })
        .collect();
    let made: Vec<ChannelRow> = diesel::insert_into(channels::table)
        .values(rows)
        .returning(ChannelRow::as_returning())
        .get_results(&mut tx.conn())
        .await?;
    for channel in made.into_iter().map(Channel::from) {
        let record = (RECORD, channel.uuid);
        audit::record(tx, Action::Insert, record, &changes(None, &channel)).await?;
        tx.emit(Event::new("channel.created", RECORD, channel.uuid));
    }
    Ok(())
}

fn changes(old: Option<&Channel>, new: &Channel) -> Changes {
    Changes::new()
        .field("kind", &old.map(|c| &c.kind), &Some(&new.kind))
        .field("modality", &old.map(|c| &c.modality), &Some(&new.modality))
        .field("name", &old.map(|c| &c.name), &Some(&new.name))
        .field("active", &old.map(|c| c.active), &Some(new.active))
}
