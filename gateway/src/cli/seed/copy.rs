//! Rows in PostgreSQL's binary COPY format (PostgreSQL manual, COPY, "Binary Format").

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use futures_util::SinkExt;
use std::io::Cursor;
use std::pin::pin;
use tokio_postgres::Client;
use uuid::Uuid;

/// The signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
/// How much goes out in one message, in bytes.
const PIECE: usize = 256 * 1024;
/// 2000-01-01, from where PostgreSQL counts, in microseconds since 1970.
const EPOCH: i64 = 946_684_800_000_000;
/// The object id of the type `text`.
const TEXT: i32 = 25;

/// A value of a column.
pub trait Field {
    /// Appends its bytes; answers false for NULL.
    fn put(&self, out: &mut Vec<u8>) -> bool;
}

/// Rows of one table on their way into the database.
#[derive(Debug)]
pub struct Rows {
    statement: String,
    bytes: Vec<u8>,
}

impl Rows {
    /// No rows yet for these columns of the table.
    pub fn of(table: &str, columns: &str) -> Self {
        Self {
            statement: format!("COPY {table} ({columns}) FROM STDIN BINARY"),
            bytes: HEADER.to_vec(),
        }
    }

    /// Adds a row; its values stand in the order of the columns.
    pub fn push(&mut self, values: &[&dyn Field]) {
        let count = i16::try_from(values.len()).unwrap_or(i16::MAX);
        self.bytes.extend(count.to_be_bytes());
        for value in values {
            sized(&mut self.bytes, |out| value.put(out));
        }
    }

    /// How many bytes wait.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Sends what waits.
    ///
    /// # Errors
    /// When the database does not take it; what `push` got wrong shows here too.
    pub async fn send(&mut self, client: &Client) -> Result<()> {
        if self.bytes.len() == HEADER.len() {
            return Ok(());
        }
        let mut bytes = std::mem::replace(&mut self.bytes, HEADER.to_vec());
        bytes.extend(TRAILER);
        let context = || self.statement.clone();
        let sink = client.copy_in(&self.statement).await.with_context(context)?;
        let mut sink = pin!(sink);
        for piece in bytes.chunks(PIECE) {
            sink.send(Cursor::new(piece.to_vec()))
                .await
                .with_context(context)?;
        }
        sink.finish().await.with_context(context)?;
        Ok(())
    }
}

/// Appends a length and so many bytes; -1 stands for NULL.
fn sized(out: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>) -> bool) {
    let start = out.len();
    out.extend((-1_i32).to_be_bytes());
    if put(out) {
        let length = i32::try_from(out.len() - start - 4).unwrap_or(i32::MAX);
        if let Some(place) = out.get_mut(start..start + 4) {
            place.copy_from_slice(&length.to_be_bytes());
        }
    }
}

impl Field for i64 {
    fn put(&self, out: &mut Vec<u8>) -> bool {
        out.extend(self.to_be_bytes());
        true
    }
}

impl Field for i32 {
    fn put(&self, out: &mut Vec<u8>) -> bool {
        out.extend(self.to_be_bytes());
        true
    }
}

impl Field for bool {
    fn put(&self, out: &mut Vec<u8>) -> bool {
        out.push(u8::from(*self));
        true
    }
}

impl Field for &str {
    fn put(&self, out: &mut Vec<u8>) -> bool {
        out.extend(self.as_bytes());
        true
    }
}

impl Field for String {
    fn put(&self, out: &mut Vec<u8>) -> bool {
        self.as_str().put(out)
    }
}

impl Field for Uuid {
    fn put(&self, out: &mut Vec<u8>) -> bool {
        out.extend(self.as_bytes());
        true
    }
}

impl Field for DateTime<Utc> {
    fn put(&self, out: &mut Vec<u8>) -> bool {
        (self.timestamp_micros() - EPOCH).put(out)
    }
}

/// An amount of money in hundredths, as `numeric` with two decimals: digits to the base 10,000, of which the last
/// group stands behind the point.
#[derive(Debug, Clone, Copy)]
pub struct Cents(pub u64);

impl Field for Cents {
    fn put(&self, out: &mut Vec<u8>) -> bool {
        let mut rest = self.0 * 100;
        let mut groups = Vec::new();
        while rest > 0 {
            groups.push(i16::try_from(rest % 10_000).unwrap_or_default());
            rest /= 10_000;
        }
        let count = i16::try_from(groups.len()).unwrap_or_default();
        let (positive, decimals) = (0, 2);
        let head = [count, count - 2, positive, decimals];
        for number in head.iter().chain(groups.iter().rev()) {
            out.extend(number.to_be_bytes());
        }
        true
    }
}

/// An object as `jsonb`.
impl Field for serde_json::Value {
    fn put(&self, out: &mut Vec<u8>) -> bool {
        out.push(1);
        self.to_string().put(out)
    }
}

/// An array of `text`: dimensions, no NULL in it, type; then length, lower bound, values.
impl Field for [String] {
    fn put(&self, out: &mut Vec<u8>) -> bool {
        let length = i32::try_from(self.len()).unwrap_or(i32::MAX);
        for number in [i32::from(length > 0), 0, TEXT] {
            number.put(out);
        }
        if length > 0 {
            length.put(out);
            1_i32.put(out);
        }
        for value in self {
            sized(out, |out| value.put(out));
        }
        true
    }
}

impl Field for Vec<String> {
    fn put(&self, out: &mut Vec<u8>) -> bool {
        self.as_slice().put(out)
    }
}

impl<T: Field> Field for Option<T> {
    fn put(&self, out: &mut Vec<u8>) -> bool {
        self.as_ref().is_some_and(|value| value.put(out))
    }
}
