use super::*;

const AGENT: Uuid = Uuid::from_u128(7);

fn plan(fields: &str) -> Result<Plan, String> {
    let raw = crate::email::parse::tests::raw(&format!("Subject: x\n{fields}\n\nHello\n"));
    let mail = crate::email::parse::parse(&raw, chrono::DateTime::UNIX_EPOCH).unwrap();
    let own = Own::of(
        &["sales@acme.example", "@acme.test"],
        &[("ann@people.example", AGENT)],
    );
    Plan::of(&mail, &own)
}

fn of(fields: &str) -> (Direction, Option<Uuid>, String, Vec<String>) {
    let plan = plan(fields).unwrap();
    (
        plan.direction,
        plan.agent,
        plan.contact,
        plan.people.into_keys().collect(),
    )
}

#[test]
fn a_received_mail_is_with_its_sender() {
    let (direction, agent, contact, people) =
        of("From: Bob@X.test\nTo: sales@acme.example, eve@x.test\nCc: kim@acme.test");
    assert_eq!((direction, agent), (Direction::Received, None));
    assert_eq!(contact, "bob@x.test");
    assert_eq!(people, ["bob@x.test", "eve@x.test"]);
}

#[test]
fn a_sent_mail_is_with_its_first_recipient_outside() {
    let (direction, agent, contact, people) =
        of("From: Ann@People.example\nTo: sales@acme.example, bob@x.test\nBcc: eve@x.test");
    assert_eq!((direction, agent), (Direction::Sent, Some(AGENT)));
    assert_eq!(contact, "bob@x.test");
    assert_eq!(people, ["bob@x.test", "eve@x.test"]);
    assert_eq!(of("From: any@acme.test\nTo: b@x.test").1, None);
}

#[test]
fn mail_among_ourselves_is_with_its_recipient() {
    let (direction, _, contact, people) = of("From: kim@acme.test\nTo: sales@acme.example");
    assert_eq!(direction, Direction::Sent);
    assert_eq!(contact, "sales@acme.example");
    assert_eq!(people, ["sales@acme.example"]);
    assert_eq!(of("From: kim@acme.test").2, "kim@acme.test");
}

#[test]
fn somebody_stands_in_for_a_missing_sender() {
    assert_eq!(
        of("From: nobody\nReply-To: bob@x.test\nTo: sales@acme.example").2,
        "bob@x.test"
    );
    assert_eq!(of("To: sales@acme.example, bob@x.test").2, "bob@x.test");
    assert_eq!(of("To: sales@acme.example").2, "sales@acme.example");
    assert!(plan("From: nobody").is_err());
}

#[test]
fn what_is_no_address_is_warned_of() {
    let plan = plan("From: bob@x.test\nTo: undisclosed\nCc: eve@x.test").unwrap();
    assert_eq!(plan.warnings, ["To: no e-mail address: \"undisclosed\""]);
    assert_eq!(plan.people.len(), 2);
}

#[test]
fn an_address_is_no_reference() {
    let plan = plan(
        "From: bob@x.test\nTo: sales@acme.example\nIn-Reply-To: <Sales@acme.example>\nReferences: <1@x.test>",
    );
    let plan = plan.unwrap();
    assert!(plan.in_reply_to.is_empty());
    assert_eq!(plan.references, ["1@x.test"]);
}

#[test]
fn mails_with_a_common_person_share_a_mark() {
    let shared = |a: &str, b: &str| {
        let (a, b) = (plan(a).unwrap().marks, plan(b).unwrap().marks);
        a.iter().any(|mark| b.contains(mark))
    };
    assert!(shared(
        "From: b@x.test\nTo: c@x.test",
        "From: d@x.test\nTo: C@x.test"
    ));
    assert!(shared(
        "From: b@x.test\nReferences: <1@x>",
        "From: d@x.test\nMessage-ID: <1@x>"
    ));
    assert!(!shared(
        "From: b@x.test\nTo: sales@acme.example",
        "From: d@x.test\nTo: sales@acme.example"
    ));
}
