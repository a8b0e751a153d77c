//! One file: a mail, an mbox, or neither.

use super::walk::Found;
use super::{MAX_MAIL, Mbox, Origin, RawMail, Skipped, from_line};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// How much of a file is looked at to tell what it is, in bytes.
pub(super) const SNIFF: usize = 4 << 10;

/// The mails of one file.
pub(super) struct Mails {
    size: u64,
    content: Content,
}

enum Content {
    One(Option<Result<RawMail, Skipped>>),
    Many(Box<Mbox<BufReader<File>>>),
    None,
}

impl Mails {
    /// Opens the file; what goes wrong becomes an item.
    pub fn open(found: &Found) -> Self {
        let content = content(found).unwrap_or_else(|error| {
            Content::One(Some(Err(skipped(found, format!("cannot be read: {error}")))))
        });
        Self {
            size: found.size,
            content,
        }
    }

    /// The size of the file in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// How far it has been read, in bytes.
    pub fn bytes_read(&self) -> u64 {
        match &self.content {
            Content::One(_) => self.size,
            Content::Many(mbox) => mbox.bytes_read(),
            Content::None => 0,
        }
    }
}

impl Iterator for Mails {
    type Item = Result<RawMail, Skipped>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.content {
            Content::One(mail) => mail.take(),
            Content::Many(mbox) => mbox.next(),
            Content::None => None,
        }
    }
}

fn content(found: &Found) -> io::Result<Content> {
    let mut reader = BufReader::with_capacity(SNIFF << 4, File::open(&found.path)?);
    let head = reader.fill_buf()?;
    if is_mbox(&found.path, head) {
        let mbox = Mbox::new(reader, found.path.clone(), MAX_MAIL);
        return Ok(Content::Many(Box::new(mbox)));
    }
    if !(found.certain || has_extension(&found.path, &["eml"]) || looks_like_mail(head)) {
        return Ok(Content::None);
    }
    Ok(Content::One(Some(whole(found, reader)?)))
}

/// The file as one mail, unless it is too large.
fn whole(found: &Found, reader: impl Read) -> io::Result<Result<RawMail, Skipped>> {
    let mut bytes = Vec::new();
    reader.take(MAX_MAIL as u64 + 1).read_to_end(&mut bytes)?;
    Ok(if bytes.len() > MAX_MAIL {
        Err(skipped(found, too_large(found.size, MAX_MAIL)))
    } else {
        Ok(RawMail {
            origin: origin(found),
            bytes,
            delivered_at: None,
        })
    })
}

/// An mbox begins with a separator, and so does a mail that was cut out of one.
fn is_mbox(path: &Path, head: &[u8]) -> bool {
    from_line::is_one(head) || has_extension(path, &["mbox", "mbx"])
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|found| extensions.iter().any(|known| known.eq_ignore_ascii_case(found)))
}

/// Whether `head` begins with header fields of which one at least is usual in mails.
pub(super) fn looks_like_mail(head: &[u8]) -> bool {
    const USUAL: [&str; 10] = [
        "from",
        "to",
        "subject",
        "date",
        "received",
        "message-id",
        "return-path",
        "delivered-to",
        "mime-version",
        "x-mozilla-status",
    ];
    let head = head.get(..SNIFF).unwrap_or(head);
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = lines.clone().next().and_then(field_name);
    first.is_some()
        && lines
            .by_ref()
            .take_while(|line| !line.trim_ascii().is_empty())
            .filter_map(field_name)
            .any(|name| {
                USUAL
                    .iter()
                    .any(|usual| name.eq_ignore_ascii_case(usual.as_bytes()))
            })
}

/// The name of the header field that begins in `line` (RFC 5322, 2.2 and 4.5.8).
fn field_name(line: &[u8]) -> Option<&[u8]> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = line.get(..colon)?.trim_ascii_end();
    (!name.is_empty() && name.iter().all(u8::is_ascii_graphic)).then_some(name)
}

pub(super) fn too_large(size: u64, limit: usize) -> String {
    format!("is too large: {size} bytes, at most {limit} are read")
}

fn origin(found: &Found) -> Origin {
    Origin {
        path: found.path.clone(),
        offset: None,
    }
}

fn skipped(found: &Found, reason: String) -> Skipped {
    Skipped {
        origin: origin(found),
        reason,
    }
}
