//! Teams on PostgreSQL.

use super::rows::TeamRow;
use super::{NewTeam, Team, TeamPatch, TeamService, members};
use crate::audit::{self, Action, Changes};
use crate::text;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_platform::events::Event;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Patch, Reader, Result, Tx, ids};
use rapport_schema::tables::teams;
use uuid::Uuid;

pub(super) const RECORD: &str = "team";

/// The teams, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgTeams;

#[async_trait]
impl TeamService for PgTeams {
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Team>> {
        let query = teams::table
            .filter(teams::organization_id.eq(db.organization()))
            .order((teams::created_at.desc(), teams::id.desc()))
            .limit(page.fetch())
            .select(TeamRow::as_select());
        let rows = match page.after {
            None => query.load(&mut db.conn()).await?,
            Some(position) => {
                query
                    .filter(before(teams::created_at, teams::id, position))
                    .load(&mut db.conn())
                    .await?
            }
        };
        let mut page = Page::of(rows, page, TeamRow::position);
        members::fill(db.conn(), db.organization(), &mut page.items).await?;
        Ok(page)
    }

    async fn get(&self, db: &Reader, id: Uuid) -> Result<Team> {
        read(db.conn(), db.organization(), id).await
    }

    async fn create(&self, tx: &mut Tx, new: NewTeam) -> Result<Team> {
        let agents = members::hold(tx, new.agents).await?;
        let (id, uuid) = insert(tx, new.name).await?;
        members::set(tx, id, &agents).await?;
        let team = read(tx.conn(), tx.organization(), uuid).await?;
        audit::record(tx, Action::Insert, (RECORD, uuid), &changes(None, Some(&team))).await?;
        tx.emit(Event::new("team.created", RECORD, uuid));
        Ok(team)
    }

    async fn update(&self, tx: &mut Tx, id: Uuid, patch: TeamPatch) -> Result<Team> {
        let agents = match patch.agents {
            Patch::Keep => None,
            changed => Some(members::hold(tx, changed.set().unwrap_or_default()).await?),
        };
        let old = lock(tx, id).await?;
        let name = patch.name.apply_required("name", old.name.clone())?;
        diesel::update(teams::table.find((tx.organization(), old.id)))
            .set((
                teams::name.eq(text::required("name", name, text::NAME)?),
                teams::updated_at.eq(tx.now()),
            ))
            .execute(&mut tx.conn())
            .await
            .map_err(taken)?;
        if let Some(agents) = &agents {
            members::set(tx, old.id, agents).await?;
        }
        let new = read(tx.conn(), tx.organization(), id).await?;
        let changes = changes(Some(&old), Some(&new));
        if !changes.is_empty() {
            audit::record(tx, Action::Update, (RECORD, id), &changes).await?;
            tx.emit(Event::new("team.updated", RECORD, id));
        }
        Ok(new)
    }

    async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<()> {
        let old = lock(tx, id).await?;
        diesel::delete(teams::table.find((tx.organization(), old.id)))
            .execute(&mut tx.conn())
            .await?;
        audit::record(tx, Action::Delete, (RECORD, id), &changes(Some(&old), None)).await?;
        tx.emit(Event::new("team.deleted", RECORD, id));
        Ok(())
    }
}

async fn read(conn: &AsyncPgConnection, organization: i64, id: Uuid) -> Result<Team> {
    let row = teams::table
        .filter(teams::organization_id.eq(organization))
        .filter(teams::uuid.eq(id))
        .select(TeamRow::as_select())
        .first(&mut &*conn)
        .await
        .optional()?;
    let mut team = [Team::from(row.ok_or(Error::not_found("Team"))?)];
    members::fill(conn, organization, &mut team).await?;
    let [team] = team;
    Ok(team)
}

/// The team, held until the transaction ends.
async fn lock(tx: &Tx, id: Uuid) -> Result<Team> {
    teams::table
        .filter(teams::organization_id.eq(tx.organization()))
        .filter(teams::uuid.eq(id))
        .select(teams::id)
        .for_update()
        .first::<i64>(&mut tx.conn())
        .await
        .optional()?;
    read(tx.conn(), tx.organization(), id).await
}

async fn insert(tx: &Tx, name: String) -> Result<(i64, Uuid)> {
    let values = (
        teams::organization_id.eq(tx.organization()),
        teams::uuid.eq(tx.uuid()),
        teams::name.eq(text::required("name", name, text::NAME)?),
        teams::created_at.eq(tx.now()),
        teams::updated_at.eq(tx.now()),
    );
    diesel::insert_into(teams::table)
        .values(values)
        .returning((teams::id, teams::uuid))
        .get_result(&mut tx.conn())
        .await
        .map_err(taken)
}

fn taken(error: diesel::result::Error) -> Error {
    let meaning = || Error::conflict("name: another team has this name");
    Error::from(error).on_constraint("teams_name", meaning)
}

fn changes(old: Option<&Team>, new: Option<&Team>) -> Changes {
    let agents = |team: Option<&Team>| {
        team.map(|team| team.agents.iter().copied().map(ids::opaque).collect::<Vec<_>>())
    };
    Changes::new()
        .field("name", &old.map(|t| &t.name), &new.map(|t| &t.name))
        .field("agent_ids", &agents(old), &agents(new))
}
