use super::*;
use std::fs;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Name of the file, offset, and the mail or why there is none.
fn read(path: &Path) -> Vec<(String, Option<u64>, Result<String, String>)> {
    let steps = Sources::open(&[path.to_owned()]).unwrap();
    steps.map(|step| shown(step.mail)).collect()
}

fn shown(mail: Result<RawMail, Skipped>) -> (String, Option<u64>, Result<String, String>) {
    let (origin, result) = match mail {
        Ok(mail) => (mail.origin, Ok(String::from_utf8(mail.bytes).unwrap())),
        Err(skipped) => (skipped.origin, Err(skipped.reason)),
    };
    let name = origin.path.file_name().unwrap().to_string_lossy().into_owned();
    (name, origin.offset, result)
}

fn mbox(text: &str) -> Vec<(u64, Result<String, String>)> {
    let mails = Mbox::new(text.as_bytes(), Path::new("x.mbox"), 100);
    mails
        .map(shown)
        .map(|(_, offset, mail)| (offset.unwrap(), mail))
        .collect()
}

const SEPARATOR: &str = "From a@x.test Fri Jul  8 12:08:34 2011\n";

fn ok(offset: u64, text: &str) -> (u64, Result<String, String>) {
    (offset, Ok(text.to_owned()))
}

#[test]
fn an_mbox_is_split_at_its_separators() {
    let text = format!(
        "{SEPARATOR}From: a@x.test\n\none\n>From here\n>>From there\n> From\n\n{SEPARATOR}From: b@x.test\n\nFrom then on\n"
    );
    let first = "From: a@x.test\n\none\nFrom here\n>From there\n> From\n";
    let second = "From: b@x.test\n\nFrom then on\n";
    let offset = (text.len() - SEPARATOR.len() - second.len()) as u64;
    assert_eq!(mbox(&text), [ok(0, first), ok(offset, second)]);
    let (crlf, offset) = (text.replace('\n', "\r\n"), mbox(&text.replace('\n', "\r\n"))[1].0);
    assert_eq!(
        mbox(&crlf),
        [
            ok(0, &first.replace('\n', "\r\n")),
            ok(offset, &second.replace('\n', "\r\n"))
        ]
    );
}

#[test]
fn an_mbox_may_be_ragged() {
    let offset = SEPARATOR.len() as u64;
    // No final newline, no blank line between, nothing in a mail, no date in the first separator.
    assert_eq!(
        mbox(&format!("{SEPARATOR}A: b\n{SEPARATOR}")),
        [ok(0, "A: b\n"), ok(offset + 5, "")]
    );
    assert_eq!(mbox(&format!("{SEPARATOR}A: b")), [ok(0, "A: b")]);
    assert_eq!(mbox("From me\nA: b\n"), [ok(0, "A: b\n")]);
    assert_eq!(mbox(&format!("\n\r\n{SEPARATOR}A: b\n")), [ok(3, "A: b\n")]);
    assert_eq!(mbox(""), []);
    assert_eq!(mbox("\n\n"), []);
}

#[test]
fn garbage_before_the_first_mail_is_reported() {
    let mails = mbox(&format!("garbage\n\n{SEPARATOR}A: b\n"));
    assert_eq!(
        mails[0],
        (0, Err("9 bytes before the first mail are no mail".to_owned()))
    );
    assert_eq!(mails[1], ok(9, "A: b\n"));
    // What lost its separator is a mail nevertheless.
    assert_eq!(
        mbox(&format!("Subject: a\n\nb\n\n{SEPARATOR}A: b\n"))[0],
        ok(0, "Subject: a\n\nb\n")
    );
}

#[test]
fn a_mail_over_the_limit_is_skipped() {
    let long = "x".repeat(200);
    let mails = mbox(&format!("{SEPARATOR}A: {long}\n{SEPARATOR}B: c\n"));
    assert_eq!(
        mails[0].1,
        Err("is too large: 204 bytes, at most 100 are read".to_owned())
    );
    assert_eq!(mails[1].1, Ok("B: c\n".to_owned()));
}

#[test]
fn a_reader_that_fails_is_reported() {
    struct Failing;
    impl io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("bad sector"))
        }
    }
    let reader = io::BufReader::new(io::Read::chain(SEPARATOR.as_bytes(), Failing));
    let mails: Vec<_> = Mbox::new(reader, Path::new("x"), 100).map(shown).collect();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].2.as_ref().unwrap_err().contains("bad sector"));
}

#[test]
fn a_folder_is_searched_for_mails() {
    let folder = folder(&[
        ("b/1.eml", "whatever"),
        ("b/2.EML", "From  : a@x.test\n\nno mbox"),
        ("b/notes.txt", "Dear diary: today"),
        ("b/image.png", "\u{89}PNG"),
        ("b/Inbox", &format!("{SEPARATOR}A: b\n\n{SEPARATOR}C: d\n")),
        ("a/17", "Received: by x\nSubject: y\n\nz"),
        ("a/.hidden.eml", "From: a@x.test\n\n"),
    ]);
    let found = read(folder.path());
    let names: Vec<_> = found.iter().map(|(name, offset, _)| (&**name, *offset)).collect();
    let second = Some(6 + SEPARATOR.len() as u64);
    assert_eq!(
        names,
        [
            ("17", None),
            ("1.eml", None),
            ("2.EML", None),
            ("Inbox", Some(0)),
            ("Inbox", second)
        ]
    );
    // A file named itself is mail whatever it looks like.
    assert_eq!(read(&folder.path().join("b/notes.txt")).len(), 1);
}

#[test]
fn a_maildir_gives_its_mails() {
    let folder = folder(&[
        ("cur/1.host:2,S", "Subject: seen\n\n"),
        ("new/2.host", "odd but delivered"),
        ("tmp/3.host", "Subject: unfinished\n\n"),
        ("dovecot-uidlist", "3 V1 N2"),
        (".Sent/cur/4.host:2,RS", "Subject: sent\n\n"),
        (".Sent/new/.keep", ""),
    ]);
    let names: Vec<_> = read(folder.path()).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["4.host:2,RS", "1.host:2,S", "2.host"]);
    assert_eq!(read(&folder.path().join("new"))[0].0, "2.host");
}

#[test]
fn progress_runs_up_to_the_total() {
    let folder = folder(&[
        ("a.eml", "Subject: a\n\n"),
        ("b.mbox", &format!("{SEPARATOR}A: b\n\n{SEPARATOR}C: d\n")),
        ("c.txt", "nothing"),
        ("d.eml", "Subject: d\n\n"),
    ]);
    let sources = Sources::open(&[folder.path().to_owned()]).unwrap();
    let total = sources.total();
    let done: Vec<_> = sources.map(|step| step.done).collect();
    assert!(done.is_sorted(), "{done:?}");
    assert_eq!(done.last(), Some(&total));
}

#[test]
fn a_missing_path_is_an_error() {
    let error = Sources::open(&["/does/not/exist".into()]).err().unwrap();
    assert!(error.to_string().starts_with("/does/not/exist: "));
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_in_circles() {
    let folder = folder(&[("a/1.eml", "Subject: a\n\n")]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/loop")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("nowhere"), folder.path().join("dead.eml")).unwrap();
    let found = read(folder.path());
    assert_eq!(found.len(), 2);
    assert!(
        found[1]
            .2
            .as_ref()
            .is_err_and(|reason| reason.starts_with("cannot be read"))
    );
}
