//! Taking in a file.

use super::records::Records;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use rapport_platform::files::FileStore;
use rapport_platform::{Error, Result};
use uuid::Uuid;

/// A file that was taken in.
#[derive(Debug, Clone)]
pub struct Received {
    /// The SHA-256 of its content.
    pub sha256: [u8; 32],
    /// Its size in bytes.
    pub size: i64,
    /// What stands between two cells.
    pub delimiter: u8,
    /// The names of its columns.
    pub header: Vec<String>,
}

/// Keeps a CSV file under `name` and reads its header. Nothing is kept of what is refused.
///
/// # Errors
/// What the stream answers; [`Error::Invalid`] of `file` when it is not UTF-8 or has no header.
pub async fn receive<E: From<Error>>(
    store: &FileStore,
    organization: i64,
    name: Uuid,
    content: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<Received, E> {
    let mut text = Text::default();
    let checked = content.map(|piece| {
        let piece = piece?;
        text.feed(&piece)?;
        Ok::<_, E>(piece)
    });
    let stored = store.put_named(organization, name, checked).await?;
    let read = match text.end() {
        Ok(()) => header(store, organization, name).await,
        Err(error) => Err(error),
    };
    match read {
        Ok((delimiter, header)) => Ok(Received {
            sha256: stored.sha256,
            size: stored.size,
            delimiter,
            header,
        }),
        Err(error) => {
            store.delete(organization, name.as_bytes()).await?;
            Err(error.into())
        }
    }
}

async fn header(store: &FileStore, organization: i64, name: Uuid) -> Result<(u8, Vec<String>)> {
    let stream = store.get(organization, name.as_bytes()).await?;
    let mut records = Records::open(stream, None).await?;
    let header = records.next().await?.unwrap_or_default();
    if header.iter().all(|name| name.trim().is_empty()) {
        return Err(Error::invalid("file", "has no header row"));
    }
    if header.iter().any(|name| name.contains('\0')) {
        return Err(Error::invalid(
            "file",
            "must not contain NUL characters in its header",
        ));
    }
    Ok((records.delimiter, header))
}

/// Looks whether what comes in pieces is UTF-8.
#[derive(Default)]
struct Text {
    line: usize,
    /// The beginning of a character that the next piece goes on with.
    rest: Vec<u8>,
}

impl Text {
    fn feed(&mut self, piece: &[u8]) -> Result<()> {
        let mut bytes = piece;
        // A character has at most four bytes.
        while !self.rest.is_empty() && !bytes.is_empty() {
            let (first, others) = bytes.split_at(1);
            self.rest.extend_from_slice(first);
            bytes = others;
            match std::str::from_utf8(&self.rest) {
                Ok(_) => self.rest.clear(),
                Err(error) if error.error_len().is_some() => return Err(self.wrong()),
                Err(_) => {}
            }
        }
        let (sound, broken) = match std::str::from_utf8(bytes) {
            Ok(sound) => (sound, None),
            Err(error) => {
                let (sound, rest) = bytes.split_at(error.valid_up_to());
                let sound = std::str::from_utf8(sound).unwrap_or_default();
                (sound, Some((error.error_len(), rest)))
            }
        };
        self.line += sound.matches('\n').count();
        match broken {
            Some((Some(_), _)) => Err(self.wrong()),
            Some((None, rest)) => {
                self.rest.extend_from_slice(rest);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn end(&self) -> Result<()> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(self.wrong())
    }

    fn wrong(&self) -> Error {
        let message = format!("line {} is not UTF-8; save the file as CSV UTF-8", self.line + 1);
        Error::invalid("file", message)
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    fn check(text: &[u8], piece: usize) -> Result<(), String> {
        let mut checked = Text::default();
        text.chunks(piece)
            .try_for_each(|piece| checked.feed(piece))
            .and_then(|()| checked.end())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn characters_may_be_cut_apart() {
        for piece in 1..9 {
            assert_eq!(check("Jürgen 😀 王\nœ".as_bytes(), piece), Ok(()));
            for (text, line) in [
                (&b"a\nJ\xfcrgen"[..], 2),
                (b"\xff\xfea\0", 1),
                (b"\n\n\xe7\x8e", 3),
            ] {
                let said = format!("file: line {line} is not UTF-8; save the file as CSV UTF-8");
                assert_eq!(check(text, piece), Err(said), "{piece}");
            }
        }
    }
}
