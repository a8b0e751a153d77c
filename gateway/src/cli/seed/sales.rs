//! Sales that came of conversations, and how far they have gone.

use super::calendar::Calendar;
use super::copy::{Cents, Rows};
use super::directory::Scene;
use super::load::{Ids, Load};
use super::random::Random;
use super::thread::Thread;
use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::ids::uuid_v7;
use rapport_platform::{Ctx, Db};
use rapport_sales_pipeline::pipeline::{self, StageEntry};
use rapport_sales_pipeline::{PgPipeline, PipelineService};
use rapport_schema::tables::pipeline_stages;
use serde_json::{Value, json};
use uuid::Uuid;

const STREAM: u64 = 5;
/// How many conversations lead to a sale.
const SHARE: f64 = 0.12;
/// How many sales are still being drawn up.
const DRAFTS: f64 = 0.04;
/// How many sales come to a quote, and how many quotes are answered, and then accepted.
const QUOTED: f64 = 0.75;
const ANSWERED: f64 = 0.8;
const ACCEPTED: f64 = 0.65;

/// What is sold, and what it costs at least, in hundredths.
const PRODUCTS: [(&str, u64); 12] = [
    ("Site survey", 15_000),
    ("Roof inspection", 24_900),
    ("Gutter cleaning", 18_500),
    ("Shingle replacement", 420_000),
    ("Metal roof, standing seam", 1_850_000),
    ("Skylight", 119_900),
    ("Chimney flashing", 64_000),
    ("Attic insulation", 230_000),
    ("Solar mounting", 310_000),
    ("Emergency cover", 55_000),
    ("Annual maintenance plan", 79_900),
    ("Consulting hour", 9_500),
];

/// A stage of the pipeline.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The numeric id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// By what programs know it.
    pub status: Option<String>,
}

/// Writes the default stages of an organization, and answers them.
///
/// # Errors
/// When the database is out of reach.
pub async fn stages(db: &Db, ctx: &Ctx) -> Result<Vec<Stage>> {
    let reader = db.reader(ctx).await?;
    let entry = |stage: pipeline::Stage| StageEntry {
        uuid: Some(stage.uuid),
        name: stage.name,
        status: stage.status,
    };
    let entries = PgPipeline.stages(&reader).await?.into_iter().map(entry).collect();
    db.write(ctx, async |tx| PgPipeline.replace(tx, entries).await)
        .await?;
    let stored = pipeline_stages::table
        .filter(pipeline_stages::organization_id.eq(ctx.organization))
        .filter(pipeline_stages::removed_at.is_null())
        .order(pipeline_stages::position)
        .select((
            pipeline_stages::id,
            pipeline_stages::name,
            pipeline_stages::status,
        ))
        .load(&mut reader.conn())
        .await?;
    let stage = |(id, name, status)| Stage { id, name, status };
    Ok(stored.into_iter().map(stage).collect())
}

/// A conversation that has been written.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// Its UUID.
    pub uuid: Uuid,
    /// When it began.
    pub start: DateTime<Utc>,
    /// The company of its contact.
    pub company: Option<i64>,
}

/// Sales on their way into the database.
pub struct Sales<'a> {
    scene: &'a Scene<'a>,
    random: Random,
    ids: Ids,
    rows: Rows,
    contacts: Rows,
    conversations: Rows,
    history: Rows,
}

impl<'a> Sales<'a> {
    /// Sales of some of so many conversations.
    pub fn new(scene: &'a Scene<'a>, conversations: u64) -> Self {
        Self {
            scene,
            random: Random::new(scene.seed, STREAM),
            ids: Ids::of("sales", conversations / 8),
            rows: Rows::of(
                "sales",
                "organization_id, id, uuid, draft, owner_id, company_id, stage_id, currency, quote_arguments, \
                 total_price, custom_fields, version, created_at, updated_at, last_activity_at",
            ),
            contacts: Rows::of(
                "sale_contacts",
                "organization_id, sale_id, contact_id, is_primary, position",
            ),
            conversations: Rows::of(
                "sale_conversations",
                "organization_id, sale_id, conversation, position",
            ),
            history: Rows::of(
                "sale_status_history",
                "organization_id, sale_id, stage_id, label, status, changed_at",
            ),
        }
    }

