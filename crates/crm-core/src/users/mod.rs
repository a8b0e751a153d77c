//! Users: logins, one for each person, whichever organizations the person works for.

pub mod password;

use crate::address::Address;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use password::PasswordHash;
use rapport_platform::{Result, Tx};
use rapport_schema::tables::users;

/// The user behind an agent.
pub(crate) struct Login {
    /// The numeric id.
    pub id: i64,
    /// Whether it was made just now; otherwise the person had one already.
    pub made: bool,
}

/// The user with this e-mail address, made with `password` when there is none. The password of one that
/// exists stays: whoever runs an organization has no say in the logins of others.
pub(crate) async fn join(tx: &Tx, email: &Address, password: Option<&PasswordHash>) -> Result<Login> {
    let values = (
        users::uuid.eq(tx.uuid()),
        users::email.eq(&email.normalized),
        users::password_hash.eq(password.map(PasswordHash::as_str)),
        users::created_at.eq(tx.now()),
        users::updated_at.eq(tx.now()),
    );
    let made = diesel::insert_into(users::table)
        .values(values)
        .on_conflict_do_nothing()
        .returning(users::id)
        .get_result(&mut tx.conn())
        .await
        .optional()?;
    if let Some(id) = made {
        return Ok(Login { id, made: true });
    }
    let existing = users::table
        .filter(users::email.eq(&email.normalized))
        .select(users::id);
    let id = existing.first(&mut tx.conn()).await?;
    Ok(Login { id, made: false })
}
