//! The account that runs PostgreSQL, which refuses to run as root.

use anyhow::{Context, Result};
use rustix::process::geteuid;
use std::fs;

/// A user and its main group, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// Whether this process runs as root.
pub(super) fn is_root() -> bool {
    geteuid().is_root()
}

/// The user number of this process.
pub(super) fn current_uid() -> u32 {
    geteuid().as_raw()
}

/// The account to run PostgreSQL with when started by root: `postgres`, or `nobody` where there is none.
pub(super) fn unprivileged() -> Result<Account> {
    let passwd = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    find(&passwd, "postgres")
        .or_else(|| find(&passwd, "nobody"))
        .context("PostgreSQL does not run as root, and /etc/passwd has neither `postgres` nor `nobody`")
}

/// The account called `name` in passwd(5) text: `name:password:uid:gid:…`.
fn find(passwd: &str, name: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != 0).then_some(Account { uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str =
        "root:x:0:0::/root:/bin/sh\npostgresql:x:7:7::/:/bin/sh\npostgres:x:101:104::/:/bin/sh\n";

    #[test]
    fn finds_an_account_by_its_whole_name() {
        assert_eq!(find(PASSWD, "postgres"), Some(Account { uid: 101, gid: 104 }));
        assert_eq!(find(PASSWD, "nobody"), None);
    }

    #[test]
    fn never_answers_root() {
        assert_eq!(find(PASSWD, "root"), None);
    }
}
