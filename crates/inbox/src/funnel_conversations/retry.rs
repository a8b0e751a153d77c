//! Work that may find that somebody else was faster.

use diesel_async::SimpleAsyncConnection;
use rapport_platform::{Error, Result, Tx};

/// How often the work is tried. Each time somebody else must have been faster.
const MOST: usize = 5;

/// The attempts at some work.
#[derive(Debug)]
pub(super) struct Attempts(usize);

impl Attempts {
    /// Before the first one.
    pub async fn begin(tx: &Tx) -> Result<Self> {
        tx.conn().batch_execute("SAVEPOINT attempt").await?;
        Ok(Self(1))
    }

    /// Undoes what was done since, and lets go of what was held, before the next one.
    ///
    /// # Errors
    /// `Unavailable` when others were always faster.
    pub async fn again(&mut self, tx: &Tx) -> Result<()> {
        if self.0 == MOST {
            return Err(Error::Unavailable {
                message: "the contacts keep changing".to_owned(),
            });
        }
        self.0 += 1;
        let undo = "ROLLBACK TO SAVEPOINT attempt";
        Ok(tx.conn().batch_execute(undo).await?)
    }
}
