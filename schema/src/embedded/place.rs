//! Where a cluster lies, and who owns it.

use super::account::{Account, current_uid, is_root, unprivileged};
use super::folders::{hash, make_folder, make_private, owner};
use anyhow::{Context, Result, bail};
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Clusters of root whose data folder the unprivileged account cannot enter.
const SYSTEM_HOME: &str = "/var/lib/rapport";
/// Says, in the data folder, that the cluster lies elsewhere.
const NOTE: &str = "postgres-is-elsewhere.txt";
/// What PostgreSQL calls its socket (port 5432).
const SOCKET_NAME: &str = ".s.PGSQL.5432";
/// The longest socket path: `sun_path` less its terminating zero, see unix(7).
const SOCKET_PATH_LIMIT: usize = if cfg!(target_os = "macos") { 103 } else { 107 };

/// The folder of one cluster and the account that runs it.
///
/// The folder itself belongs to whoever runs `rapport`, so that root writes its lock and log files where the
/// unprivileged account cannot swap them; only `data` and the socket folder belong to that account.
#[derive(Clone, Debug)]
pub(super) struct Place {
    home: PathBuf,
    /// The folder of the socket, mode 0700: whoever gets in may do everything.
    pub(super) sockets: PathBuf,
    /// The account to switch to, when this process runs as root.
    pub(super) account: Option<Account>,
}

impl Place {
    /// Finds or makes the folders for the cluster of `data_dir`.
    pub(super) fn prepare(data_dir: &Path) -> Result<Self> {
        make_folder(data_dir, if is_root() { 0o711 } else { 0o700 })?;
        let data_dir = data_dir
            .canonicalize()
            .with_context(|| format!("cannot open {}", data_dir.display()))?;
        let (home, account) = if is_root() {
            home_of_root(&data_dir)?
        } else {
            (own_home(&data_dir)?, None)
        };
        let sockets = sockets(&home);
        let place = Self {
            home,
            sockets,
            account,
        };
        make_private(&place.sockets, place.account)?;
        Ok(place)
    }

    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    pub(super) fn data(&self) -> PathBuf {
        data_of(&self.home)
    }

    /// Where `initdb` works, so that `data` is either complete or missing.
    pub(super) fn unfinished_data(&self) -> PathBuf {
        self.home.join("data.unfinished")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.home.join("postgres.log")
    }

    /// Held while somebody starts or stops the server.
    pub(super) fn start_lock(&self) -> PathBuf {
        self.home.join("start.lock")
    }

    /// Held, shared, by every process that uses the server.
    pub(super) fn users_lock(&self) -> PathBuf {
        self.home.join("users.lock")
    }
}

fn data_of(home: &Path) -> PathBuf {
    home.join("data")
}

fn own_home(data_dir: &Path) -> Result<PathBuf> {
    let note = data_dir.join(NOTE);
    let home = data_dir.join("postgres");
    let data = data_of(&home);
    if note.exists() || owner(&data)?.is_some_and(|account| account.uid != current_uid()) {
        bail!(
            "the database of {} was made by another account; run as that one (or as root), or choose another \
               data folder",
            data_dir.display()
        );
    }
    make_folder(&home, 0o700)?;
    Ok(home)
}

fn home_of_root(data_dir: &Path) -> Result<(PathBuf, Option<Account>)> {
    let here = data_dir.join("postgres");
    // A cluster that an ordinary user made stays that user's.
    if let Some(account) = owner(&data_of(&here))? {
        return Ok((here, Some(account)));
    }
    let account = unprivileged()?;
    let note = data_dir.join(NOTE);
    if !note.exists() {
        make_folder(&here, 0o711)?;
        if can_enter(account, &here)? {
            return Ok((here, Some(account)));
        }
        fs::remove_dir(&here).with_context(|| format!("cannot remove {}", here.display()))?;
    }
    let elsewhere = Path::new(SYSTEM_HOME).join(hash(data_dir));
    leave_note(&note, &elsewhere)?;
    make_folder(Path::new(SYSTEM_HOME), 0o711)?;
    make_folder(&elsewhere, 0o711)?;
    Ok((elsewhere, Some(account)))
}

/// Writes the note. One that names another place means the data folder was moved: an empty database in the new
/// place would look like lost data.
fn leave_note(note: &Path, place: &Path) -> Result<()> {
    let text = format!("{}\n", place.display());
    match fs::read_to_string(note) {
        Ok(found) if found == text => Ok(()),
        Ok(found) => bail!(
            "this data folder was moved or copied; its database is at {}: move that to {} and delete {}",
            found.trim(),
            place.display(),
            note.display()
        ),
        Err(_) => fs::write(note, text).with_context(|| format!("cannot write {}", note.display())),
    }
}

/// Asks the system rather than reading modes: access lists and mount options count too.
fn can_enter(account: Account, dir: &Path) -> Result<bool> {
    let mut probe = Command::new("/bin/sh");
    probe
        .args(["-c", "cd -- \"$1\"", "sh"])
        .arg(dir)
        .current_dir("/")
        .uid(account.uid)
        .gid(account.gid);
    let status = probe
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    Ok(status
        .with_context(|| format!("cannot switch to the account with number {}", account.uid))?
        .success())
}

/// The socket folder: in the cluster's folder, or below `/tmp` when that path is too long for a socket.
fn sockets(home: &Path) -> PathBuf {
    let inside = home.join("run");
    let length = inside.join(SOCKET_NAME).as_os_str().len();
    // A URL is text, so a path that is not goes the same way.
    if length <= SOCKET_PATH_LIMIT && inside.to_str().is_some() {
        inside
    } else {
        Path::new("/tmp").join(format!("rapport-{}", hash(home)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_gets_a_short_socket_folder_of_its_own() {
        let short = Path::new("/srv/rapport");
        assert_eq!(sockets(short), short.join("run"));
        let long = PathBuf::from(format!("/srv/{}", "x".repeat(100)));
        assert!(sockets(&long).starts_with("/tmp"));
        assert_ne!(sockets(&long), sockets(&long.join("y")));
    }

    #[test]
    fn the_longest_path_that_fits_is_used() {
        let fits = PathBuf::from(
            "/".to_owned() + &"x".repeat(SOCKET_PATH_LIMIT - 1 - "/run/".len() - SOCKET_NAME.len()),
        );
        assert_eq!(sockets(&fits), fits.join("run"));
        assert!(sockets(&PathBuf::from(format!("{}x", fits.display()))).starts_with("/tmp"));
    }
}