    /// The tables, in the order in which they are sent.
    pub fn tables(&mut self) -> [&mut Rows; 4] {
        let Self {
            rows,
            contacts,
            conversations,
            history,
            ..
        } = self;
        [rows, contacts, conversations, history]
    }

    /// Adds the sale that came of a conversation, if one did.
    ///
    /// # Errors
    /// When the database gives no id.
    pub async fn add(&mut self, load: &Load, thread: &Thread<'_>, origin: Origin) -> Result<()> {
        if !self.random.chance(SHARE) {
            return Ok(());
        }
        let path = path(
            &mut self.random,
            &self.scene.stages,
            origin.start,
            self.scene.calendar,
        );
        let ([(_, made), ..], [.., (stage, changed)]) = (path.as_slice(), path.as_slice()) else {
            return Ok(());
        };
        let id = self.ids.next(load).await?;
        let (arguments, total) = quote(&mut self.random);
        let organization = self.scene.organization;
        self.rows.push(&[
            &organization,
            &id,
            &uuid_v7(*made, self.random.uuid_bits()),
            &(path.len() == 1 && self.random.chance(DRAFTS)),
            &thread.agent.map(|agent| agent.id),
            &origin.company,
            &stage.id,
            &"USD",
            &arguments,
            &total,
            &notes(&mut self.random),
            &i64::try_from(path.len())?,
            made,
            changed,
            changed,
        ]);
        self.contacts
            .push(&[&organization, &id, &thread.contact, &true, &0_i32]);
        self.conversations
            .push(&[&organization, &id, &origin.uuid, &0_i32]);
        for (stage, at) in &path {
            self.history
                .push(&[&organization, &id, &stage.id, &stage.name, &stage.status, at]);
        }
        Ok(())
    }
}

/// The stages a sale goes through and when, from a conversation's start until now.
fn path<'a>(
    random: &mut Random,
    stages: &'a [Stage],
    start: DateTime<Utc>,
    calendar: &Calendar,
) -> Vec<(&'a Stage, DateTime<Utc>)> {
    let named = |status: Option<&str>| stages.iter().find(|stage| stage.status.as_deref() == status);
    let mut steps = vec![None];
    if random.chance(QUOTED) {
        steps.push(Some("quote_sent"));
        if random.chance(ANSWERED) {
            let accepted = random.chance(ACCEPTED);
            steps.push(Some(if accepted { "accepted" } else { "lost" }));
        }
    }
    let mut at = start;
    let timed = steps.into_iter().map(|status| {
        at += TimeDelta::minutes(i64::try_from(10 + random.below(5_000)).unwrap_or_default());
        (status, at)
    });
    let past = timed.take_while(|(_, at)| *at <= calendar.now());
    past.filter_map(|(status, at)| Some((named(status)?, at)))
        .collect()
}

/// Products as they are shown, and their total.
fn quote(random: &mut Random) -> (Value, Cents) {
    let mut total = 0;
    let mut products = Vec::new();
    for _ in 0..=random.below(4) {
        let Some((name, least)) = random.choose(&PRODUCTS) else {
            continue;
        };
        let (quantity, unit) = (1 + random.below(5), least + 100 * random.below(least / 300));
        total += quantity * unit;
        products.push(json!({
            "quantity": quantity,
            "unit_price": format!("{}.{:02}", unit / 100, unit % 100),
            "product_name": name,
        }));
    }
    (json!({"products": products}), Cents(total))
}

fn notes(random: &mut Random) -> Value {
    if random.chance(0.6) {
        return json!({});
    }
    let notes = random.pick(&[
        "Insurance pays half.",
        "Wants to begin after the summer.",
        "Compares three offers.",
        "Financing approved.",
    ]);
    json!({"notes": notes})
}
