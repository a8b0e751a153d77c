//! Sales on PostgreSQL.

use super::log::{RECORD, changes, event};
use super::rows::{Held, QuoteValues};
use super::store::{self, ChangedValues, NewValues};
use super::{Expected, NewSale, Sale, SaleFilter, SalePatch, SaleService, StageChoice, links, load, status};
use crate::pipeline;
use crate::quote::{NewQuote, Quote};
use async_trait::async_trait;
use rapport_crm_core::audit::{self, Action};
use rapport_crm_core::text;
use rapport_platform::{Error, Page, PageRequest, Patch, Reader, Result, Tx};
use uuid::Uuid;

/// The sales, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgSales;

#[async_trait]
impl SaleService for PgSales {
    async fn list(&self, db: &Reader, filter: &SaleFilter, page: &PageRequest) -> Result<Page<Sale>> {
        load::page(db, filter, page).await
    }

    async fn get(&self, db: &Reader, id: Uuid) -> Result<Sale> {
        load::one(db.conn(), db.organization(), id).await
    }

    async fn create(&self, tx: &mut Tx, new: NewSale) -> Result<Sale> {
        let uuid = insert(tx, new).await?;
        let sale = read(tx, uuid).await?;
        audit::record(tx, Action::Insert, (RECORD, uuid), &changes(None, Some(&sale))).await?;
        tx.emit(event("sale.created", &sale)?);
        Ok(sale)
    }

    async fn update(&self, tx: &mut Tx, id: Uuid, patch: SalePatch, expected: &Expected) -> Result<Sale> {
        store::exists(tx, id).await?;
        let patch = Checked::of(tx, id, patch).await?;
        let held = store::hold(tx, id, expected).await?;
        let old = read(tx, id).await?;
        patch.write(tx, &held).await?;
        let mut new = read(tx, id).await?;
        let changes = changes(Some(&old), Some(&new));
        if !changes.is_empty() {
            store::touch(tx, held.id).await?;
            new.version += 1;
            audit::record(tx, Action::Update, (RECORD, id), &changes).await?;
            tx.emit(event("sale.updated", &new)?);
        }
        Ok(new)
    }

    async fn delete(&self, tx: &mut Tx, id: Uuid, expected: &Expected) -> Result<()> {
        let held = store::hold(tx, id, expected).await?;
        let old = read(tx, id).await?;
        store::delete(tx, held.id).await?;
        audit::record(tx, Action::Delete, (RECORD, id), &changes(Some(&old), None)).await?;
        tx.emit(event("sale.deleted", &old)?);
        Ok(())
    }

    async fn change_status(
        &self,
        tx: &mut Tx,
        id: Uuid,
        to: StageChoice,
        expected: &Expected,
    ) -> Result<Sale> {
        store::exists(tx, id).await?;
        let stages = pipeline::entered(tx).await?;
        let stage = status::chosen(&stages, &to)?;
        let held = store::hold(tx, id, expected).await?;
        if held.stage_id == stage.id {
            let message = format!("The sale already has the status {}", stage.name);
            return Err(Error::conflict(message));
        }
        let old = read(tx, id).await?;
        // A transaction that waited for another began before that one's change.
        let at = tx.now().max(held.last_activity_at);
        store::enter(tx, held.id, stage, at).await?;
        let new = read(tx, id).await?;
        let changes = changes(Some(&old), Some(&new));
        audit::record(tx, Action::Update, (RECORD, id), &changes).await?;
        tx.emit(event("sale.status_changed", &new)?);
        Ok(new)
    }
}

async fn read(tx: &Tx, uuid: Uuid) -> Result<Sale> {
    load::one(tx.conn(), tx.organization(), uuid).await
}

