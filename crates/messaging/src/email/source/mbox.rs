//! mbox: many mails in one file, each after a line `From …` (RFC 4155).

use super::{Origin, RawMail, Skipped, file, from_line};
use chrono::{DateTime, Utc};
use std::io::{self, BufRead, Read};
use std::path::Path;
use std::sync::Arc;

/// The longest piece of a line that is looked at in one go, in bytes.
const PIECE: u64 = 64 << 10;

/// The mails of an mbox, read line by line; never more than one of them is held.
///
/// Body lines that the writer quoted (`>From `, `>>From ` …) lose one `>`, which is right for the variants
/// mboxrd and mboxo.
pub struct Mbox<R> {
    reader: R,
    path: Arc<Path>,
    limit: usize,
    /// How far the reader has been read, in bytes.
    position: u64,
    /// The current piece: a line, or part of a long one.
    piece: Vec<u8>,
    at_line_start: bool,
    ended: bool,
    /// The mail that the last separator began.
    begun: Option<Begun>,
}

struct Begun {
    offset: u64,
    delivered_at: Option<DateTime<Utc>>,
    headless: bool,
}

impl<R: BufRead> Mbox<R> {
    /// Reads mails of at most `limit` bytes from `reader`; larger ones are skipped. `path` is for reports.
    pub fn new(reader: R, path: impl Into<Arc<Path>>, limit: usize) -> Self {
        Self {
            reader,
            path: path.into(),
            limit,
            position: 0,
            piece: Vec::new(),
            at_line_start: true,
            ended: false,
            begun: None,
        }
    }

    /// How far the mbox has been read, in bytes.
    pub fn bytes_read(&self) -> u64 {
        self.position
    }

    /// Reads the next piece; answers whether it begins a line, and `None` at the end.
    fn advance(&mut self) -> io::Result<Option<bool>> {
        self.piece.clear();
        let read = self
            .reader
            .by_ref()
            .take(PIECE)
            .read_until(b'\n', &mut self.piece)?;
        self.position += read as u64;
        let begins = std::mem::replace(&mut self.at_line_start, self.piece.ends_with(b"\n"));
        Ok((read > 0).then_some(begins))
    }

    /// Whether the current piece is a separator. The first line of a file is one even without a date.
    fn separator(&self) -> Option<Begun> {
        let offset = self.position - self.piece.len() as u64;
        let delivered_at = from_line::date(&self.piece);
        let separates = delivered_at.is_some() || (offset == 0 && from_line::is_one(&self.piece));
        separates.then_some(Begun {
            offset,
            delivered_at,
            headless: false,
        })
    }

    /// Reads up to the next separator or the end.
    fn body(&mut self) -> io::Result<Body> {
        let mut body = Body::new(self.limit);
        while let Some(begins_line) = self.advance()? {
            if begins_line && let Some(next) = self.separator() {
                self.begun = Some(next);
                return Ok(body);
            }
            body.push(if begins_line {
                unquoted(&self.piece)
            } else {
                &self.piece
            });
        }
        self.ended = true;
        Ok(body)
    }

    fn mail(&self, begun: &Begun, body: Body) -> Result<RawMail, Skipped> {
        let origin = Origin {
            path: self.path.clone(),
            offset: Some(begun.offset),
        };
        let reason = if begun.headless && !file::looks_like_mail(&body.bytes) {
            format!("{} bytes before the first mail are no mail", body.length)
        } else if body.length > self.limit {
            file::too_large(body.length as u64, self.limit)
        } else {
            return Ok(RawMail {
                origin,
                bytes: body.finish(),
                delivered_at: begun.delivered_at,
            });
        };
        Err(Skipped { origin, reason })
    }

    fn failure(&mut self, error: &io::Error) -> Skipped {
        self.ended = true;
        self.begun = None;
        Skipped {
            origin: Origin {
                path: self.path.clone(),
                offset: Some(self.position),
            },
            reason: format!("cannot be read on: {error}"),
        }
    }
}

impl<R: BufRead> Iterator for Mbox<R> {
    type Item = Result<RawMail, Skipped>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let at_start = self.position == 0;
            let begun = match self.begun.take() {
                Some(begun) => begun,
                None if self.ended || !at_start => return None,
                None => Begun {
                    offset: 0,
                    delivered_at: None,
                    headless: true,
                },
            };
            match self.body() {
                Err(error) => return Some(Err(self.failure(&error))),
                // Nothing, or only blank lines, before the first separator.
                Ok(body) if begun.headless && body.blank => {}
                Ok(body) => return Some(self.mail(&begun, body)),
            }
        }
    }
}

/// What stands between two separators, as far as it is within the limit.
struct Body {
    bytes: Vec<u8>,
    length: usize,
    limit: usize,
    blank: bool,
}

impl Body {
    fn new(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            length: 0,
            limit,
            blank: true,
        }
    }

    fn push(&mut self, piece: &[u8]) {
        self.length += piece.len();
        self.blank = self.blank && piece.trim_ascii().is_empty();
        if self.length <= self.limit {
            self.bytes.extend_from_slice(piece);
        } else {
            // The beginning is kept, to tell a mail from garbage; the rest is let go.
            self.bytes.truncate(file::SNIFF);
            self.bytes.shrink_to_fit();
        }
    }

    /// The mail, without the blank line that a writer adds before the next separator.
    fn finish(mut self) -> Vec<u8> {
        for blank in [&b"\r\n\r\n"[..], b"\n\n"] {
            if self.bytes.ends_with(blank) {
                self.bytes.truncate(self.bytes.len() - blank.len() / 2);
                break;
            }
        }
        self.bytes
    }
}

/// Takes one `>` from `>From `, `>>From ` and so on.
fn unquoted(line: &[u8]) -> &[u8] {
    match line.split_first() {
        Some((b'>', rest)) => {
            let depth = rest.iter().take_while(|byte| **byte == b'>').count();
            let quoted = rest.get(depth..).is_some_and(|text| text.starts_with(b"From "));
            if quoted { rest } else { line }
        }
        _ => line,
    }
}
