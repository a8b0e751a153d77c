//! Conversations in funnels on PostgreSQL.

use super::{
    FunnelConversation, FunnelConversationPatch, FunnelConversationService, NewFunnelConversation, Unread,
    create, rows, update, write,
};
use async_trait::async_trait;
use rapport_crm_core::contacts::Stored;
use rapport_crm_core::operations::{self, Code, Issue, ItemReport, Report};
use rapport_platform::{Error, Result, Tx};
use uuid::Uuid;

/// The conversations in funnels, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgFunnelConversations;

#[async_trait]
impl FunnelConversationService for PgFunnelConversations {
    async fn create(&self, tx: &mut Tx, new: NewFunnelConversation) -> Result<FunnelConversation> {
        let (mut reports, stored) = Box::pin(create::create(tx, vec![Ok(new)])).await?;
        let report = reports.pop().unwrap_or_default();
        let Some(id) = report.item_id else {
            return Err(refusal(report.errors));
        };
        write::finish(tx, stored).await?;
        rows::whole(tx, id).await
    }

    async fn create_all(
        &self,
        tx: &mut Tx,
        items: Vec<Result<NewFunnelConversation, Unread>>,
    ) -> Result<(Uuid, Report)> {
        let (reports, stored) = Box::pin(create::create(tx, items)).await?;
        report(tx, "conversations.create", reports, stored).await
    }

    async fn update_all(
        &self,
        tx: &mut Tx,
        items: Vec<Result<FunnelConversationPatch, Unread>>,
    ) -> Result<(Uuid, Report)> {
        let (reports, stored) = Box::pin(update::update(tx, items)).await?;
        report(tx, "conversations.update", reports, stored).await
    }
}

/// Keeps what became of the items.
async fn report(
    tx: &mut Tx,
    kind: &'static str,
    reports: Vec<ItemReport>,
    mut stored: Stored,
) -> Result<(Uuid, Report)> {
    let report = Report::of(reports);
    let (operation, entry) = operations::keep(tx, kind, &report).await?;
    stored.entries.push(entry);
    write::finish(tx, stored).await?;
    Ok((operation, report))
}

/// The first of the reasons to refuse the only item there is.
fn refusal(issues: Vec<Issue>) -> Error {
    match issues.into_iter().next() {
        Some(issue) if issue.code == Code::Conflict => {
            Error::conflict(format!("{}: {}", issue.field, issue.message))
        }
        Some(issue) => Error::invalid(issue.field, issue.message),
        None => Error::internal("an item was neither stored nor refused"),
    }
}
