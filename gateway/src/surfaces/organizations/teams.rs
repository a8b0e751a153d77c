//! Teams.

use super::fields::reference;
use super::params::TeamId;
use super::time;
use crate::http::{Answer, App, Auth, Body, ListView, Once, PageQuery, PathId, Query, Read, Write, ok};
use actix_web::{HttpResponse, delete, get, patch, post};
use chrono::{DateTime, Utc};
use rapport_crm_core::{NewTeam, Team, TeamPatch};
use rapport_platform::{Error, Patch, ids};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

const PAGE: i64 = 25;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(get_team)
        .service(list_teams)
        .service(create_team)
        .service(update_team)
        .service(delete_team);
}

/// Agents who work together.
#[derive(Debug, Serialize, ToSchema)]
pub struct TeamView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfP")]
    team_id: String,
    /// Its id on surfaces that have numbers.
    #[schema(example = 1024)]
    number: i64,
    #[schema(example = "Night shift")]
    name: String,
    /// Its members.
    #[schema(example = json!(["HR_id_0001sTvKHLu1nfyQT7mTfG"]))]
    agent_ids: Vec<String>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    created_at: DateTime<Utc>,
}

impl From<Team> for TeamView {
    fn from(team: Team) -> Self {
        Self {
            team_id: ids::opaque(team.uuid),
            number: team.id,
            name: team.name,
            agent_ids: team.agents.into_iter().map(ids::opaque).collect(),
            created_at: team.created_at,
        }
    }
}

/// A new team.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTeamBody {
    /// No other team of the organization may have it.
    #[schema(max_length = 255, example = "Night shift")]
    name: String,
    /// Agents of the organization, at most 500.
    #[serde(default)]
    #[schema(example = json!([]))]
    agent_ids: Vec<String>,
}

/// Changes to a team. An absent key leaves the field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamPatchBody {
    #[serde(default)]
    #[schema(value_type = String, max_length = 255, example = "Day shift")]
    name: Patch<String>,
    /// Replaces all members; `null` leaves none.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, example = json!([]))]
    agent_ids: Patch<Vec<String>>,
}

fn agents(ids: &[String]) -> Result<Vec<Uuid>, Error> {
    ids.iter().map(|id| reference("agent_ids", id)).collect()
}

/// List teams
///
/// Newest first.
#[utoipa::path(tag = "native", params(PageQuery), responses((status = 200, body = ListView<TeamView>)))]
#[get("")]
async fn list_teams(auth: Auth<Read>, page: Query<PageQuery>, app: App) -> Answer {
    let page = page.0.of(&app, &auth.ctx, "teams", "", PAGE)?;
    let found = app
        .teams
        .list(&app.reader(&auth.ctx).await?, &page.request)
        .await?;
    ok(&page.view::<_, TeamView>(found))
}

/// Get a team
///
/// One team of the organization, with its members.
#[utoipa::path(tag = "native", responses((status = 200, body = TeamView)))]
#[get("/{team_id}")]
async fn get_team(auth: Auth<Read>, id: PathId<TeamId>, app: App) -> Answer {
    let team = app.teams.get(&app.reader(&auth.ctx).await?, id.0).await?;
    ok(&TeamView::from(team))
}

/// Create a team
///
/// Of agents of the organization.
#[utoipa::path(tag = "native", request_body = NewTeamBody,
    responses((status = 201, body = TeamView), (status = 409, description = "name: another team has this name")))]
#[post("")]
async fn create_team(auth: Auth<Write>, app: App, once: Once, body: Body<NewTeamBody>) -> Answer {
    once.created(&app, &auth, body, async |tx, body| {
        let new = NewTeam {
            name: body.name,
            agents: agents(&body.agent_ids)?,
        };
        Ok(TeamView::from(app.teams.create(tx, new).await?))
    })
    .await
}

/// Update a team
///
/// Its name and its members. An absent key leaves the field.
#[utoipa::path(tag = "native", request_body = TeamPatchBody,
    responses((status = 200, body = TeamView), (status = 409, description = "name: another team has this name")))]
#[patch("/{team_id}")]
async fn update_team(auth: Auth<Write>, id: PathId<TeamId>, app: App, body: Body<TeamPatchBody>) -> Answer {
    let patch = TeamPatch {
        name: body.value.name,
        agents: body.value.agent_ids.try_map(|ids| agents(&ids))?,
    };
    let team = app
        .db
        .write(&auth.ctx, async |tx| app.teams.update(tx, id.0, patch).await)
        .await?;
    ok(&TeamView::from(team))
}

/// Delete a team
///
/// Its members remain agents.
#[utoipa::path(tag = "native", responses((status = 204)))]
#[delete("/{team_id}")]
async fn delete_team(auth: Auth<Write>, id: PathId<TeamId>, app: App) -> Answer {
    app.db
        .write(&auth.ctx, async |tx| app.teams.delete(tx, id.0).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
