//! The audit log on PostgreSQL.

use super::rows::{AuditLogRow, of_organization};
use super::{Action, AuditFilter, AuditLog, AuditService, RECORD_TYPES};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::future::try_join_all;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Reader, Result};
use rapport_schema::tables::{agents, audit_logs};
use std::cmp::Reverse;
use uuid::Uuid;

/// The audit log, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgAuditLogs;

#[async_trait]
impl AuditService for PgAuditLogs {
    async fn list(&self, db: &Reader, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditLog>> {
        if let Some(unknown) = filter.record_type.as_deref()
            && !RECORD_TYPES.contains(&unknown)
        {
            let message = format!("must be one of {}", RECORD_TYPES.join(", "));
            return Err(Error::invalid("record_type", message));
        }
        let agent = match filter.agent {
            None => None,
            Some(uuid) => Some(agent(db, uuid).await?),
        };
        // The action stands before the time in every index, which so serves the filters with it and without: the
        // pages of the actions travel together and are merged here.
        let actions = filter
            .action
            .as_ref()
            .map_or(&Action::ALL[..], std::slice::from_ref);
        let pages = actions
            .iter()
            .map(|action| of_action(db, filter, agent, *action, page));
        let mut rows: Vec<_> = try_join_all(pages).await?.into_iter().flatten().collect();
        rows.sort_by_key(|row| Reverse(row.position()));
        Ok(Page::of(rows, page, AuditLogRow::position))
    }

    async fn get(&self, db: &Reader, id: Uuid) -> Result<AuditLog> {
        let query = of_organization(db.organization())
            .filter(audit_logs::uuid.eq(id))
            .select(AuditLogRow::as_select());
        let row = query.first(&mut db.conn()).await.optional()?;
        Ok(row.ok_or(Error::not_found("Audit log"))?.into())
    }
}

async fn of_action(
    db: &Reader,
    filter: &AuditFilter,
    agent: Option<i64>,
    action: Action,
    page: &PageRequest,
) -> Result<Vec<AuditLogRow>> {
    let mut query = of_organization(db.organization())
        .filter(audit_logs::action_type.eq(action.name()))
        .into_boxed();
    if let Some(agent) = agent {
        query = query.filter(audit_logs::agent_id.eq(agent));
    }
    if let Some(record_type) = &filter.record_type {
        query = query.filter(audit_logs::record_type.eq(record_type));
    }
    if let Some(record) = filter.record {
        query = query.filter(audit_logs::record_id.eq(record));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit_logs::occurred_at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(audit_logs::occurred_at.lt(to));
    }
    if let Some(position) = page.after {
        query = query.filter(before(audit_logs::occurred_at, audit_logs::id, position));
    }
    let query = query
        .order((audit_logs::occurred_at.desc(), audit_logs::id.desc()))
        .limit(page.fetch())
        .select(AuditLogRow::as_select());
    Ok(query.load(&mut db.conn()).await?)
}

/// The numeric id of an agent, who may be deleted: what was done remains.
async fn agent(db: &Reader, uuid: Uuid) -> Result<i64> {
    let query = agents::table
        .filter(agents::organization_id.eq(db.organization()))
        .filter(agents::uuid.eq(uuid))
        .select(agents::id);
    let id = query.first(&mut db.conn()).await.optional()?;
    id.ok_or(Error::not_found("Agent"))
}
