//! An mbox of any size is read in memory that does not grow with it.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up fails there and then"
)]

use rapport_messaging::email::source::{MAX_MAIL, Mbox};
use std::io::{self, BufReader, Read};
use std::path::Path;

const MAIL: u64 = 64 << 10;
const MAILS: u64 = 3200;
/// One mail in the middle is larger than is read, and without a line end.
const HUGE: u64 = 2 * MAX_MAIL as u64;

/// An mbox that is made while it is read: 200 MiB of mails of 64 KiB, and the huge one.
fn mbox() -> impl Read {
    let mail = || {
        let head = "From a@x.test Fri Jul  8 12:08:34 2011\nSubject: a\n\n";
        let line = "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\n";
        let body = line.repeat(usize::try_from(MAIL).unwrap() / line.len());
        io::Cursor::new(format!("{head}{body}\n"))
    };
    let huge = io::Cursor::new("From a@x.test Fri Jul  8 12:08:34 2011\nSubject: huge\n\n")
        .chain(io::repeat(b'x').take(HUGE))
        .chain(io::Cursor::new("\n"));
    let half = move || Many {
        left: MAILS / 2,
        mail: mail(),
        make: mail,
    };
    half().chain(huge).chain(half())
}

struct Many<F> {
    left: u64,
    mail: io::Cursor<String>,
    make: F,
}

impl<F: Fn() -> io::Cursor<String>> Read for Many<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.mail.read(buffer)? {
            0 if self.left > 1 => {
                self.left -= 1;
                self.mail = (self.make)();
                self.mail.read(buffer)
            }
            read => Ok(read),
        }
    }
}

/// The most memory the process ever had, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib * 1024
}

#[test]
fn memory_is_bounded_by_one_mail() {
    let before = peak();
    let (mut mails, mut skipped, mut largest) = (0, 0, 0);
    for mail in Mbox::new(BufReader::new(mbox()), Path::new("generated.mbox"), MAX_MAIL) {
        match mail {
            Ok(mail) => {
                mails += 1;
                largest = largest.max(mail.bytes.capacity() as u64);
            }
            Err(skipped_mail) => {
                skipped += 1;
                assert!(
                    skipped_mail.reason.starts_with("is too large: 1342"),
                    "{}",
                    skipped_mail.reason
                );
            }
        }
    }
    assert_eq!((mails, skipped), (MAILS, 1));
    assert!(largest <= 2 * MAIL, "a mail took {largest} bytes");
    // A buffer that grows is held twice for a moment.
    let grown = peak() - before;
    assert!(
        grown <= 3 * MAX_MAIL as u64,
        "{grown} bytes for {} bytes of mails",
        MAILS * MAIL
    );
}
