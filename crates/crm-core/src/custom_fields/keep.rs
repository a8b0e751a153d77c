//! What every writer of custom fields calls.

use super::check::{self, Data, FILE, OPTION, refused};
use super::rows::field_type;
use super::values::{self, Value, Values};
use super::{Defined, EntityType, FieldType};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;
use rapport_platform::{Error, RawJson, Result, Tx};
use rapport_schema::tables::{custom_field_definitions, custom_field_options, files};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

#[diesel::declare_sql_function]
extern "SQL" {
    /// The number that a name is locked by.
    fn hashtextextended(name: Text, seed: BigInt) -> BigInt;
    /// Waits for a lock, shared with others of its kind. It answers nothing; there is no type for that.
    fn pg_advisory_xact_lock_shared(key: BigInt) -> Bool;
    /// Waits for a lock, alone.
    fn pg_advisory_xact_lock(key: BigInt) -> Bool;
}

/// The record whose custom fields they are.
#[derive(Debug, Clone, Copy)]
pub struct Owner {
    /// Its numeric id.
    pub id: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Checks the custom fields of a record that are written, and keeps their values to be looked up. `old` is what the
/// record had, `None` of a new one; a value that stays the same is not checked again. A deleted record has `{}`.
///
/// Costs nothing for `{}` in a new record, and where nothing is defined a lock and one look-up in an index.
///
/// # Errors
/// `Invalid` on `custom_fields.<key>` when a value does not fit the definition of its key.
pub async fn keep(
    tx: &Tx,
    entity: EntityType,
    owner: Owner,
    old: Option<&RawJson>,
    new: &RawJson,
) -> Result<()> {
    let none = RawJson::default();
    let old = old.unwrap_or(&none);
    if old == new {
        return Ok(());
    }
    let definitions = Definitions::of(tx, entity).await?;
    if definitions.0.is_empty() {
        return Ok(());
    }
    let (written, left) = parted(old, new)?;
    let mut values = definitions.check_one(tx, &written).await?;
    values.0.extend(definitions.kept(&left, &definitions.ids()).0);
    definitions.store(tx, &[(owner, values)]).await
}

/// What of `new` is written, and what stays as it was in `old`.
fn parted(old: &RawJson, new: &RawJson) -> Result<(RawJson, RawJson)> {
    let old = old.tree();
    let fields: BTreeMap<String, Box<RawValue>> =
        serde_json::from_str(new.get()).map_err(|_| Error::invalid("custom_fields", "must be an object"))?;
    let tree = new.tree();
    let (left, written): (BTreeMap<_, _>, BTreeMap<_, _>) = fields.into_iter().partition(|(key, _)| {
        old.member(key)
            .is_some_and(|value| tree.member(key) == Some(value))
    });
    Ok((RawJson::of(&written)?, RawJson::of(&left)?))
}

/// Removes the values of records that are no more.
///
/// # Errors
/// When the database is out of reach.
pub async fn forget(tx: &Tx, entity: EntityType, records: &[i64]) -> Result<()> {
    let definitions = Definitions::of(tx, entity).await?.ids();
    values::remove(tx, &definitions, records).await
}

/// The definitions of one entity type, which stay as they are until the transaction ends. For many records at once:
/// [`Definitions::check`] all, then [`Definitions::store`] those that are sound; the number of statements does not
/// depend on how many there are.
#[derive(Debug)]
pub struct Definitions(HashMap<String, Defined>);

impl Definitions {
    /// Reads the definitions, and lets nobody change them meanwhile.
    ///
    /// # Errors
    /// When the database is out of reach.
    pub async fn of(tx: &Tx, entity: EntityType) -> Result<Self> {
        use custom_field_definitions::dsl;
        let key = hashtextextended(lock_name(tx, entity), 0);
        diesel::select(pg_advisory_xact_lock_shared(key))
            .execute(&mut tx.conn())
            .await?;
        // A statement of its own: it must see what was committed while the lock was waited for.
        let rows: Vec<(i64, String, String)> = dsl::custom_field_definitions
            .filter(dsl::organization_id.eq(tx.organization()))
            .filter(dsl::entity_type.eq(entity.name()))
            .select((dsl::id, dsl::field_key, dsl::field_type))
            .load(&mut tx.conn())
            .await?;
        let defined = |(id, key, kind): (i64, String, String)| {
            let field_type = field_type(&kind)?;
            Ok((key, Defined { id, field_type }))
        };
        Ok(Self(rows.into_iter().map(defined).collect::<Result<_>>()?))
    }

