//! What tells one mail from another.

use super::header::Header;
use sha2::{Digest, Sha256};

/// The fields that a copy of a mail shares with it. Trace fields (Received, Delivered-To …) are not among
/// them, nor is Bcc, which only the sender's copy has.
const FIELDS: [&str; 6] = ["message-id", "from", "date", "subject", "to", "cc"];

/// SHA-256 over [`FIELDS`] and the body, taken from the bytes as stored and not from what the parser makes of
/// them, so that it stays the same with later parsers. Line ends and blank lines at the end do not count.
pub(super) fn of(header: &Header<'_>, mail: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for name in FIELDS {
        hash.update(name);
        hash.update(b"\0");
        hash.update(header.text(name));
        hash.update(b"\0");
    }
    let body = mail.get(header.body..).unwrap_or_default().trim_ascii_end();
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(line) => {
                hash.update(line);
                hash.update(b"\n");
            }
            None => hash.update(line),
        }
    }
    hash.finalize().into()
}
