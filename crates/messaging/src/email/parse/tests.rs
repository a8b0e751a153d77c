use super::*;
use crate::email::source::Origin;
use std::path::Path;

/// A mail from its lines.
pub(crate) fn raw(text: &str) -> RawMail {
    bytes(text.as_bytes())
}

fn bytes(bytes: &[u8]) -> RawMail {
    RawMail {
        origin: Origin {
            path: Path::new("test.eml").into(),
            offset: None,
        },
        bytes: bytes.to_vec(),
        delivered_at: None,
    }
}

fn now() -> DateTime<Utc> {
    "2026-03-12T00:00:00Z".parse().unwrap()
}

fn parsed(text: &str) -> ParsedMail {
    parse(&raw(text), now()).unwrap()
}

fn mail_of(bytes_of_it: &[u8]) -> ParsedMail {
    parse(&bytes(bytes_of_it), now()).unwrap()
}

fn addresses(list: &[Mailbox]) -> Vec<(Option<&str>, &str)> {
    list.iter()
        .map(|mailbox| (mailbox.name.as_deref(), &*mailbox.address))
        .collect()
}

#[test]
fn a_plain_mail() {
    let mail = parsed(
        "From: Ann <ann@x.test>\nTo: Bob <bob@y.test>, c@z.test\nSubject: Hello\n there\nMessage-ID: <1@x.test>\n\
         In-Reply-To: <0@y.test>\nReferences: <a@y.test>\n <0@y.test>\nDate: Tue, 3 Mar 2026 10:00:00 +0100\n\nHi,\n\nBob.\n",
    );
    assert_eq!(mail.message_id.as_deref(), Some("1@x.test"));
    assert_eq!(mail.in_reply_to, ["0@y.test"]);
    assert_eq!(mail.references, ["a@y.test", "0@y.test"]);
    assert_eq!(mail.subject.as_deref(), Some("Hello there"));
    assert_eq!(addresses(&mail.from), [(Some("Ann"), "ann@x.test")]);
    assert_eq!(
        addresses(&mail.to),
        [(Some("Bob"), "bob@y.test"), (None, "c@z.test")]
    );
    assert_eq!(mail.sent_at.unwrap().to_rfc3339(), "2026-03-03T09:00:00+00:00");
    assert_eq!(mail.text.as_deref(), Some("Hi,\n\nBob."));
    assert!(mail.html.is_none() && mail.attachments.is_empty());
}

#[test]
fn a_subject_is_one_line() {
    let mail = parsed("From: a@x.test\nSubject: =?utf-8?Q?Hello=0D=0ABcc:_b@y.test=0Athere?=\n\nHi");
    assert_eq!(mail.subject.as_deref(), Some("Hello Bcc: b@y.test there"));
}

