//! The organization a command is about.

use anyhow::{Context, Result, bail};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::{Db, ids};
use rapport_schema::tables::organizations;
use uuid::Uuid;

/// The numeric id of the organization that `text` names: by its `HR_id_…` id, its UUID or its number.
///
/// # Errors
/// When it is none of these, or there is no such organization.
pub async fn find(db: &Db, text: &str) -> Result<i64> {
    let directory = db.directory().await?;
    let ids = organizations::table.select(organizations::id);
    let found: Option<i64> = if let Ok(number) = text.parse::<i64>() {
        ids.filter(organizations::id.eq(number))
            .first(&mut directory.conn())
            .await
            .optional()?
    } else {
        let Some(uuid) = ids::parse_opaque(text).or_else(|| text.parse::<Uuid>().ok()) else {
            bail!("--organization: {text:?} is no HR_id_… id, UUID or number");
        };
        ids.filter(organizations::uuid.eq(uuid))
            .first(&mut directory.conn())
            .await
            .optional()?
    };
    found.with_context(|| format!("--organization: there is no organization {text}"))
}
