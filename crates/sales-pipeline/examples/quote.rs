//! A quote and a change of the pipeline through the service traits alone, as in a program of your own.
//!
//! `DATABASE_URL=postgres://… cargo run -p rapport-sales-pipeline --example quote`; without the variable it uses a
//! temporary database, for which PostgreSQL must be installed.

use anyhow::Result;
use rapport_crm_core::NewOrganization;
use rapport_crm_core::organizations::{NewTenant, provision};
use rapport_platform::{Ctx, Db, DbConfig, RandomIds, SystemClock};
use rapport_sales_pipeline::decimal::{MONEY, PERCENT, QUANTITY};
use rapport_sales_pipeline::pipeline::StageEntry;
use rapport_sales_pipeline::quote::{NewQuote, Product, amount};
use rapport_sales_pipeline::sales::{Expected, NewSale, Sale, StageChoice};
use rapport_sales_pipeline::{PgPipeline, PgSales, PipelineService, SaleService};
use rapport_schema::embedded::Ephemeral;
use rapport_schema::migrations;
use std::sync::Arc;

#[tokio::main]
async fn main() -> Result<()> {
    match std::env::var("DATABASE_URL") {
        Ok(url) => run(url).await,
        Err(_) => {
            let database = Ephemeral::start(Vec::new()).await?;
            run(database.url()).await
        }
    }
}

async fn run(url: String) -> Result<()> {
    migrations::apply(&url).await?;
    let db = Db::connect(DbConfig::new(url), Arc::new(SystemClock), Arc::new(RandomIds)).await?;
    let ctx = Ctx::system(organization(&db).await?, "example");
    // The services hold nothing, and a program of your own may put others behind the traits.
    let pipeline: Arc<dyn PipelineService> = Arc::new(PgPipeline);
    let sales: Arc<dyn SaleService> = Arc::new(PgSales);

    add_stage(&db, &ctx, &*pipeline).await?;
    let sale = db
        .write(&ctx, async |tx| sales.create(tx, new_sale()?).await)
        .await?;
    tell(&sale);
    for status in ["site_visit", "quote_sent", "accepted"] {
        let to = StageChoice::Status(Some(status.to_owned()));
        let expected = Expected::Any;
        let change = db.write(&ctx, async |tx| {
            sales.change_status(tx, sale.uuid, to, &expected).await
        });
        tell(&change.await?);
    }
    Ok(())
}

/// A tenant to work in; a program that serves one has its id already.
async fn organization(db: &Db) -> Result<i64> {
    let organization = NewOrganization {
        name: "Acme Roofing".to_owned(),
        ..NewOrganization::default()
    };
    let tenant = NewTenant {
        organization,
        admin_email: "kara@acme.example".to_owned(),
        admin_password: "correct horse battery".to_owned(),
    };
    Ok(provision(db, "example", tenant).await?.organization)
}

/// Puts a stage after the first one.
async fn add_stage(db: &Db, ctx: &Ctx, pipeline: &dyn PipelineService) -> Result<()> {
    let stages = pipeline.stages(&db.reader(ctx).await?).await?;
    let kept = stages.into_iter().map(|stage| StageEntry {
        uuid: Some(stage.uuid),
        name: stage.name,
        status: stage.status,
    });
    let mut wanted: Vec<_> = kept.collect();
    let visit = StageEntry {
        uuid: None,
        name: "Site visit".to_owned(),
        status: Some("site_visit".to_owned()),
    };
    wanted.insert(1, visit);
    let stages = db
        .write(ctx, async |tx| pipeline.replace(tx, wanted).await)
        .await?;
    let names: Vec<_> = stages.iter().map(|stage| stage.name.as_str()).collect();
    println!("Pipeline: {}", names.join(", "));
    Ok(())
}

fn new_sale() -> rapport_platform::Result<NewSale> {
    let shingles = Product {
        name: "Shingles, square".to_owned(),
        quantity: amount("quantity", "24.5", QUANTITY)?,
        unit_price: amount("unit_price", "119.99", MONEY)?,
        discount_percent: Some(amount("discount_percent", "7.5", PERCENT)?),
        tax_rate: Some(amount("tax_rate", "8.875", PERCENT)?),
    };
    let quote = NewQuote {
        currency: Some("USD".to_owned()),
        products: vec![shingles],
        ..NewQuote::default()
    };
    Ok(NewSale {
        quote,
        ..NewSale::default()
    })
}

fn tell(sale: &Sale) {
    let (price, currency) = (sale.quote.total_price.to_plain_string(), &sale.quote.currency);
    println!("{}: {price} {currency}", sale.status.label);
}
