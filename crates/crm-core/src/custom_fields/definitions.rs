//! Definitions on PostgreSQL.

use super::rows::{DEFINITIONS, DefinitionRow};
use super::{
    CustomFieldService, Definition, DefinitionPatch, FieldType, ListOption, NewDefinition, NewOption,
    OptionPatch, PgCustomFields, keep, options, records,
};
use crate::audit::{self, Action, Changes};
use crate::query::{Listed, Query, Search, Window};
use crate::text;
use async_trait::async_trait;
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_platform::events::Event;
use rapport_platform::{Error, RawJson, Reader, Result, Tx};
use rapport_schema::tables::{custom_field_definitions, custom_field_options};
use serde_json::json;

const RECORD: &str = "custom_field_definition";
/// The longest key, in characters.
const KEY: usize = 64;

#[async_trait]
impl CustomFieldService for PgCustomFields {
    async fn list(&self, db: &Reader, search: &Search, window: &Window) -> Result<Listed<Definition>> {
        let query = Query::compile(db, &DEFINITIONS, search).await?;
        let found = query.find(db, window).await?;
        let rows = visible(db.organization())
            .filter(custom_field_definitions::id.eq_any(found.items.clone()))
            .select(DefinitionRow::as_select());
        let rows: Vec<DefinitionRow> = rows.load(&mut db.conn()).await?;
        let rows = rows
            .into_iter()
            .map(Definition::try_from)
            .collect::<Result<_>>()?;
        Ok(found.of(rows, |definition| definition.id))
    }

    async fn get(&self, db: &Reader, id: i64) -> Result<Definition> {
        read(db.conn(), db.organization(), id).await
    }

    async fn create(&self, tx: &mut Tx, new: NewDefinition) -> Result<Definition> {
        let new = check(new)?;
        keep::alone(tx, new.entity_type).await?;
        let definition = insert(tx, &new).await?;
        // What a list may hold is not known before it has options.
        if new.field_type != FieldType::List {
            records::index(tx, &definition, None).await?;
        }
        let changes = changes(None, Some(&definition));
        audit::record(tx, Action::Insert, (RECORD, definition.uuid), &changes).await?;
        tx.emit(Event::new(
            "custom_field_definition.created",
            RECORD,
            definition.uuid,
        ));
        Ok(definition)
    }

    async fn update(&self, tx: &mut Tx, id: i64, patch: DefinitionPatch) -> Result<Definition> {
        let old = lock(tx, id).await?;
        let set = patched(&old, patch)?;
        diesel::update(custom_field_definitions::table.find((tx.organization(), id)))
            .set((
                custom_field_definitions::field_label.eq(set.field_label),
                custom_field_definitions::description.eq(set.description),
                custom_field_definitions::updated_at.eq(tx.now()),
            ))
            .execute(&mut tx.conn())
            .await?;
        let new = read(tx.conn(), tx.organization(), id).await?;
        let changes = changes(Some(&old), Some(&new));
        if !changes.is_empty() {
            audit::record(tx, Action::Update, (RECORD, new.uuid), &changes).await?;
            tx.emit(Event::new("custom_field_definition.updated", RECORD, new.uuid));
        }
        Ok(new)
    }

    async fn delete(&self, tx: &mut Tx, id: i64, force: bool) -> Result<Definition> {
        let old = lock(tx, id).await?;
        if !force && records::any(tx, &old).await? {
            let key = &old.field_key;
            return Err(Error::conflict(format!(
                "Records have values of {key}; with force=true they are removed"
            )));
        }
        let stripped = records::strip(tx, &old, None).await?;
        delete(tx, id).await?;
        audit::record(tx, Action::Delete, (RECORD, old.uuid), &changes(Some(&old), None)).await?;
        tx.emit(Event {
            payload: RawJson::of(&json!({
                "entity_type": old.entity_type.name(), "field_key": old.field_key, "records": stripped,
            }))?,
            ..Event::new("custom_field_definition.deleted", RECORD, old.uuid)
        });
        Ok(old)
    }

    async fn list_options(
        &self,
        db: &Reader,
        definition: i64,
        search: &Search,
        window: &Window,
    ) -> Result<Listed<ListOption>> {
        options::list(db, definition, search, window).await
    }

    async fn get_option(&self, db: &Reader, definition: i64, id: i64) -> Result<ListOption> {
        options::read(db.conn(), db.organization(), definition, id).await
    }

    async fn create_option(&self, tx: &mut Tx, definition: i64, new: NewOption) -> Result<ListOption> {
        options::create(tx, definition, new).await
    }

    async fn update_option(
        &self,
        tx: &mut Tx,
        definition: i64,
        id: i64,
        patch: OptionPatch,
    ) -> Result<ListOption> {
        options::update(tx, definition, id, patch).await
    }

    async fn delete_option(&self, tx: &mut Tx, definition: i64, id: i64) -> Result<ListOption> {
        options::delete(tx, definition, id).await
    }
}

#[auto_type]
fn visible(organization: i64) -> _ {
    custom_field_definitions::table.filter(custom_field_definitions::organization_id.eq(organization))
}

