//! The server's settings. They are given at each start, so that an upgrade of the program brings new ones.

use super::{Options, memory};
use std::path::Path;

/// Same on every machine, whatever its own settings.
const ALWAYS: [(&str, &str); 13] = [
    ("listen_addresses", ""),
    ("port", "5432"),
    ("unix_socket_permissions", "0700"),
    ("max_connections", "100"),
    // Planning a short statement costs more with it than it ever gives back.
    ("jit", "off"),
    // Enough for base backups and replicas.
    ("wal_level", "replica"),
    ("max_wal_size", "1GB"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("lc_messages", "C"),
    ("log_destination", "stderr"),
    ("log_line_prefix", "%m [%p] "),
    // A failed statement and the detail of its error carry data of customers, which no log may hold.
    ("log_error_verbosity", "terse"),
];
const DURABLE: [(&str, &str); 3] = [
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
];
/// Of a database for a while, beside others perhaps.
const FLEETING: [(&str, &str); 4] = [
    ("shared_buffers", "128MB"),
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
];

/// All settings in order; a later one wins.
pub(super) fn all(options: &Options, sockets: &Path) -> Vec<(String, String)> {
    let durability = if options.durable {
        DURABLE.as_slice()
    } else {
        &FLEETING
    };
    let fixed = ALWAYS
        .iter()
        .chain(&[("log_min_error_statement", "panic")])
        .chain(durability);
    let mut settings: Vec<_> = fixed
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    if options.durable {
        settings.push(("shared_buffers".into(), memory::shared_buffers()));
    }
    // The setting is a list of folders: quoted, a path may hold commas and spaces.
    let quoted = format!("\"{}\"", sockets.to_string_lossy().replace('"', "\"\""));
    settings.push(("unix_socket_directories".into(), quoted));
    settings.extend(options.settings.iter().cloned());
    settings
}

/// The locale for `initdb`: sorts by code point, and knows the case of all letters.
pub(super) fn locale() -> &'static [&'static str] {
    if cfg!(target_os = "macos") {
        &["--locale=C", "--lc-ctype=UTF-8"]
    } else {
        &["--locale=C.UTF-8"]
    }
}
