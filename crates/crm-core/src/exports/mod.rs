//! Contacts and companies as the rows of a CSV file that an import can take again.
//!
//! A file is made page by page in the order of the numeric ids, so that neither the table nor the file is ever held
//! as a whole. What is written meanwhile may or may not be in it. Formulas are guarded: see [`crate::cells`].

mod custom;
mod statements;

use crate::cells::{guard, guard_phone};
use async_trait::async_trait;
use custom::Values;
use rapport_platform::{Reader, Result, ids};
use std::borrow::Cow;

/// How many rows a page has.
const PAGE: i64 = 1_000;

/// What a file is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// People.
    Contacts,
    /// Firms.
    Companies,
}

impl Subject {
    /// What stands before and after the custom fields in its header.
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Contacts => &["id", "name", "email", "phone_number", "company", "company_role"],
            Self::Companies => &["id", "name", "domain", "address", "agent_id"],
        }
    }
}

/// A file that is being made.
#[derive(Debug, Clone)]
pub struct Export {
    /// What it is about.
    pub subject: Subject,
    /// The keys of the custom fields that some record has.
    keys: Vec<String>,
    /// The numeric id up to which it is made.
    after: i64,
}

impl Export {
    /// The names of its columns.
    pub fn header(&self) -> Vec<String> {
        let plain = self.subject.columns().iter().map(|name| (*name).to_owned());
        let custom = self.keys.iter().map(|key| format!("custom_fields.{key}"));
        plain.chain(custom).chain(["created_at".to_owned()]).collect()
    }
}

/// Makes files of what an organization has.
#[async_trait]
pub trait ExportService: Send + Sync {
    /// Begins a file.
    async fn begin(&self, db: &Reader, subject: Subject) -> Result<Export>;

    /// The cells of its next rows; none when it is complete.
    async fn next(&self, db: &Reader, export: &mut Export) -> Result<Vec<Vec<String>>>;
}

/// The exports, from PostgreSQL.
#[derive(Debug, Default)]
pub struct PgExports;

#[async_trait]
impl ExportService for PgExports {
    async fn begin(&self, db: &Reader, subject: Subject) -> Result<Export> {
        Ok(Export {
            subject,
            keys: statements::keys(db, subject).await?,
            after: 0,
        })
    }

    async fn next(&self, db: &Reader, export: &mut Export) -> Result<Vec<Vec<String>>> {
        match export.subject {
            Subject::Contacts => contacts(db, export).await,
            Subject::Companies => companies(db, export).await,
        }
    }
}

async fn contacts(db: &Reader, export: &mut Export) -> Result<Vec<Vec<String>>> {
    let rows = statements::contacts(db, export.after, PAGE).await?;
    export.after = rows.last().map_or(export.after, |row| row.id);
    let cells = |row: statements::ContactRow| {
        let mut cells = vec![
            ids::opaque(row.uuid),
            cell(row.name.as_deref()),
            guard(&row.emails.join("; ")).into_owned(),
            guard_phone(&row.phones.join("; ")).into_owned(),
            cell(row.company.as_deref()),
            cell(row.company_role.as_deref()),
        ];
        cells.extend(Values::of(&row.custom_fields)?.cells(&export.keys));
        cells.push(time(row.created_at));
        Ok(cells)
    };
    rows.into_iter().map(cells).collect()
}

async fn companies(db: &Reader, export: &mut Export) -> Result<Vec<Vec<String>>> {
    let rows = statements::companies(db, export.after, PAGE).await?;
    export.after = rows.last().map_or(export.after, |row| row.id);
    let cells = |row: statements::CompanyRow| {
        let mut cells = vec![
            ids::opaque(row.uuid),
            cell(Some(&row.name)),
            cell(row.domain.as_deref()),
            cell(row.address.as_deref()),
            row.agent.map(ids::opaque).unwrap_or_default(),
        ];
        cells.extend(Values::of(&row.custom_fields)?.cells(&export.keys));
        cells.push(time(row.created_at));
        Ok(cells)
    };
    rows.into_iter().map(cells).collect()
}

fn cell(text: Option<&str>) -> String {
    text.map(guard).map(Cow::into_owned).unwrap_or_default()
}

/// RFC 3339 with microseconds, as everywhere in the API.
fn time(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}