pub(super) async fn read(mut conn: &AsyncPgConnection, organization: i64, id: i64) -> Result<Definition> {
    let row = visible(organization)
        .filter(custom_field_definitions::id.eq(id))
        .select(DefinitionRow::as_select());
    let row: Option<DefinitionRow> = row.first(&mut conn).await.optional()?;
    row.ok_or(Error::not_found("Custom field definition"))?.try_into()
}

/// The definition, with nobody else changing it or writing values of its entity type until the transaction ends.
pub(super) async fn lock(tx: &Tx, id: i64) -> Result<Definition> {
    let seen = read(tx.conn(), tx.organization(), id).await?;
    keep::alone(tx, seen.entity_type).await?;
    // It may have changed or gone while the lock was waited for.
    read(tx.conn(), tx.organization(), id).await
}

async fn insert(tx: &Tx, new: &NewDefinition) -> Result<Definition> {
    use custom_field_definitions::dsl;
    let values = (
        dsl::organization_id.eq(tx.organization()),
        dsl::uuid.eq(tx.uuid()),
        dsl::entity_type.eq(new.entity_type.name()),
        dsl::field_key.eq(&new.field_key),
        dsl::field_label.eq(&new.field_label),
        dsl::field_type.eq(new.field_type.name()),
        dsl::description.eq(&new.description),
        dsl::created_at.eq(tx.now()),
        dsl::updated_at.eq(tx.now()),
    );
    let insert = diesel::insert_into(custom_field_definitions::table).values(values);
    let row = insert
        .returning(DefinitionRow::as_returning())
        .get_result(&mut tx.conn())
        .await
        .map_err(|error| {
            let taken = || Error::conflict(format!("fieldKey: {} is defined already", new.field_key));
            Error::from(error).on_constraint("custom_field_definitions_key", taken)
        })?;
    row.try_into()
}

async fn delete(tx: &Tx, id: i64) -> Result<()> {
    diesel::delete(custom_field_options::table)
        .filter(custom_field_options::organization_id.eq(tx.organization()))
        .filter(custom_field_options::definition_id.eq(id))
        .execute(&mut tx.conn())
        .await?;
    diesel::delete(custom_field_definitions::table.find((tx.organization(), id)))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

fn check(new: NewDefinition) -> Result<NewDefinition> {
    if !is_key(&new.field_key) {
        let message = "must begin with a letter and have at most 64 letters, digits and underscores";
        return Err(Error::invalid("fieldKey", message));
    }
    Ok(NewDefinition {
        field_label: text::optional("fieldLabel", new.field_label, text::NAME)?,
        description: text::optional("description", new.description, text::LINE)?,
        ..new
    })
}

/// `^[A-Za-z][A-Za-z0-9_]{0,63}$`
fn is_key(key: &str) -> bool {
    key.len() <= KEY
        && key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The definition after a patch, which may say again what cannot change.
fn patched(old: &Definition, patch: DefinitionPatch) -> Result<NewDefinition> {
    let DefinitionPatch {
        entity_type,
        field_key,
        field_type,
        field_label,
        description,
    } = patch;
    unchanged("entityType", &old.entity_type, entity_type.as_ref())?;
    unchanged("fieldKey", &old.field_key, field_key.as_ref())?;
    unchanged("fieldType", &old.field_type, field_type.as_ref())?;
    check(NewDefinition {
        entity_type: old.entity_type,
        field_key: old.field_key.clone(),
        field_type: old.field_type,
        field_label: field_label.apply(old.field_label.clone()),
        description: description.apply(old.description.clone()),
    })
}

/// Refuses another value than the present one.
pub(super) fn unchanged<T: PartialEq>(field: &'static str, now: &T, said: Option<&T>) -> Result<()> {
    match said {
        Some(said) if said != now => Err(Error::invalid(field, "cannot be changed")),
        _ => Ok(()),
    }
}

fn changes(old: Option<&Definition>, new: Option<&Definition>) -> Changes {
    fn of<T>(one: Option<&Definition>, field: fn(&Definition) -> T) -> Option<T> {
        one.map(field)
    }
    Changes::new()
        .field(
            "entity_type",
            &of(old, |d| d.entity_type.name()),
            &of(new, |d| d.entity_type.name()),
        )
        .field(
            "field_key",
            &of(old, |d| d.field_key.clone()),
            &of(new, |d| d.field_key.clone()),
        )
        .field(
            "field_type",
            &of(old, |d| d.field_type.name()),
            &of(new, |d| d.field_type.name()),
        )
        .field(
            "field_label",
            &of(old, |d| d.field_label.clone()),
            &of(new, |d| d.field_label.clone()),
        )
        .field(
            "description",
            &of(old, |d| d.description.clone()),
            &of(new, |d| d.description.clone()),
        )
}

#[cfg(test)]
mod tests {
    use super::is_key;

    #[test]
    fn a_key_is_a_name() {
        for key in ["a", "Plan", "first_seen_2", &"a".repeat(64)] {
            assert!(is_key(key), "{key}");
        }
        for key in ["", "_a", "1st", "a-b", "a.b", "größe", "a b", &"a".repeat(65)] {
            assert!(!is_key(key), "{key}");
        }
    }
}
