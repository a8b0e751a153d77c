//! Making folders with the right owner and mode, and never touching those of others.

use super::account::{Account, current_uid};
use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, lchown};
use std::path::Path;

/// Makes a folder and its parents with `mode`; leaves what exists as it is.
pub(super) fn make_folder(path: &Path, mode: u32) -> Result<()> {
    let outcome = DirBuilder::new().recursive(true).mode(mode).create(path);
    outcome.with_context(|| format!("cannot make the folder {}", path.display()))
}

/// Makes a folder that only `account` (else the current user) may enter. One that exists must already be so:
/// below `/tmp` anybody could have put it there.
pub(super) fn make_private(path: &Path, account: Option<Account>) -> Result<()> {
    let failed = || format!("cannot make the folder {}", path.display());
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error).with_context(failed),
        _ => {}
    }
    let found = fs::symlink_metadata(path).with_context(failed)?;
    let wanted = account.map_or(current_uid(), |account| account.uid);
    if !found.is_dir() || found.mode() & 0o077 != 0 || ![wanted, current_uid()].contains(&found.uid()) {
        bail!(
            "{} is not a private folder (mode 0700) of this account; remove it",
            path.display()
        );
    }
    if let Some(account) = account.filter(|account| account.uid != found.uid()) {
        lchown(path, Some(account.uid), Some(account.gid)).with_context(failed)?;
    }
    Ok(())
}

/// The owner of a folder that exists.
pub(super) fn owner(path: &Path) -> Result<Option<Account>> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(Account {
            uid: found.uid(),
            gid: found.gid(),
        })),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot open {}", path.display())),
    }
}

/// 16 hexadecimal digits that stand for a path.
pub(super) fn hash(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_bytes());
    let number = digest
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{number:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_private_folder_is_made_and_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run");
        make_private(&path, None).unwrap();
        make_private(&path, None).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_folder_open_to_others_or_a_link_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let open = dir.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(make_private(&open, None).is_err());
        assert_eq!(fs::metadata(&open).unwrap().mode() & 0o777, 0o755);
        let link = dir.path().join("link");
        symlink(dir.path(), &link).unwrap();
        assert!(make_private(&link, None).is_err());
    }
}