    /// As [`Definitions::of`], of several entity types by as many statements as of one.
    ///
    /// # Errors
    /// When the database is out of reach.
    pub async fn of_all<const N: usize>(tx: &Tx, entities: [EntityType; N]) -> Result<[Self; N]> {
        use custom_field_definitions::dsl;
        let names = entities.map(|entity| lock_name(tx, entity));
        diesel::sql_query(
            "SELECT pg_advisory_xact_lock_shared(hashtextextended(n.name, 0)) FROM unnest($1) AS n (name)",
        )
        .bind::<Array<Text>, _>(names.to_vec())
        .execute(&mut tx.conn())
        .await?;
        let rows: Vec<(String, i64, String, String)> = dsl::custom_field_definitions
            .filter(dsl::organization_id.eq(tx.organization()))
            .filter(dsl::entity_type.eq_any(entities.map(EntityType::name)))
            .select((dsl::entity_type, dsl::id, dsl::field_key, dsl::field_type))
            .load(&mut tx.conn())
            .await?;
        let mut all = entities.map(|_| Self(HashMap::new()));
        for (entity, id, key, kind) in rows {
            let field_type = field_type(&kind)?;
            let place = entities.iter().position(|known| known.name() == entity);
            if let Some(own) = place.and_then(|place| all.get_mut(place)) {
                own.0.insert(key, Defined { id, field_type });
            }
        }
        Ok(all)
    }

    pub(super) fn only(key: &str, defined: Defined) -> Self {
        Self(HashMap::from([(key.to_owned(), defined)]))
    }

    /// Checks the custom fields of several records, each by itself.
    ///
    /// # Errors
    /// When the database is out of reach. Each record has an outcome of its own, `Invalid` on `custom_fields.<key>` when
    /// a value does not fit.
    pub async fn check(&self, tx: &Tx, records: &[&RawJson]) -> Result<Vec<Result<Values>>> {
        let records: Vec<_> = records.iter().map(|fields| (self, *fields)).collect();
        check_all(tx, &records).await
    }

    /// Replaces the values of these records.
    ///
    /// # Errors
    /// When the database is out of reach.
    pub async fn store(&self, tx: &Tx, records: &[(Owner, Values)]) -> Result<()> {
        if self.0.is_empty() || records.is_empty() {
            return Ok(());
        }
        let entities: Vec<_> = records.iter().map(|(owner, _)| owner.id).collect();
        values::remove(tx, &self.ids(), &entities).await?;
        values::insert(tx, records).await
    }

    /// Their ids.
    pub fn ids(&self) -> Vec<i64> {
        self.0.values().map(|defined| defined.id).collect()
    }

    /// The ids of those whose keys stand in `fields`.
    pub fn named_in(&self, fields: &RawJson) -> Vec<i64> {
        let keys: BTreeMap<String, &RawValue> = serde_json::from_str(fields.get()).unwrap_or_default();
        let defined = keys.keys().filter_map(|key| self.0.get(key));
        defined.map(|defined| defined.id).collect()
    }

    /// The values of a record for these of the definitions, as far as they fit. Whether options and files are there was
    /// checked when they were written.
    pub fn kept(&self, fields: &RawJson, only: &[i64]) -> Values {
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(fields.get()).unwrap_or_default();
        let values = fields.into_iter().filter_map(|(key, json)| {
            let defined = self.0.get(&key).filter(|_| json.get() != "null")?;
            let defined = only.contains(&defined.id).then_some(defined)?;
            let data = check::read(&key, defined.field_type, json.get()).ok()?;
            Some(Value {
                definition: defined.id,
                field_type: defined.field_type,
                key,
                data,
            })
        });
        Values(values.collect())
    }

    async fn check_one(&self, tx: &Tx, fields: &RawJson) -> Result<Values> {
        let mut outcomes = self.check(tx, &[fields]).await?;
        outcomes.pop().unwrap_or_else(|| Ok(Values::default()))
    }

    /// The JSON that `text`, as of a cell in a table, stands for in this field. What is no number of a NUMBER, or
    /// neither true nor false of a BOOLEAN, remains a text, which will not fit.
    ///
    /// # Errors
    /// Never, but for a defect.
    pub fn json(&self, key: &str, text: &str) -> Result<Box<RawValue>> {
        let literal = text.trim().to_lowercase();
        let fits = match self.0.get(key).map(|defined| defined.field_type) {
            Some(FieldType::Number) => serde_json::from_str::<serde_json::Number>(&literal).is_ok(),
            Some(FieldType::Boolean) => ["true", "false"].contains(&literal.as_str()),
            _ => false,
        };
        let json = if fits {
            RawValue::from_string(literal)
        } else {
            serde_json::value::to_raw_value(text)
        };
        json.map_err(Error::internal)
    }

