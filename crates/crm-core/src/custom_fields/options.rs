//! The options of lists on PostgreSQL.

use super::definitions::{self, unchanged};
use super::rows::{OPTIONS, OptionRow};
use super::{FieldType, ListOption, NewOption, OptionPatch, records};
use crate::audit::{self, Action, Changes};
use crate::query::{Listed, Query, Search, Window};
use crate::text;
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_platform::events::Event;
use rapport_platform::{Error, RawJson, Reader, Result, Tx};
use rapport_schema::tables::custom_field_options;
use serde_json::json;

const RECORD: &str = "custom_field_option";

pub(super) async fn list(
    db: &Reader,
    definition: i64,
    search: &Search,
    window: &Window,
) -> Result<Listed<ListOption>> {
    definitions::read(db.conn(), db.organization(), definition).await?;
    let query = Query::compile(db, &OPTIONS, search).await?;
    let found = query.within("definitionId", definition)?.find(db, window).await?;
    let rows = of_definition(db.organization(), definition)
        .filter(custom_field_options::id.eq_any(found.items.clone()))
        .select(OptionRow::as_select());
    let rows: Vec<OptionRow> = rows.load(&mut db.conn()).await?;
    let rows = rows.into_iter().map(ListOption::from).collect();
    Ok(found.of(rows, |option| option.id))
}

pub(super) async fn read(
    mut conn: &AsyncPgConnection,
    organization: i64,
    definition: i64,
    id: i64,
) -> Result<ListOption> {
    let row = of_definition(organization, definition)
        .filter(custom_field_options::id.eq(id))
        .select(OptionRow::as_select());
    let row: Option<OptionRow> = row.first(&mut conn).await.optional()?;
    Ok(row.ok_or(Error::not_found("Custom field option"))?.into())
}

pub(super) async fn create(tx: &mut Tx, definition: i64, new: NewOption) -> Result<ListOption> {
    let definition = definitions::lock(tx, definition).await?;
    if new.definition_id != definition.id {
        return Err(Error::invalid(
            "definitionId",
            "is not the definition of the path",
        ));
    }
    if definition.field_type != FieldType::List {
        return Err(Error::invalid("definitionId", "is no definition of type LIST"));
    }
    let new = check(new)?;
    let option = insert(tx, definition.id, &new).await?;
    records::index(tx, &definition, Some(&option.value)).await?;
    audit::record(
        tx,
        Action::Insert,
        (RECORD, option.uuid),
        &changes(None, Some(&option)),
    )
    .await?;
    tx.emit(Event::new("custom_field_option.created", RECORD, option.uuid));
    Ok(option)
}

pub(super) async fn update(tx: &mut Tx, definition: i64, id: i64, patch: OptionPatch) -> Result<ListOption> {
    definitions::lock(tx, definition).await?;
    let old = read(tx.conn(), tx.organization(), definition, id).await?;
    unchanged("definitionId", &definition, patch.definition_id.as_ref())?;
    unchanged("value", &old.value, patch.value.as_ref())?;
    let set = check(NewOption {
        definition_id: definition,
        value: old.value.clone(),
        label: patch.label.apply(old.label.clone()),
        description: patch.description.apply(old.description.clone()),
    })?;
    diesel::update(custom_field_options::table.find((tx.organization(), id)))
        .set((
            custom_field_options::label.eq(set.label),
            custom_field_options::description.eq(set.description),
            custom_field_options::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    let new = read(tx.conn(), tx.organization(), definition, id).await?;
    let changes = changes(Some(&old), Some(&new));
    if !changes.is_empty() {
        audit::record(tx, Action::Update, (RECORD, new.uuid), &changes).await?;
        tx.emit(Event::new("custom_field_option.updated", RECORD, new.uuid));
    }
    Ok(new)
}

pub(super) async fn delete(tx: &mut Tx, definition: i64, id: i64) -> Result<ListOption> {
    let definition = definitions::lock(tx, definition).await?;
    let old = read(tx.conn(), tx.organization(), definition.id, id).await?;
    let stripped = records::strip(tx, &definition, Some(&old.value)).await?;
    diesel::delete(custom_field_options::table.find((tx.organization(), id)))
        .execute(&mut tx.conn())
        .await?;
    audit::record(tx, Action::Delete, (RECORD, old.uuid), &changes(Some(&old), None)).await?;
    tx.emit(Event {
        payload: RawJson::of(&json!({
            "entity_type": definition.entity_type.name(), "field_key": definition.field_key, "records": stripped,
        }))?,
        ..Event::new("custom_field_option.deleted", RECORD, old.uuid)
    });
    Ok(old)
}

#[auto_type]
fn of_definition(organization: i64, definition: i64) -> _ {
    custom_field_options::table
        .filter(custom_field_options::organization_id.eq(organization))
        .filter(custom_field_options::definition_id.eq(definition))
}

async fn insert(tx: &Tx, definition: i64, new: &NewOption) -> Result<ListOption> {
    use custom_field_options::dsl;
    let values = (
        dsl::organization_id.eq(tx.organization()),
        dsl::uuid.eq(tx.uuid()),
        dsl::definition_id.eq(definition),
        dsl::value.eq(&new.value),
        dsl::label.eq(&new.label),
        dsl::description.eq(&new.description),
        dsl::created_at.eq(tx.now()),
        dsl::updated_at.eq(tx.now()),
    );
    let insert = diesel::insert_into(custom_field_options::table).values(values);
    let row = insert
        .returning(OptionRow::as_returning())
        .get_result(&mut tx.conn())
        .await
        .map_err(|error| {
            let taken = || Error::conflict("value: the list has such an option already");
            Error::from(error).on_constraint("custom_field_options_value", taken)
        })?;
    Ok(row.into())
}

/// The value is not trimmed: records hold it as it is.
fn check(new: NewOption) -> Result<NewOption> {
    if text::optional("value", Some(new.value.clone()), text::NAME)?.as_deref() != Some(new.value.as_str()) {
        let message = "must not be empty, nor begin or end with a space";
        return Err(Error::invalid("value", message));
    }
    Ok(NewOption {
        label: text::optional("label", new.label, text::NAME)?,
        description: text::optional("description", new.description, text::LINE)?,
        ..new
    })
}

fn changes(old: Option<&ListOption>, new: Option<&ListOption>) -> Changes {
    fn of<T>(one: Option<&ListOption>, field: fn(&ListOption) -> T) -> Option<T> {
        one.map(field)
    }
    Changes::new()
        .field(
            "definition_id",
            &of(old, |o| o.definition_id),
            &of(new, |o| o.definition_id),
        )
        .field(
            "value",
            &of(old, |o| o.value.clone()),
            &of(new, |o| o.value.clone()),
        )
        .field(
            "label",
            &of(old, |o| o.label.clone()),
            &of(new, |o| o.label.clone()),
        )
        .field(
            "description",
            &of(old, |o| o.description.clone()),
            &of(new, |o| o.description.clone()),
        )
}
