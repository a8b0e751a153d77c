//! Sandboxes: what is done with a test key happens in an organization of its own.

use super::rows::{OrganizationValues, Place, insert};
use super::service::made_known;
use crate::api_keys::announce;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_platform::{Error, RawJson, Result, Tx};
use rapport_schema::tables::organizations;

/// Where a key belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Home {
    /// The organization's numeric id.
    pub organization: i64,
    /// Whether that is a sandbox, so that the key is one for tests.
    pub sandbox: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = organizations)]
struct Live {
    sandbox_of: Option<i64>,
    name: String,
    default_region: String,
    time_zone: String,
    business_hours: RawJson,
    currency: String,
}

/// The home of a key made in the transaction's organization: that one, or its sandbox when the key is
/// one for tests. Within a sandbox every key is.
pub(crate) async fn home(tx: &mut Tx, test: bool) -> Result<Home> {
    let own = Home {
        organization: tx.organization(),
        sandbox: false,
    };
    let found = organizations::table.find(tx.organization());
    let live = found
        .select(Live::as_select())
        .first(&mut tx.conn())
        .await
        .optional()?
        .ok_or(Error::not_found("Organization"))?;
    if live.sandbox_of.is_some() {
        return Ok(Home { sandbox: true, ..own });
    }
    if !test {
        return Ok(own);
    }
    Ok(Home {
        organization: sandbox(tx, live).await?,
        sandbox: true,
    })
}

/// The numeric id of the sandbox of the transaction's organization, if there is one.
pub(crate) async fn sandbox_of(tx: &Tx) -> Result<Option<i64>> {
    find_sandbox(tx.conn(), tx.organization()).await
}

/// As [`sandbox_of`], of any organization.
pub(crate) async fn find_sandbox(conn: &AsyncPgConnection, organization: i64) -> Result<Option<i64>> {
    let twins = organizations::table
        .filter(organizations::sandbox_of.eq(organization))
        .select(organizations::id);
    Ok(twins.first(&mut &*conn).await.optional()?)
}

/// The sandbox of the transaction's organization, made when there is none. Of two transactions that would
/// make it at once the second waits for the first and finds it made.
async fn sandbox(tx: &mut Tx, live: Live) -> Result<i64> {
    if let Some(id) = sandbox_of(tx).await? {
        return Ok(id);
    }
    let place = Place {
        sandbox_of: Some(tx.organization()),
        ..Place::default()
    };
    let values = OrganizationValues {
        name: format!("{} (sandbox)", live.name),
        default_region: live.default_region,
        email_addresses: Vec::new(),
        time_zone: live.time_zone,
        business_hours: live.business_hours,
        currency: live.currency,
    };
    match insert(tx, place, values).await? {
        Some((id, _)) => {
            announce(tx).await?;
            Ok(made_known(tx, id).await?.id)
        }
        None => sandbox_of(tx)
            .await?
            .ok_or_else(|| Error::internal("the sandbox that was made meanwhile is gone")),
    }
}
