//! Agents.

use super::params::AgentId;
use crate::http::{Admin, Answer, App, Auth, Body, ListView, Once, PageQuery, PathId, Query, Read, ok};
use actix_web::{HttpResponse, delete, get, patch, post};
use rapport_crm_core::users::password::{self, PasswordHash};
use rapport_crm_core::{Agent, AgentPatch, NewAgent, Role};
use rapport_platform::{Error, Patch, ids};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

const PAGE: i64 = 25;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(get_agent)
        .service(list_agents)
        .service(create_agent)
        .service(update_agent)
        .service(delete_agent);
}

/// A person who works in the organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfG")]
    agent_id: String,
    #[schema(example = "Kara Danvers")]
    name: String,
    #[schema(example = "kara@example.com")]
    email: String,
}

impl From<Agent> for AgentView {
    fn from(agent: Agent) -> Self {
        Self {
            agent_id: ids::opaque(agent.uuid),
            name: agent.name,
            email: agent.email,
        }
    }
}

/// What an agent may do: `admin` also manages agents, keys and the organization.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleName {
    /// Manages the organization.
    Admin,
    /// Works with contacts and conversations.
    Agent,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Admin => Self::Admin,
            RoleName::Agent => Self::Agent,
        }
    }
}

/// A new agent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAgentBody {
    #[schema(max_length = 255, example = "Kara Danvers")]
    name: String,
    /// The login; no other agent of the organization may have it.
    #[schema(max_length = 254, example = "kara@example.com")]
    email: String,
    /// `agent` when absent.
    #[schema(value_type = Option<RoleName>, example = "agent")]
    role: Option<RoleName>,
    /// For a new login; whoever has one already keeps its password.
    #[schema(min_length = 8, max_length = 128, example = json!(null))]
    password: Option<String>,
}

/// Changes to an agent. An absent key leaves the field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentPatchBody {
    #[serde(default)]
    #[schema(value_type = String, max_length = 255, example = "Kara Zor-El")]
    name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = RoleName, example = "admin")]
    role: Patch<RoleName>,
    /// Whether the agent works here; one admin must remain.
    #[serde(default)]
    #[schema(value_type = bool, example = true)]
    active: Patch<bool>,
}

/// List agents
///
/// The agents of the organization, newest first, the inactive ones too.
#[utoipa::path(tag = "agents", params(PageQuery), responses((status = 200, body = ListView<AgentView>)))]
#[get("")]
async fn list_agents(auth: Auth<Read>, page: Query<PageQuery>, app: App) -> Answer {
    let page = page.0.of(&app, &auth.ctx, "agents", "", PAGE)?;
    let found = app
        .agents
        .list(&app.reader(&auth.ctx).await?, &page.request)
        .await?;
    ok(&page.view::<_, AgentView>(found))
}

/// Get an agent
///
/// One agent of the organization.
#[utoipa::path(tag = "agents", responses((status = 200, body = AgentView)))]
#[get("/{agent_id}")]
async fn get_agent(auth: Auth<Read>, id: PathId<AgentId>, app: App) -> Answer {
    let agent = app.agents.get(&app.reader(&auth.ctx).await?, id.0).await?;
    ok(&AgentView::from(agent))
}

/// Create an agent
///
/// Makes an agent of the login with this e-mail address, and the login when there is none. Needs the scope `admin`.
#[utoipa::path(tag = "native", request_body = NewAgentBody, responses((status = 201, body = AgentView)))]
#[post("")]
async fn create_agent(auth: Auth<Admin>, app: App, once: Once, mut body: Body<NewAgentBody>) -> Answer {
    // Hashing takes its time on purpose, and so has no place inside the transaction.
    let password = hashed(body.value.password.take()).await?;
    once.created(&app, &auth, body, async |tx, body| {
        let role = body.role.map_or(Role::Agent, Role::from);
        let new = NewAgent {
            name: body.name,
            email: body.email,
            role,
            password,
        };
        Ok(AgentView::from(app.agents.create(tx, new).await?))
    })
    .await
}

async fn hashed(password: Option<String>) -> Result<Option<PasswordHash>, Error> {
    match password {
        None => Ok(None),
        Some(plain) => password::hash("password", &plain).await.map(Some),
    }
}

/// Update an agent
///
/// An absent key leaves the field. The organization must keep an active admin. The API keys of an agent who is not
/// active are refused until the agent is again. Needs the scope `admin`.
#[utoipa::path(tag = "native", request_body = AgentPatchBody, responses((status = 200, body = AgentView)))]
#[patch("/{agent_id}")]
async fn update_agent(
    auth: Auth<Admin>,
    id: PathId<AgentId>,
    app: App,
    body: Body<AgentPatchBody>,
) -> Answer {
    let AgentPatchBody { name, role, active } = body.value;
    let role = role.try_map(|role| Ok::<_, Error>(Role::from(role)))?;
    let patch = AgentPatch { name, role, active };
    let agent = app
        .db
        .write(&auth.ctx, async |tx| app.agents.update(tx, id.0, patch).await)
        .await?;
    // Other processes hear of it in a moment; here it holds with this answer.
    app.credentials.clear();
    ok(&AgentView::from(agent))
}

/// Delete an agent
///
/// The agent is found no more, its API keys end, and its companies and conversations are assigned to nobody. What it
/// has written and done stays its own, and so do its sales until they are given to somebody else. The login stays too,
/// and can be made an agent again, as a new one. Needs the scope `admin`.
#[utoipa::path(tag = "native", responses(
    (status = 204),
    (status = 409, description = "The last active admin must remain one"),
))]
#[delete("/{agent_id}")]
async fn delete_agent(auth: Auth<Admin>, id: PathId<AgentId>, app: App) -> Answer {
    app.db
        .write(&auth.ctx, async |tx| app.removal.delete(tx, id.0).await)
        .await?;
    // Other processes hear of it in a moment; here its keys end with this answer.
    app.credentials.clear();
    Ok(HttpResponse::NoContent().finish())
}
