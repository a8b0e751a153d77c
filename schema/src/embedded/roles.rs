//! Who owns the database: an ordinary role, so that PostgreSQL refuses Rapport itself what nobody may do, such as
//! changing the audit log. The superuser only supervises.

use super::cluster::Cluster;
use super::server::DATABASE;
use anyhow::{Context, Result};
use tokio_postgres::error::SqlState;

/// The superuser of the cluster. Only its socket folder's owner can connect, so it needs no password.
pub(super) const SUPERUSER: &str = "rapport";
/// The ordinary role that owns the database and as which Rapport works.
pub const ROLE: &str = "rapport_app";

impl Cluster {
    /// Makes the database, with its owner.
    pub(super) async fn create_database(&self) -> Result<()> {
        let (client, connection) = self.connect("postgres").await?;
        let create = async move {
            client.batch_execute(&role()).await?;
            client
                .batch_execute(&format!("CREATE DATABASE {DATABASE} OWNER {ROLE}"))
                .await
        };
        let (created, _) = tokio::join!(create, connection);
        created.context("cannot create the database")
    }

    /// Gives the database and what is in it to the ordinary role, as far as they are the superuser's: a cluster may
    /// come from a time at which there was no other role, or from a backup.
    pub(super) async fn hand_over(&self) -> Result<()> {
        let (client, connection) = match self.connect(DATABASE).await {
            Ok(connected) => connected,
            // Whoever brought the server up for all these connections has seen to it.
            Err(error) if error.code() == Some(&SqlState::TOO_MANY_CONNECTIONS) => return Ok(()),
            Err(error) => return Err(error).context("cannot connect to the embedded PostgreSQL"),
        };
        let give = async move { client.batch_execute(&(role() + &gift())).await };
        let (given, _) = tokio::join!(give, connection);
        given.with_context(|| format!("cannot give the database to its role {ROLE}"))
    }
}

/// Makes the role unless it is there.
fn role() -> String {
    format!("DO $$BEGIN IF to_regrole('{ROLE}') IS NULL THEN CREATE ROLE {ROLE} LOGIN; END IF; END$$;")
}

/// Gives away what the superuser owns, other than what belongs to an extension or, like the sequence of an identity
/// column, to a table.
fn gift() -> String {
    format!(
        "DO $$
        DECLARE
            thing regclass;
        BEGIN
            IF EXISTS (SELECT FROM pg_database WHERE datname = current_database()
                       AND datdba <> '{ROLE}'::regrole) THEN
                EXECUTE format('ALTER DATABASE %I OWNER TO {ROLE}', current_database());
            END IF;
            FOR thing IN
                SELECT c.oid FROM pg_class c
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
                AND c.relowner = '{SUPERUSER}'::regrole
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                                AND d.objid = c.oid AND d.deptype IN ('a', 'e', 'i') AND d.refobjid <> c.oid)
            LOOP
                EXECUTE format('ALTER TABLE %s OWNER TO {ROLE}', thing);
            END LOOP;
        END$$;"
    )
}
