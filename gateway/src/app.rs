//! What every handler can reach: the database and the services.

use crate::credentials::Credentials;
use rapport_crm_core::api_keys::{ApiKeyService, PgApiKeys};
use rapport_crm_core::{ContactService, PgContacts};
use rapport_platform::{Ctx, Db, Reader, Result};
use std::sync::Arc;

/// The services, composed over one database. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Services>);

/// What an [`App`] is made of.
pub struct Services {
    /// The two lanes to the database.
    pub db: Db,
    /// Known credentials.
    pub credentials: Credentials,
    /// API keys.
    pub api_keys: Arc<dyn ApiKeyService>,
    /// Contacts.
    pub contacts: Arc<dyn ContactService>,
}

impl App {
    /// The services on PostgreSQL.
    pub fn new(db: Db) -> Self {
        Self(Arc::new(Services {
            credentials: Credentials::new(db.clone()),
            api_keys: Arc::new(PgApiKeys),
            contacts: Arc::new(PgContacts),
            db,
        }))
    }

    /// The read lane for the organization of `ctx`.
    ///
    /// # Errors
    /// When the database is out of reach.
    pub async fn reader(&self, ctx: &Ctx) -> Result<Reader> {
        self.db.reader(ctx).await
    }
}

impl std::ops::Deref for App {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}
