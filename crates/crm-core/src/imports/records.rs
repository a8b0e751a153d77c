//! The records of a CSV file, read as a stream (RFC 4180; line breaks of any kind, with or without a byte order mark).

use bytes::Bytes;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use futures_util::StreamExt;
use rapport_platform::files::FileStream;
use rapport_platform::{Error, Result};

/// The longest record, in bytes: what is longer has most likely lost a quotation mark.
const LONGEST: usize = 1024 * 1024;
/// How many columns a file may have.
const COLUMNS: usize = 1_000;

/// Reads one record after the other.
pub(super) struct Records {
    stream: FileStream,
    chunk: Bytes,
    parser: Reader,
    /// What stands between two cells.
    pub delimiter: u8,
    /// The row of the last record as spreadsheets count: a blank line is one, a line break within a cell begins none.
    pub row: usize,
    /// How many line feeds stood within cells.
    within: u64,
    /// The byte that was read last.
    last: u8,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Records {
    /// The records of this file; the delimiter is guessed when there is none given.
    pub async fn open(mut stream: FileStream, delimiter: Option<u8>) -> Result<Self> {
        let chunk = stream.next().await.transpose()?.unwrap_or_default();
        let delimiter = delimiter.unwrap_or_else(|| guess(&chunk));
        Ok(Self {
            stream,
            chunk,
            parser: ReaderBuilder::new().delimiter(delimiter).build(),
            delimiter,
            row: 0,
            within: 0,
            last: 0,
            text: vec![0; 4096],
            ends: vec![0; 64],
        })
    }

    /// The cells of the next record; `None` at the end. Lines without anything are no records.
    ///
    /// # Errors
    /// [`Error::Invalid`] of `file` when the record is longer than 1 MiB, has more than 1,000 cells, or is not UTF-8.
    pub async fn next(&mut self) -> Result<Option<Vec<String>>> {
        let Some(cells) = self.advance().await? else {
            return Ok(None);
        };
        let mut start = 0;
        let mut record = Vec::with_capacity(cells);
        for end in self.ends.iter().take(cells) {
            let cell = self.text.get(start..*end).unwrap_or_default();
            let cell = std::str::from_utf8(cell).map_err(|_| wrong(self.row, "is not UTF-8"))?;
            record.push(cell.to_owned());
            start = *end;
        }
        Ok(Some(record))
    }

    /// Leaves out `count` records and answers how many there were.
    pub async fn skip(&mut self, count: usize) -> Result<usize> {
        for skipped in 0..count {
            if self.advance().await?.is_none() {
                return Ok(skipped);
            }
        }
        Ok(count)
    }

    /// Reads a record into the buffers and answers how many cells it has.
    async fn advance(&mut self) -> Result<Option<usize>> {
        let (mut written, mut cells) = (0, 0);
        loop {
            if self.chunk.is_empty() {
                // At the end, the parser is told so by what it is given: nothing.
                self.chunk = self.stream.next().await.transpose()?.unwrap_or_default();
            }
            let text = self.text.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(cells..).unwrap_or_default();
            let (result, used, wrote, ended) = self.parser.read_record(&self.chunk, text, ends);
            let rest = self.chunk.split_off(used);
            self.last = self.chunk.last().copied().unwrap_or(self.last);
            self.chunk = rest;
            written += wrote;
            cells += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.text.len() >= LONGEST => {
                    let what = "is longer than 1 MiB; is there a quotation mark too many?";
                    return Err(wrong(self.row + 1, what));
                }
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() >= COLUMNS => {
                    return Err(wrong(self.row + 1, "has more than 1,000 cells"));
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => {
                    self.count(written);
                    return Ok(Some(cells));
                }
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    /// Notes the row of a record, which has so many bytes. Its line is known by the line feeds so far; where lines end
    /// otherwise, it is the one after the last.
    fn count(&mut self, bytes: usize) {
        let cells = self.text.iter().take(bytes);
        self.within += cells.map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        let ended = u64::from(self.last == b'\n');
        let line = self.parser.line().saturating_sub(self.within + ended);
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        self.row = line.max(self.row + 1);
    }
}

fn wrong(row: usize, what: &str) -> Error {
    Error::invalid("file", format!("row {row} {what}"))
}

/// What stands between the cells of the first line: the most frequent of `,`, `;` and tabs outside of quotation marks.
fn guess(start: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            byte if !quoted => {
                if let Some((_, count)) = counts.iter_mut().find(|(delimiter, _)| delimiter == byte) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    // Of several, the last one wins in `max_by_key`; the comma is what is meant when in doubt.
    let likely = counts.iter().rev().max_by_key(|(_, count)| *count);
    likely.map_or(b',', |(delimiter, _)| *delimiter)
}

#[cfg(test)]
mod tests {
    use super::Records;
    use bytes::Bytes;
    use futures_util::{FutureExt, StreamExt, stream};
    use rapport_platform::Result;

    fn read(text: &[u8], piece: usize) -> Result<Vec<Vec<String>>> {
        let pieces: Vec<_> = text
            .chunks(piece)
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect();
        let all = async {
            let mut records = Records::open(stream::iter(pieces).boxed(), None).await?;
            let mut all = Vec::new();
            while let Some(record) = records.next().await? {
                all.push(record);
            }
            Ok(all)
        };
        all.now_or_never().unwrap()
    }

    #[test]
    fn files_of_all_kinds_are_read() {
        let wanted = [["name", "email"], ["Jürgen \"J\"; Ö", "a@b\r\nc"]];
        for text in [
            "name,email\n\"Jürgen \"\"J\"\"; Ö\",\"a@b\r\nc\"\n",
            "\u{feff}name,email\r\n\r\nJürgen \"J\"; Ö,\"a@b\r\nc\"",
            "\"name\";\"email\"\r\n\"Jürgen \"\"J\"\"; Ö\";\"a@b\r\nc\"\r\n",
            "name\temail\rJürgen \"J\"; Ö\t\"a@b\r\nc\"\r",
        ] {
            for piece in [7, 20, 4096] {
                assert_eq!(read(text.as_bytes(), piece).unwrap(), wanted, "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_csv_in_utf_8_is_refused() {
        let latin = read(b"name\nJ\xfcrgen\n", 100).unwrap_err().to_string();
        assert_eq!(latin, "file: row 2 is not UTF-8");
        let open = format!("name\n\"{}", "a\n".repeat(600_000));
        let open = read(open.as_bytes(), 4096).unwrap_err().to_string();
        assert!(open.starts_with("file: row 2 is longer than 1 MiB"), "{open}");
        assert!(read(&b",".repeat(2_000), 100).is_err());
    }

    #[test]
    fn rows_are_counted_as_spreadsheets_count() {
        let rows = |text: &str, piece: usize| -> Vec<usize> {
            let pieces = text.as_bytes().chunks(piece);
            let pieces: Vec<_> = pieces.map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
            let all = async {
                let mut records = Records::open(stream::iter(pieces).boxed(), None).await.unwrap();
                let mut rows = Vec::new();
                while records.next().await.unwrap().is_some() {
                    rows.push(records.row);
                }
                rows
            };
            all.now_or_never().unwrap()
        };
        for piece in [1, 7, 4096] {
            assert_eq!(rows("a,b\n1,2\n\n\n5,6\n", piece), [1, 2, 5]);
            assert_eq!(rows("\r\n\r\na,b\r\n1,2\r\n\r\n6,7", piece), [3, 4, 6]);
            assert_eq!(rows("a,b\n\"1\n2\",\"3\r\n4\"\n\n4,5\n", piece), [1, 2, 4]);
            assert_eq!(rows("a\rb\rc", piece), [1, 2, 3]);
        }
    }

    #[test]
    fn many_cells_and_long_records_are_read() {
        let wide = format!("{}\n", vec!["x"; 900].join(","));
        assert_eq!(read(wide.as_bytes(), 100).unwrap()[0].len(), 900);
        let long = "y".repeat(500_000);
        assert_eq!(read(long.as_bytes(), 999).unwrap(), [[long.clone()]]);
        assert_eq!(read(b"", 1).unwrap(), Vec::<Vec<String>>::new());
    }
}
