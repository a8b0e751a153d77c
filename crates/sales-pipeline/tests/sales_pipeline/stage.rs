//! A database with two tenants, each with an agent, a company, two contacts and a conversation.

use chrono::{DateTime, TimeDelta, Utc};
use rapport_crm_core::organizations::{NewOrganization, NewTenant, provision};
use rapport_crm_core::{CompanyService, ContactService, NewCompany, NewContact, PgCompanies, PgContacts};
use rapport_inbox::conversations::NewConversation;
use rapport_inbox::{ConversationService, PgConversations};
use rapport_platform::{Ctx, Error, PageRequest, Reader, Result, Tx};
use rapport_sales_pipeline::decimal::{MONEY, QUANTITY, parse};
use rapport_sales_pipeline::pipeline::Stage as PipelineStage;
use rapport_sales_pipeline::quote::{NewQuote, Product};
use rapport_sales_pipeline::sales::{Expected, NewSale, Sale, StageChoice};
use rapport_sales_pipeline::{PgPipeline, PgSales, PipelineService, SaleService};
use rapport_test_support::{TestDatabase, epoch};
use serde_json::Value;
use uuid::Uuid;

/// The first page, long enough for all that a test makes.
pub const ALL: PageRequest = PageRequest {
    limit: 100,
    after: None,
};

/// Two tenants that must not see each other.
pub struct Stage {
    pub test: TestDatabase,
    pub acme: Side,
    pub other: Side,
}

/// One tenant.
pub struct Side {
    pub organization: i64,
    pub agent: Uuid,
    pub company: Uuid,
    pub hal: Uuid,
    pub carol: Uuid,
    pub conversation: Uuid,
}

impl Stage {
    pub async fn new() -> Self {
        let test = TestDatabase::new().await;
        let acme = side(&test, "Acme", "kara@acme.example").await;
        let other = side(&test, "Other", "lex@other.example").await;
        Self { test, acme, other }
    }

    /// A transaction of Acme.
    pub async fn write<T>(&self, work: impl AsyncFnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        self.write_as(&self.acme, work).await
    }

    pub async fn write_as<T>(&self, side: &Side, work: impl AsyncFnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        self.test
            .db
            .write(&Ctx::system(side.organization, "test"), work)
            .await
    }

    /// The reads of a tenant.
    pub async fn reader(&self, side: &Side) -> Reader {
        let ctx = Ctx::system(side.organization, "test");
        self.test.db.reader(&ctx).await.unwrap()
    }

    pub async fn stages(&self) -> Vec<PipelineStage> {
        PgPipeline.stages(&self.reader(&self.acme).await).await.unwrap()
    }

    pub async fn create(&self, new: NewSale) -> Result<Sale> {
        self.write(async |tx| PgSales.create(tx, new).await).await
    }

    /// A sale of Acme at 1200.00 dollars.
    pub async fn sale(&self) -> Sale {
        let new = NewSale {
            quote: quote("1200.00"),
            ..NewSale::default()
        };
        self.create(new).await.unwrap()
    }

    pub async fn get(&self, sale: Uuid) -> Result<Sale> {
        PgSales.get(&self.reader(&self.acme).await, sale).await
    }

    pub async fn change_status(&self, sale: Uuid, status: Option<&str>, expected: &Expected) -> Result<Sale> {
        let to = StageChoice::Status(status.map(str::to_owned));
        self.write(async |tx| PgSales.change_status(tx, sale, to, expected).await)
            .await
    }

    /// The audit log of Acme about these records, oldest first: what was done to what, and the fields.
    pub async fn audit(&self, record: &str) -> Vec<(String, Value)> {
        let sql = "SELECT action_type, changes::text FROM audit_logs \
                   WHERE organization_id = $1 AND record_type = $2 ORDER BY id";
        let client = self.test.sql().await;
        let rows = client.query(sql, &[&self.acme.organization, &record]).await;
        let entry = |row: &tokio_postgres::Row| {
            let changes: String = row.get(1);
            (row.get(0), serde_json::from_str(&changes).unwrap())
        };
        rows.unwrap().iter().map(entry).collect()
    }

    /// The kinds and payloads of Acme's events about these records, oldest first.
    pub async fn events(&self, subject: &str) -> Vec<(String, Value)> {
        let sql = "SELECT kind, payload::text FROM events \
                   WHERE organization_id = $1 AND subject_type = $2 ORDER BY id";
        let client = self.test.sql().await;
        let rows = client.query(sql, &[&self.acme.organization, &subject]).await;
        let event = |row: &tokio_postgres::Row| {
            let payload: String = row.get(1);
            (row.get(0), serde_json::from_str(&payload).unwrap())
        };
        rows.unwrap().iter().map(event).collect()
    }
}

async fn side(test: &TestDatabase, name: &str, admin: &str) -> Side {
    let tenant = NewTenant {
        organization: NewOrganization {
            name: name.to_owned(),
            ..NewOrganization::default()
        },
        admin_email: admin.to_owned(),
        admin_password: "correct horse".to_owned(),
    };
    let tenant = provision(&test.db, "setup", tenant).await.unwrap();
    let ctx = Ctx::system(tenant.organization, "setup");
    let made = test.db.write(&ctx, async |tx| {
        let company = NewCompany {
            name: "Ferris Aircraft".to_owned(),
            ..NewCompany::default()
        };
        let hal = PgContacts.create(tx, named("Hal")).await?.uuid;
        let conversation = PgConversations.create(tx, NewConversation::with(hal)).await?;
        Ok::<_, Error>(Side {
            organization: tenant.organization,
            agent: tenant.agent,
            company: PgCompanies.create(tx, company).await?.uuid,
            hal,
            carol: PgContacts.create(tx, named("Carol")).await?.uuid,
            conversation: conversation.uuid,
        })
    });
    made.await.unwrap()
}

fn named(name: &str) -> NewContact {
    NewContact {
        name: Some(name.to_owned()),
        ..NewContact::default()
    }
}

/// A quote over one thing at this price, in dollars.
pub fn quote(price: &str) -> NewQuote {
    NewQuote {
        products: vec![product("1", price)],
        ..NewQuote::default()
    }
}

pub fn product(quantity: &str, price: &str) -> Product {
    Product {
        name: "Roof".to_owned(),
        quantity: parse("quantity", quantity, QUANTITY).unwrap(),
        unit_price: parse("unit_price", price, MONEY).unwrap(),
        discount_percent: None,
        tax_rate: None,
    }
}

/// The time `minutes` after the beginning of the test.
pub fn at(minutes: i64) -> DateTime<Utc> {
    epoch() + TimeDelta::minutes(minutes)
}

/// The field for whose sake something was refused.
#[track_caller]
pub fn invalid<T>(outcome: Result<T>) -> String {
    match outcome.err() {
        Some(Error::Invalid { field, .. }) => field.into_owned(),
        other => panic!("not refused as invalid: {other:?}"),
    }
}

/// What stands in the way.
#[track_caller]
pub fn conflict<T>(outcome: Result<T>) -> String {
    match outcome.err() {
        Some(Error::Conflict { message, .. }) => message.into_owned(),
        other => panic!("not refused as a conflict: {other:?}"),
    }
}

/// What was not found.
#[track_caller]
pub fn missing<T>(outcome: Result<T>) -> &'static str {
    match outcome.err() {
        Some(Error::NotFound { what }) => what,
        other => panic!("not refused as missing: {other:?}"),
    }
}
