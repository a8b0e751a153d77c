//! Finding the installed PostgreSQL server binaries.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The oldest PostgreSQL this project supports.
const OLDEST: u32 = 15;
/// What a folder must hold to count as server binaries.
const NEEDED: [&str; 3] = ["postgres", "initdb", "pg_ctl"];
const INSTALL: &str = "install it (Debian and Ubuntu: `apt-get install postgresql`; macOS: `brew install \
                       postgresql@17`; in a checkout: `make tools`), name its folder in RAPPORT_PG_BIN, or \
                       set DATABASE_URL to use a server that runs elsewhere";

/// A folder of PostgreSQL server binaries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    /// The folder that holds the binaries.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The major version, such as 15.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The path of one program, such as `pg_dump` or `pgbench`; it may not exist.
    pub fn path(&self, program: &str) -> PathBuf {
        self.dir.join(program)
    }
}

/// The newest installed server binaries of a supported version.
///
/// Looks in `RAPPORT_PG_BIN` alone when that is set, else in `pg_config --bindir`, `PATH`, Debian's
/// `/usr/lib/postgresql/*/bin` and Homebrew's folders. Fails with what to install when there are none.
pub fn binaries() -> Result<Binaries> {
    choose(installed(), None)
}

/// The installed binaries that can open a cluster made by version `major`.
pub(super) fn binaries_of(major: u32) -> Result<Binaries> {
    choose(installed(), Some(major))
}

fn choose(found: Vec<Binaries>, major: Option<u32>) -> Result<Binaries> {
    let seen: Vec<String> = found
        .iter()
        .map(|b| format!("{} in {}", b.major, b.dir.display()))
        .collect();
    let seen = if seen.is_empty() {
        "none".into()
    } else {
        seen.join(", ")
    };
    let fits = |b: &Binaries| b.major >= OLDEST && major.is_none_or(|wanted| wanted == b.major);
    // Of equals, `max_by_key` takes the last and the search order prefers the first.
    let newest = found.into_iter().rev().filter(fits).max_by_key(|b| b.major);
    newest.with_context(|| match major {
        Some(major) => format!(
            "the database was made by PostgreSQL {major}, whose server binaries are not here (found: {seen}); \
             install them (Debian and Ubuntu: `apt-get install postgresql-{major}`) or name their folder in \
             RAPPORT_PG_BIN"
        ),
        None => format!("PostgreSQL {OLDEST} or later is not installed (found: {seen}); {INSTALL}"),
    })
}

fn installed() -> Vec<Binaries> {
    let mut found: Vec<Binaries> = Vec::new();
    for dir in candidates() {
        if let Ok(binaries) = inspect(&dir)
            && !found.contains(&binaries)
        {
            found.push(binaries);
        }
    }
    found
}

fn candidates() -> Vec<PathBuf> {
    if let Some(dir) = env::var_os("RAPPORT_PG_BIN").filter(|dir| !dir.is_empty()) {
        return vec![dir.into()];
    }
    let mut dirs = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        dirs.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    dirs.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    dirs.extend(children("/usr/lib/postgresql", ""));
    dirs.extend(children("/opt/homebrew/opt", "postgresql"));
    dirs.extend(children("/usr/local/opt", "postgresql"));
    dirs
}

/// The `bin` folders of the installations below `root` whose names start with `prefix`.
fn children(root: &str, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    named.map(|entry| entry.path().join("bin")).collect()
}

/// Follows links first: a link to `postgres` in `/usr/local/bin` need not have its fellows beside it.
fn inspect(dir: &Path) -> Result<Binaries> {
    let postgres = dir.join("postgres").canonicalize()?;
    let dir = postgres.parent().context("no folder")?.to_path_buf();
    if !NEEDED.iter().all(|program| dir.join(program).is_file()) {
        bail!("not a server installation");
    }
    let output = Command::new(&postgres).arg("--version").output()?;
    let major = major_version(&String::from_utf8_lossy(&output.stdout)).context("unknown version")?;
    Ok(Binaries { dir, major })
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian …)`, also `18beta1`.
fn major_version(text: &str) -> Option<u32> {
    let version = text.split_once("(PostgreSQL) ")?.1;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(dir: &str, major: u32) -> Binaries {
        Binaries {
            dir: dir.into(),
            major,
        }
    }

    #[test]
    fn reads_versions() {
        assert_eq!(
            major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_version("something else 15\n"), None);
    }

    #[test]
    fn takes_the_newest_or_the_one_that_made_the_cluster() {
        let found = vec![at("/a", 14), at("/b", 17), at("/c", 15), at("/d", 17)];
        assert_eq!(choose(found.clone(), None).unwrap(), at("/b", 17));
        assert_eq!(choose(found, Some(15)).unwrap(), at("/c", 15));
    }

    #[test]
    fn says_what_is_missing() {
        let old = choose(vec![at("/a", 14)], None).unwrap_err().to_string();
        assert!(
            old.contains("14 in /a") && old.contains("apt-get install postgresql"),
            "{old}"
        );
        let other = choose(vec![at("/b", 17)], Some(16)).unwrap_err().to_string();
        assert!(
            other.contains("made by PostgreSQL 16") && other.contains("postgresql-16"),
            "{other}"
        );
    }
}
