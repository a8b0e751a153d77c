//! One organization with all its data.

use super::calendar::Calendar;
use super::directory::{self, Agent, Scene};
use super::inbox;
use super::load::Load;
use super::people::{People, slug};
use super::sales;
use super::sizes::Sizes;
use super::work;
use anyhow::{Context, Result};
use indicatif::ProgressBar;
use rapport_crm_core::agents::{AgentPatch, AgentService, NewAgent, PgAgents, Role};
use rapport_crm_core::organizations::{NewOrganization, NewTenant, Tenant, provision};
use rapport_platform::{Ctx, Db, Patch, ids};

/// What is filled.
const TABLES: &str = "organizations, users, agents, api_keys, companies, contacts, contact_addresses, \
                      conversations, messages, message_references, drafts, sales, sale_contacts, \
                      sale_conversations, sale_status_history, conversation_facts, conversation_agents, \
                      activity_gaps, analytics_counts, custom_field_values, search_words, tasks, events";
const REQUEST: &str = "rapport seed";

/// What to make.
#[derive(Debug)]
pub struct Plan {
    /// The organization's name and the domain of its addresses; some that fit the seed when absent.
    pub name: Option<(&'static str, &'static str)>,
    /// The seed of its data.
    pub seed: u64,
    /// How much of it.
    pub sizes: Sizes,
    /// How many companies.
    pub companies: u64,
    /// How many agents, the admin included; at most 100.
    pub agents: u64,
}

impl Plan {
    /// An organization of this size with what companies and agents suit it.
    pub fn of(seed: u64, sizes: Sizes) -> Self {
        Self {
            name: None,
            seed,
            sizes,
            companies: sizes.contacts / 8,
            agents: (3 + sizes.conversations / 2_000).min(25),
        }
    }
}

/// Makes the organization, and then its data, all or none of it.
///
/// # Errors
/// When the database is out of reach or refuses it.
pub async fn make(db: &Db, plan: &Plan, bar: &ProgressBar) -> Result<Tenant> {
    let people = People::new(plan.seed, plan.companies);
    let (name, domain) = named(db, plan, &people);
    let tenant = found(db, &people, name, &domain).await?;
    let agents = hire(db, &people, &tenant, plan.agents, &domain).await?;
    let scene = Scene {
        organization: tenant.organization,
        seed: plan.seed,
        people: &people,
        calendar: &Calendar::until(db.now()),
        agents: &agents,
        domain: &domain,
        stages: sales::stages(db, &Ctx::system(tenant.organization, REQUEST)).await?,
    };
    let load = Load::connect(db.url(), bar.clone()).await?;
    load.execute("BEGIN").await?;
    backdate(&load, &scene).await?;
    let known = directory::load(&load, &scene, plan.companies, plan.sizes.contacts).await?;
    tell(&load, &scene).await?;
    inbox::load(
        &load,
        &scene,
        &known,
        plan.sizes.conversations,
        plan.sizes.messages,
    )
    .await?;
    load.execute("COMMIT").await?;
    // What follows reads all of it, with plans for few rows otherwise.
    load.execute(&format!("ANALYZE {TABLES}")).await?;
    rebuild(db, &tenant).await?;
    work::make(db, &Ctx::system(tenant.organization, REQUEST), &scene).await?;
    Ok(tenant)
}

fn named(db: &Db, plan: &Plan, people: &People) -> (String, String) {
    if let Some((name, domain)) = plan.name {
        return (name.to_owned(), domain.to_owned());
    }
    let name = people.firm(plan.companies).name;
    // Logins are known by their address in the whole database, so the domain must be new.
    let suffix = ids::secret(db.ids(), 8).to_lowercase();
    let domain = format!("{}-{suffix}.example", slug(&name));
    (name, domain)
}

async fn found(db: &Db, people: &People, name: String, domain: &str) -> Result<Tenant> {
    let new = NewTenant {
        organization: NewOrganization {
            name,
            email_addresses: vec![format!("@{domain}")],
            ..NewOrganization::default()
        },
        admin_email: format!("{}@{domain}", people.colleague(0).1),
        // Nobody logs in here: what there is to do is done with the key.
        admin_password: ids::secret(db.ids(), 32),
    };
    Ok(provision(db, REQUEST, new).await?)
}

/// Names the admin and makes the other agents.
async fn hire(db: &Db, people: &People, tenant: &Tenant, count: u64, domain: &str) -> Result<Vec<Agent>> {
    let ctx = Ctx::system(tenant.organization, REQUEST);
    let named = AgentPatch {
        name: Patch::Set(people.colleague(0).0),
        ..AgentPatch::default()
    };
    let hired = db.write(&ctx, async |tx| {
        let mut agents = vec![PgAgents.update(tx, tenant.agent, named).await?];
        for (name, local) in (1..count).map(|number| people.colleague(number)) {
            let email = format!("{local}@{domain}");
            let new = NewAgent {
                name,
                email,
                role: Role::Agent,
                password: None,
            };
            agents.push(PgAgents.create(tx, new).await?);
        }
        Ok::<_, rapport_platform::Error>(agents)
    });
    let agent = |made: rapport_crm_core::Agent| Agent {
        id: made.id,
        name: made.name,
        email: made.email,
    };
    Ok(hired.await?.into_iter().map(agent).collect())
}

/// Works out the read models, which bulk loading passes by.
async fn rebuild(db: &Db, tenant: &Tenant) -> Result<()> {
    let ctx = Ctx::system(tenant.organization, REQUEST);
    Ok(db
        .write(&ctx, async |tx| {
            rapport_crm_core::search::rebuild(tx).await?;
            rapport_analytics::rebuild(tx).await
        })
        .await?)
}

/// Writes down that the contacts were made, which is what happened to them last.
async fn tell(load: &Load, scene: &Scene<'_>) -> Result<()> {
    let statement = "INSERT INTO events (organization_id, kind, subject_type, subject_id, payload, occurred_at) \
                     SELECT organization_id, 'contact.created', 'contact', uuid, '{}', created_at FROM contacts \
                     WHERE organization_id = $1 ORDER BY created_at, id";
    load.client()
        .execute(statement, &[&scene.organization])
        .await
        .context(statement)?;
    Ok(())
}

/// Lets the agents be there from the beginning of what they did.
async fn backdate(load: &Load, scene: &Scene<'_>) -> Result<()> {
    let start = scene.calendar.at(0.0).to_rfc3339();
    let statement = "UPDATE agents SET created_at = CAST($2::text AS timestamptz) WHERE organization_id = $1";
    load.client()
        .execute(statement, &[&scene.organization, &start])
        .await
        .context(statement)?;
    Ok(())
}

/// Puts what was filled in order, as autovacuum would some time later: sorts it into the indexes of searches, and gives
/// the planner statistics of it.
///
/// # Errors
/// When the database is out of reach.
pub async fn tidy(db: &Db) -> Result<()> {
    let load = Load::connect(db.url(), ProgressBar::hidden()).await?;
    load.execute(&format!("VACUUM (ANALYZE) {TABLES}")).await
}