#[test]
fn charsets_come_out_right() {
    for (charset, body, text) in [
        ("euc-kr", &b"\xb4\xeb\xba\xce\xba\xd0"[..], "대부분"),
        ("iso-2022-jp", b"\x1b$B4A;z\x1b(B", "漢字"),
        ("windows-1251", b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"),
        ("gb18030", b"\xc4\xe3\xba\xc3", "你好"),
        ("iso-8859-15", b"\xa4", "€"),
        ("us-ascii", "é".as_bytes(), "é"),
        ("us-ascii", b"caf\xe9", "café"),
        ("x-unknown", "é".as_bytes(), "é"),
        ("x-unknown", b"\x93caf\xe9\x94", "“café”"),
    ] {
        let head = format!("From: a@x.test\nContent-Type: text/plain; charset={charset}\n\n");
        let mail = mail_of(&[head.as_bytes(), body].concat());
        assert_eq!(mail.text.as_deref(), Some(text), "{charset}");
    }
    let mail = parsed(
        "From: a@x.test\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\ncaf=E9",
    );
    assert_eq!(mail.text.as_deref(), Some("café"));
}

#[test]
fn headers_outside_ascii_come_out_right() {
    let mail =
        parsed("From: =?windows-1251?B?wPLo6u7iYQ==?= <a@x.test>\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\n");
    assert_eq!(mail.from[0].name.as_deref(), Some("Атиковa"));
    assert_eq!(mail.subject.as_deref(), Some("Grüße"));
    let koi = mail_of(b"From: a@x.test\nSubject: \xf0\xd2\xc9\xd7\xc5\xd4\nContent-Type: text/plain; charset=\"koi8-r\"\n\n\xf0\xd2");
    assert_eq!(koi.subject.as_deref(), Some("Привет"));
    assert_eq!(koi.text.as_deref(), Some("Пр"));
    assert_eq!(mail_of(b"Subject: caf\xe9\n\n").subject.as_deref(), Some("café"));
}

#[test]
fn html_alone_gives_a_text() {
    let mail = parsed("From: a@x.test\nContent-Type: text/html\n\n<p>Hi <b>Ann</b>,</p><p>bye</p>");
    assert_eq!(mail.html.as_deref(), Some("<p>Hi <b>Ann</b>,</p><p>bye</p>"));
    assert_eq!(mail.text.as_deref(), Some("Hi Ann,\n\nbye"));
}

const MULTIPART: &str = "From: a@x.test\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\
Content-Type: multipart/alternative; boundary=A\n\n--A\nContent-Type: text/plain\n\nplain\n--A\nContent-Type: text/html\n\n\
<p>rich</p><img src=\"cid:i@x\">\n--A--\n--B\nContent-Type: image/png\nContent-ID: <i@x>\nContent-Disposition: inline; filename=\"../i.png\"\n\
Content-Transfer-Encoding: base64\n\niVBORwD/\n--B\nContent-Type: text/csv; charset=windows-1251\nContent-Disposition: attachment; filename*=utf-8''%D0%B0.csv\n\n\
a;b\nc\n--B\nContent-Type: message/rfc822\n\nFrom: b@x.test\nSubject: In/side\n\nnested\n--B--\n";

#[test]
fn parts_become_bodies_and_attachments() {
    let mail = parsed(MULTIPART);
    assert_eq!(mail.text.as_deref(), Some("plain"));
    assert_eq!(mail.html.as_deref(), Some("<p>rich</p><img src=\"cid:i@x\">"));
    let [image, table, nested] = &mail.attachments[..] else {
        panic!("three attachments: {:?}", mail.attachments)
    };
    assert_eq!((&*image.name, &*image.content_type), ("i.png", "image/png"));
    assert_eq!((image.content_id.as_deref(), image.inline), (Some("i@x"), true));
    assert_eq!(image.bytes, b"\x89PNG\0\xff");
    assert_eq!(
        (&*table.name, &*table.content_type, table.inline),
        ("а.csv", "text/csv", false)
    );
    assert_eq!(table.bytes, b"a;b\nc");
    assert_eq!(
        (&*nested.name, &*nested.content_type),
        ("In-side.eml", "message/rfc822")
    );
    assert_eq!(nested.bytes, b"From: b@x.test\nSubject: In/side\n\nnested");
}

#[test]
fn a_text_attachment_keeps_its_bytes() {
    let head = "From: a@x.test\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\nhi\n--B\n\
                Content-Type: text/plain; charset=windows-1251; name=x.txt\nContent-Disposition: attachment\n\n";
    let mail = mail_of(&[head.as_bytes(), b"\xcf\xf0\r\n\r\n", b"\n--B--\n"].concat());
    assert_eq!(mail.attachments[0].bytes, b"\xcf\xf0\r\n\r\n");
    assert_eq!(mail.text.as_deref(), Some("hi"));
}

#[test]
fn broken_parts_are_not_lost() {
    let mail = parsed("From: a@x.test\nContent-Type: multipart/mixed; boundary=B\n\nno boundary here");
    assert_eq!(mail.text.as_deref(), Some("no boundary here"));
    let cut = parsed(
        "From: a@x.test\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\nJVBERg",
    );
    assert_eq!(cut.attachments.len(), 1);
    assert!(!cut.attachments[0].bytes.is_empty());
}

#[test]
fn dates_that_cannot_be_are_replaced() {
    let received = "Received: from a by b; Mon, 2 Mar 2026 10:00:00 +0000\nReceived: from c by d; Sun, 1 Mar 2026 10:00:00 +0000\n";
    let at = |head: &str| {
        parsed(&format!("From: a@x.test\n{head}\n\n"))
            .sent_at
            .map(|date| date.to_rfc3339())
    };
    let newest = Some("2026-03-02T10:00:00+00:00".to_owned());
    assert_eq!(
        at(&format!("{received}Date: Mon, 30 Jun 3609 15:33:50 +0600")),
        newest
    );
    assert_eq!(
        at(&format!("{received}Date: Pn, 29 paX 2007 21:13:00 +0100")),
        newest
    );
    assert_eq!(at("Date: Mon, 30 Jun 3609 15:33:50 +0600"), None);
    let obsolete = at("Date: Fri, 21 Nov 1997 09(comment):   55  :  06 -0600");
    assert_eq!(obsolete.as_deref(), Some("1997-11-21T15:55:06+00:00"));
    assert_eq!(
        at("Date: 21 Nov 97 09:55:06").as_deref(),
        Some("1997-11-21T09:55:06+00:00")
    );
    let mut delivered = raw("From: a@x.test\nDate: never\n\n");
    delivered.delivered_at = Some(DateTime::UNIX_EPOCH);
    assert_eq!(
        parse(&delivered, now()).unwrap().sent_at,
        Some(DateTime::UNIX_EPOCH)
    );
}

#[test]
fn addresses_are_found_in_what_programs_write() {
    let to = |value: &str| {
        let mail = parsed(&format!("From: a@x.test\nTo: {value}\n\n"));
        mail.to
            .into_iter()
            .map(|mailbox| (mailbox.name.unwrap_or_default(), mailbox.address))
            .collect::<Vec<_>>()
    };
    let one = |name: &str, address: &str| vec![(name.to_owned(), address.to_owned())];
    assert_eq!(to("Big Bug bb@bug.test"), one("Big Bug", "bb@bug.test"));
    assert_eq!(
        to("a@x.test b@x.test"),
        [one("", "a@x.test"), one("", "b@x.test")].concat()
    );
    assert_eq!(to("Mary <@relay.test:mary@x.test>"), one("Mary", "mary@x.test"));
    assert_eq!(to("jdoe@test   . example"), one("", "jdoe@test.example"));
    assert_eq!(
        to("Group: Ann <a@x.test>, b@x.test;"),
        [one("Ann", "a@x.test"), one("", "b@x.test")].concat()
    );
    assert_eq!(to("Ann\n__\n <a@x.test>"), one("Ann __", "a@x.test"));
    assert_eq!(to("undisclosed"), one("", "undisclosed"));
}

#[test]
fn nul_characters_are_taken_out() {
    let mail = parsed("From: \"A\0n\" <a@x.test>\nSubject: a\0b\nContent-Type: text/html\n\n<p>c\0d</p>");
    assert_eq!(mail.subject.as_deref(), Some("ab"));
    assert_eq!(mail.html.as_deref(), Some("<p>cd</p>"));
    assert!(!format!("{mail:?}").contains("\\0"));
}

#[test]
fn a_mail_is_told_by_what_it_says() {
    let text = "Received: by a\nMessage-ID: <1@x>\nFrom: a@x.test\nTo: b@x.test\nSubject: s\nDate: d\n\nbody\n\nmore\n";
    let digest = parsed(text).digest;
    assert_eq!(parsed(&text.replace('\n', "\r\n")).digest, digest);
    assert_eq!(
        parsed(&text.replace("Received: by a\n", "Delivered-To: b@x.test\n")).digest,
        digest
    );
    assert_eq!(parsed(&format!("{text}\n\n")).digest, digest);
    for (a, b) in [
        ("body", "other"),
        ("Subject: s", "Subject: t"),
        ("To: b", "To: c"),
        ("<1@x>", "<2@x>"),
        ("Date: d", "Date: e"),
    ] {
        assert_ne!(parsed(&text.replace(a, b)).digest, digest, "{b}");
    }
}

#[test]
fn what_is_no_mail_is_refused() {
    for text in ["", "\n\n", "\0\0\0\0", "hello\nworld", "Key: value\n\nno mail"] {
        assert!(parse(&raw(text), now()).is_err(), "{text:?}");
    }
}