async fn insert(tx: &Tx, new: NewSale) -> Result<Uuid> {
    let quote = computed(tx, new.quote).await?;
    let stages = pipeline::entered(tx).await?;
    let first = stages
        .first()
        .ok_or_else(|| Error::internal("a pipeline without stages"))?;
    let company_id = links::company(tx, new.company).await?;
    let contacts = links::contacts(tx, &new.contacts).await?;
    let conversations = links::conversations(tx, new.conversations).await?;
    let values = NewValues {
        draft: new.draft,
        owner_id: links::owner(tx, new.owner, None).await?,
        company_id,
        stage_id: first.id,
        custom_fields: text::object("custom_fields", new.custom_fields)?,
        quote: quote.into(),
    };
    let uuid = tx.uuid();
    let id = store::insert(tx, uuid, values).await?;
    store::set_contacts(tx, id, &contacts).await?;
    store::set_conversations(tx, id, &conversations).await?;
    store::append(tx, id, first, tx.now()).await?;
    Ok(uuid)
}

/// The quote, in the organization's currency unless it names another.
async fn computed(tx: &Tx, quote: NewQuote) -> Result<Quote> {
    let own = match &quote.currency {
        Some(named) => named.clone(),
        None => store::currency(tx).await?,
    };
    quote.compute(&own).map_err(in_quote)
}

/// Callers know the fields of a quote by where they stand in a sale.
fn in_quote(error: Error) -> Error {
    match error {
        Error::Invalid { field, message } if field.starts_with("products") => {
            Error::invalid(format!("quote_details.arguments.{field}"), message)
        }
        Error::Invalid { field, message } => Error::invalid(format!("quote_details.{field}"), message),
        other => other,
    }
}

/// A patch whose values can be accepted and whose references are held.
struct Checked {
    values: ChangedValues,
    quote: Option<QuoteValues>,
    contacts: Option<Vec<links::ContactLink>>,
    conversations: Option<Vec<Uuid>>,
}

impl Checked {
    async fn of(tx: &Tx, sale: Uuid, patch: SalePatch) -> Result<Self> {
        let company_id = match patch.company {
            Patch::Keep => None,
            changed => Some(links::company(tx, changed.set()).await?),
        };
        let contacts = match list(patch.contacts) {
            Some(wanted) => Some(links::contacts(tx, &wanted).await?),
            None => None,
        };
        let conversations = match list(patch.conversations) {
            Some(wanted) => Some(links::conversations(tx, wanted).await?),
            None => None,
        };
        let values = ChangedValues {
            draft: required("draft", patch.draft)?,
            owner_id: match patch.owner {
                Patch::Keep => None,
                changed => Some(links::owner(tx, changed.set(), Some(sale)).await?),
            },
            company_id,
            custom_fields: match patch.custom_fields {
                Patch::Keep => None,
                changed => Some(text::object("custom_fields", changed.set())?),
            },
        };
        let quote = match required("quote_details", patch.quote)? {
            Some(quote) => Some(computed(tx, quote).await?.into()),
            None => None,
        };
        Ok(Self {
            values,
            quote,
            contacts,
            conversations,
        })
    }

    async fn write(self, tx: &Tx, held: &Held) -> Result<()> {
        if self.values.draft == Some(true) && !held.draft {
            return Err(Error::invalid("draft", "cannot be true again"));
        }
        store::change(tx, held.id, self.values, self.quote).await?;
        if let Some(contacts) = &self.contacts {
            store::set_contacts(tx, held.id, contacts).await?;
        }
        if let Some(conversations) = &self.conversations {
            store::set_conversations(tx, held.id, conversations).await?;
        }
        Ok(())
    }
}

/// The list that is to replace the present one; cleared it is empty.
fn list<T>(patch: Patch<Vec<T>>) -> Option<Vec<T>> {
    match patch {
        Patch::Keep => None,
        changed => Some(changed.set().unwrap_or_default()),
    }
}

/// The value that is set, of a field that cannot be cleared.
fn required<T>(field: &'static str, patch: Patch<T>) -> Result<Option<T>> {
    match patch {
        Patch::Clear => Err(Error::invalid(field, "must not be null")),
        changed => Ok(changed.set()),
    }
}
