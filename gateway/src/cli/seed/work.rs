//! What there is to do, and for whom: a funnel, a team, an AI employee, tasks, and a custom field.

use super::directory::Scene;
use super::random::Random;
use anyhow::Result;
use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::ai_employees::{AiEmployeeService, PgAiEmployees};
use rapport_crm_core::custom_fields::{
    CustomFieldService, EntityType, FieldType, NewDefinition, NewOption, PgCustomFields,
};
use rapport_crm_core::teams::{NewTeam, PgTeams, TeamService};
use rapport_platform::{Ctx, Db, Tx};
use rapport_sales_pipeline::funnels::{FunnelService, NewFunnel, PgFunnels};
use rapport_sales_pipeline::tasks::{NewTask, PgTasks, Status, TaskService, Worker};
use rapport_schema::tables::{agents, conversations};
use uuid::Uuid;

const STREAM: u64 = 9;
/// How many tasks there are at most, in the newest conversations.
const TASKS: i64 = 40;
const STATUSES: [&str; 4] = ["New", "Survey", "Quoted", "Won"];
const SOURCES: [&str; 4] = ["referral", "website", "fair", "advertisement"];
const OBJECTIVES: [&str; 6] = [
    "Call back",
    "Send the quote",
    "Arrange a site survey",
    "Ask for the measurements",
    "Send photos of similar roofs",
    "Check whether the parts are in stock",
];

/// Makes all of it, by the services, as callers would.
///
/// # Errors
/// When the database is out of reach.
pub async fn make(db: &Db, ctx: &Ctx, scene: &Scene<'_>) -> Result<()> {
    let mut random = Random::new(scene.seed, STREAM);
    let made = db.write(ctx, async |tx| {
        let statuses = STATUSES.map(str::to_owned).to_vec();
        let name = "Roof repairs".to_owned();
        PgFunnels.create(tx, NewFunnel { name, statuses }).await?;
        let name = "Field crew".to_owned();
        let agents = crew(tx).await?;
        PgTeams.create(tx, NewTeam { name, agents }).await?;
        let ada = PgAiEmployees.create(tx, "Ada".to_owned()).await?;
        define(tx).await?;
        for conversation in newest(tx).await? {
            let task = task(scene, tx, &mut random, (conversation, ada.id));
            PgTasks.create(tx, task).await?;
        }
        Ok::<_, rapport_platform::Error>(())
    });
    Ok(made.await?)
}

/// Three agents.
async fn crew(tx: &Tx) -> rapport_platform::Result<Vec<Uuid>> {
    let query = agents::table
        .filter(agents::organization_id.eq(tx.organization()))
        .order(agents::id)
        .limit(3)
        .select(agents::uuid);
    Ok(query.load(&mut tx.conn()).await?)
}

async fn newest(tx: &Tx) -> rapport_platform::Result<Vec<i64>> {
    let query = conversations::table
        .filter(conversations::organization_id.eq(tx.organization()))
        .order((conversations::start_at.desc(), conversations::id.desc()))
        .limit(TASKS)
        .select(conversations::id);
    Ok(query.load(&mut tx.conn()).await?)
}

/// Where contacts came from.
async fn define(tx: &mut Tx) -> rapport_platform::Result<()> {
    let field = NewDefinition {
        entity_type: EntityType::Contact,
        field_key: "lead_source".to_owned(),
        field_label: Some("Lead source".to_owned()),
        field_type: FieldType::List,
        description: Some("Where the contact came from.".to_owned()),
    };
    let definition = PgCustomFields.create(tx, field).await?;
    for value in SOURCES {
        let option = NewOption {
            definition_id: definition.id,
            value: value.to_owned(),
            label: None,
            description: None,
        };
        PgCustomFields.create_option(tx, definition.id, option).await?;
    }
    Ok(())
}

/// One in four is done, and one in four is the AI employee's; some are overdue.
fn task(scene: &Scene<'_>, tx: &Tx, random: &mut Random, (conversation, ada): (i64, i64)) -> NewTask {
    let agent = Worker::Agent(random.choose(scene.agents).map_or(0, |agent| agent.id));
    let due = TimeDelta::hours(i64::try_from(random.below(240)).unwrap_or_default() - 72);
    NewTask {
        conversation,
        objective: random.pick(&OBJECTIVES).to_owned(),
        created_by: agent,
        assigned_to: if random.chance(0.25) {
            Worker::AiEmployee(ada)
        } else {
            agent
        },
        due_at: Some(tx.now() + due),
        status: if random.chance(0.25) {
            Status::Completed
        } else {
            Status::Scheduled
        },
    }
}