    /// The values of the defined keys, whether or not there are such options and files. Of a key that stands twice the
    /// last counts, as in the database.
    ///
    /// # Errors
    /// `Invalid` on `custom_fields.<key>` when a value does not fit its definition.
    pub fn read(&self, fields: &RawJson) -> Result<Values> {
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(fields.get())
            .map_err(|_| Error::invalid("custom_fields", "must be an object"))?;
        let mut values = Vec::new();
        for (key, json) in fields {
            let Some(defined) = self.0.get(&key).filter(|_| json.get() != "null") else {
                continue;
            };
            values.push(Value {
                definition: defined.id,
                field_type: defined.field_type,
                data: check::read(&key, defined.field_type, json.get())?,
                key,
            });
        }
        Ok(Values(values))
    }
}

/// As [`Definitions::check`], of records of several entity types by as many statements as of one.
///
/// # Errors
/// As [`Definitions::check`].
pub async fn check_all(tx: &Tx, records: &[(&Definitions, &RawJson)]) -> Result<Vec<Result<Values>>> {
    if records.iter().all(|(definitions, _)| definitions.0.is_empty()) {
        return Ok(records.iter().map(|_| Ok(Values::default())).collect());
    }
    let read = records
        .iter()
        .map(|(definitions, fields)| definitions.read(fields));
    let read: Vec<_> = read.collect();
    let all = || read.iter().flatten().flat_map(|values| &values.0);
    let options = options(tx, all()).await?;
    let files = known_files(tx, all()).await?;
    let confirm = |value: &Value| match (value.field_type, &value.data) {
        (FieldType::List, Data::Text(text)) if !options.contains(&(value.definition, text.clone())) => {
            Err(refused(&value.key, OPTION))
        }
        (FieldType::File, Data::Text(text)) if !files.contains(text) => Err(refused(&value.key, FILE)),
        _ => Ok(()),
    };
    let confirmed = |values: Result<Values>| {
        let values = values?;
        values.0.iter().try_for_each(confirm)?;
        Ok(values)
    };
    Ok(read.into_iter().map(confirmed).collect())
}

/// The custom fields of a record after `changes`: a key with null loses its value, one that is absent keeps it. Values
/// are taken over as they are written, digit by digit.
///
/// # Errors
/// `Invalid` when `changes` is no object.
pub fn merged(fields: &RawJson, changes: &RawJson) -> Result<RawJson> {
    let read = |fields: &RawJson| {
        serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(fields.get())
            .map_err(|_| Error::invalid("custom_fields", "must be an object"))
    };
    let mut fields = read(fields)?;
    for (key, value) in read(changes)? {
        if value.get() == "null" {
            fields.remove(&key);
        } else {
            fields.insert(key, value);
        }
    }
    RawJson::of(&fields)
}

/// What becomes of the values of one record.
#[derive(Debug)]
pub struct Amendment {
    /// The record.
    pub owner: Owner,
    /// The definitions of which it has values no more, or others.
    pub former: Vec<i64>,
    /// Its new values, checked.
    pub values: Values,
}

/// Writes the values of records of any entity types, in two statements however many there are.
///
/// # Errors
/// When the database is out of reach.
pub async fn amend(tx: &Tx, amendments: Vec<Amendment>) -> Result<()> {
    let former = amendments
        .iter()
        .flat_map(|one| one.former.iter().map(|id| (*id, one.owner.id)));
    values::remove_pairs(tx, former.unzip()).await?;
    let new = amendments.into_iter().map(|one| (one.owner, one.values));
    values::insert(tx, &new.collect::<Vec<_>>()).await
}

/// Keeps writers of custom fields away until the transaction ends.
pub(super) async fn alone(tx: &Tx, entity: EntityType) -> Result<()> {
    let key = hashtextextended(lock_name(tx, entity), 0);
    diesel::select(pg_advisory_xact_lock(key))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

fn lock_name(tx: &Tx, entity: EntityType) -> String {
    format!("custom_fields:{}:{}", tx.organization(), entity.name())
}

/// The texts of a type, with their definitions.
fn texts<'a>(
    values: impl Iterator<Item = &'a Value>,
    field_type: FieldType,
) -> impl Iterator<Item = (i64, &'a str)> {
    values.filter_map(move |value| match &value.data {
        Data::Text(text) if value.field_type == field_type => Some((value.definition, text.as_str())),
        _ => None,
    })
}

/// The options among the values of lists.
async fn options(tx: &Tx, values: impl Iterator<Item = &Value>) -> Result<HashSet<(i64, String)>> {
    use custom_field_options::dsl;
    let (definitions, asked): (HashSet<_>, HashSet<_>) = texts(values, FieldType::List).unzip();
    if asked.is_empty() {
        return Ok(HashSet::new());
    }
    let options = dsl::custom_field_options
        .filter(dsl::organization_id.eq(tx.organization()))
        .filter(dsl::definition_id.eq_any(Vec::from_iter(definitions)))
        .filter(dsl::value.eq_any(Vec::from_iter(asked)))
        .select((dsl::definition_id, dsl::value));
    let options: Vec<_> = options.load(&mut tx.conn()).await?;
    Ok(options.into_iter().collect())
}

/// The files among the values.
async fn known_files(tx: &Tx, values: impl Iterator<Item = &Value>) -> Result<HashSet<String>> {
    let asked = texts(values, FieldType::File).filter_map(|(_, text)| Uuid::parse_str(text).ok());
    let asked: HashSet<_> = asked.collect();
    if asked.is_empty() {
        return Ok(HashSet::new());
    }
    let files = files::table
        .filter(files::organization_id.eq(tx.organization()))
        .filter(files::uuid.eq_any(Vec::from_iter(asked)))
        .select(files::uuid);
    let files: Vec<Uuid> = files.load(&mut tx.conn()).await?;
    Ok(files.iter().map(Uuid::to_string).collect())
}
