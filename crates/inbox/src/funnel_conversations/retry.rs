//! Work that may find that somebody else was faster.

use diesel_async::SimpleAsyncConnection;
use rapport_platform::{Error, Result, Tx};

/// How often the work is tried. Each time somebody else must have been faster.
const ATTEMPTS: usize = 5;

/// Does the work until it succeeds; `None` undoes what it has done and lets go of what it has held.
///
/// # Errors
/// `Unavailable` when others were always faster.
pub(super) async fn until<T>(
    tx: &mut Tx,
    work: impl AsyncFn(&mut Tx) -> Result<Option<T>>,
) -> Result<T> {
    tx.conn().batch_execute("SAVEPOINT attempt").await?;
    for _ in 0..ATTEMPTS {
        if let Some(done) = work(tx).await? {
            return Ok(done);
        }
        tx.conn()
            .batch_execute("ROLLBACK TO SAVEPOINT attempt")
            .await?;
    }
    Err(Error::Unavailable {
        message: "the contacts keep changing".to_owned(),
    })
}
