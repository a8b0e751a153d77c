//! The statements that write sales.

use super::Expected;
use super::links::ContactLink;
use super::rows::{Held, QuoteValues};
use crate::pipeline::StageRow;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::{Error, RawJson, Result, Tx};
use rapport_schema::tables::{organizations, sale_contacts, sale_conversations, sale_status_history, sales};
use uuid::Uuid;

/// The columns of a new sale that callers decide.
#[derive(Insertable)]
#[diesel(table_name = sales)]
pub(super) struct NewValues {
    pub draft: bool,
    pub owner_id: Option<i64>,
    pub company_id: Option<i64>,
    pub stage_id: i64,
    pub custom_fields: RawJson,
    #[diesel(embed)]
    pub quote: QuoteValues,
}

/// The columns of a sale that a patch sets; `None` leaves one.
#[derive(Default, AsChangeset)]
#[diesel(table_name = sales)]
#[expect(
    clippy::option_option,
    reason = "diesel's way to say: leave it, make it null, or set it"
)]
pub(super) struct ChangedValues {
    pub draft: Option<bool>,
    pub owner_id: Option<Option<i64>>,
    pub company_id: Option<Option<i64>>,
    pub custom_fields: Option<RawJson>,
}

/// The ISO 4217 code of the currency in which the organization sells.
pub(super) async fn currency(tx: &Tx) -> Result<String> {
    let query = organizations::table
        .find(tx.organization())
        .select(organizations::currency);
    Ok(query.first(&mut tx.conn()).await?)
}

/// Inserts a sale and answers its id.
pub(super) async fn insert(tx: &Tx, uuid: Uuid, values: NewValues) -> Result<i64> {
    let meta = (
        sales::organization_id.eq(tx.organization()),
        sales::uuid.eq(uuid),
        sales::version.eq(1),
        sales::created_at.eq(tx.now()),
        sales::updated_at.eq(tx.now()),
        sales::last_activity_at.eq(tx.now()),
    );
    let insert = diesel::insert_into(sales::table).values((meta, values));
    Ok(insert.returning(sales::id).get_result(&mut tx.conn()).await?)
}

/// Whether there is such a sale. It is not held: what a change refers to is held before it.
pub(super) async fn exists(tx: &Tx, uuid: Uuid) -> Result<()> {
    let query = sales::table
        .filter(sales::organization_id.eq(tx.organization()))
        .filter(sales::uuid.eq(uuid))
        .filter(sales::deleted_at.is_null())
        .select(sales::id);
    let found: Option<i64> = query.first(&mut tx.conn()).await.optional()?;
    found.map(|_| ()).ok_or(Error::not_found("Sale"))
}

/// Holds a sale until the transaction ends, if it is in the version that is expected.
pub(super) async fn hold(tx: &Tx, uuid: Uuid, expected: &Expected) -> Result<Held> {
    let query = sales::table
        .filter(sales::organization_id.eq(tx.organization()))
        .filter(sales::uuid.eq(uuid))
        .filter(sales::deleted_at.is_null())
        .select(Held::as_select())
        .for_update();
    let held = query.first(&mut tx.conn()).await.optional()?;
    let held: Held = held.ok_or(Error::not_found("Sale"))?;
    match expected {
        Expected::OneOf(versions) if !versions.contains(&held.version) => Err(Error::stale("Sale")),
        _ => Ok(held),
    }
}

/// Notes that a sale that is held has changed.
pub(super) async fn touch(tx: &Tx, id: i64) -> Result<()> {
    diesel::update(sales::table.find((tx.organization(), id)))
        .set((
            sales::version.eq(sales::version + 1),
            sales::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// Sets what a patch sets, if anything.
pub(super) async fn change(
    tx: &Tx,
    id: i64,
    values: ChangedValues,
    quote: Option<QuoteValues>,
) -> Result<()> {
    let changed = (values, quote, sales::updated_at.eq(tx.now()));
    diesel::update(sales::table.find((tx.organization(), id)))
        .set(changed)
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// Marks a sale that is held as deleted.
pub(super) async fn delete(tx: &Tx, id: i64) -> Result<()> {
    diesel::update(sales::table.find((tx.organization(), id)))
        .set((
            sales::deleted_at.eq(tx.now()),
            sales::version.eq(sales::version + 1),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// Puts a sale that is held into a stage.
pub(super) async fn enter(tx: &Tx, id: i64, stage: &StageRow, at: DateTime<Utc>) -> Result<()> {
    diesel::update(sales::table.find((tx.organization(), id)))
        .set((
            sales::stage_id.eq(stage.id),
            sales::last_activity_at.eq(at),
            sales::version.eq(sales::version + 1),
            sales::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    append(tx, id, stage, at).await
}

/// Appends to the history of a sale.
pub(super) async fn append(tx: &Tx, id: i64, stage: &StageRow, at: DateTime<Utc>) -> Result<()> {
    use sale_status_history::dsl;
    diesel::insert_into(sale_status_history::table)
        .values((
            dsl::organization_id.eq(tx.organization()),
            dsl::sale_id.eq(id),
            dsl::stage_id.eq(stage.id),
            dsl::label.eq(&stage.name),
            dsl::status.eq(&stage.status),
            dsl::changed_at.eq(at),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// Replaces the contacts of a sale.
pub(super) async fn set_contacts(tx: &Tx, id: i64, links: &[ContactLink]) -> Result<()> {
    use sale_contacts::dsl;
    let old = sale_contacts::table
        .filter(dsl::organization_id.eq(tx.organization()))
        .filter(dsl::sale_id.eq(id));
    diesel::delete(old).execute(&mut tx.conn()).await?;
    if links.is_empty() {
        return Ok(());
    }
    let row = |(position, link): (i32, &ContactLink)| {
        (
            dsl::organization_id.eq(tx.organization()),
            dsl::sale_id.eq(id),
            dsl::contact_id.eq(link.contact_id),
            dsl::is_primary.eq(link.is_primary),
            dsl::position.eq(position),
        )
    };
    diesel::insert_into(sale_contacts::table)
        .values((0..).zip(links).map(row).collect::<Vec<_>>())
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// Replaces the conversations of a sale.
pub(super) async fn set_conversations(tx: &Tx, id: i64, conversations: &[Uuid]) -> Result<()> {
    use sale_conversations::dsl;
    let old = sale_conversations::table
        .filter(dsl::organization_id.eq(tx.organization()))
        .filter(dsl::sale_id.eq(id));
    diesel::delete(old).execute(&mut tx.conn()).await?;
    if conversations.is_empty() {
        return Ok(());
    }
    let row = |(position, conversation): (i32, &Uuid)| {
        (
            dsl::organization_id.eq(tx.organization()),
            dsl::sale_id.eq(id),
            dsl::conversation.eq(*conversation),
            dsl::position.eq(position),
        )
    };
    diesel::insert_into(sale_conversations::table)
        .values((0..).zip(conversations).map(row).collect::<Vec<_>>())
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}
