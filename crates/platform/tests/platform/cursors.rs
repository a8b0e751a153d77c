//! Cursors come back as they were made, and only then.

use crate::support::noon;
use rapport_platform::{CursorKey, Position};

fn key() -> CursorKey {
    CursorKey::new(b"the secret of this instance").unwrap()
}

fn position() -> Position {
    Position {
        at: noon() + chrono::TimeDelta::microseconds(123_456),
        id: i64::MAX - 7,
    }
}

#[test]
fn a_cursor_is_read_as_it_was_made() {
    let cursor = key().encode("contacts?q=a", position());
    assert!(cursor.starts_with("HR_tok_"));
    assert_eq!(key().decode("contacts?q=a", &cursor), Some(position()));
    let early = Position {
        at: chrono::DateTime::UNIX_EPOCH - chrono::TimeDelta::days(1),
        id: -1,
    };
    assert_eq!(key().decode("x", &key().encode("x", early)), Some(early));
}

#[test]
fn a_changed_cursor_is_refused_wherever_it_was_changed() {
    let cursor = key().encode("contacts", position());
    for at in 0..cursor.len() {
        let mut changed = cursor.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(key().decode("contacts", &changed), None, "{changed}");
    }
}

#[test]
fn a_truncated_or_longer_cursor_is_refused() {
    let cursor = key().encode("contacts", position());
    for length in 0..cursor.len() {
        assert_eq!(key().decode("contacts", &cursor[..length]), None, "{length}");
    }
    for more in ["A", "AAAA", "=", "é"] {
        assert_eq!(
            key().decode("contacts", &format!("{cursor}{more}")),
            None,
            "{more}"
        );
    }
}

#[test]
fn a_cursor_serves_only_its_list_and_instance() {
    let cursor = key().encode("contacts?q=a", position());
    for other in ["contacts?q=b", "contacts", "companies?q=a", ""] {
        assert_eq!(key().decode(other, &cursor), None, "{other}");
    }
    let elsewhere = CursorKey::new(b"another instance").unwrap();
    assert_eq!(elsewhere.decode("contacts?q=a", &cursor), None);
}
