//! Making conversations.

use super::check::{self, Fields};
use super::draft::{Batch, Draft, duplicate, refuse};
use super::references::{Asked, References};
use super::retry::Attempts;
use super::rows::Row;
use super::{NewFunnelConversation, Unread, write};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt};
use diesel_async::RunQueryDsl;
use futures_util::try_join;
use rapport_crm_core::Contact;
use rapport_crm_core::audit::Action;
use rapport_crm_core::contacts::{Manner, People, Said, Stored};
use rapport_crm_core::custom_fields::{Amendment, Owner, merged};
use rapport_crm_core::operations::{Code, Issue, ItemReport, Outcome};
use rapport_platform::{RawJson, Result, Tx};
use std::collections::HashMap;

type New = NewFunnelConversation;

/// What is to be written, with the contacts that have been written already.
struct Plan {
    people: People,
    stored: Stored,
    reports: Vec<ItemReport>,
    /// The sound drafts and the places of their contacts.
    placed: Vec<(usize, usize)>,
}

/// Makes the conversations that are sound. Answers what became of each, and what is still to be written.
pub(super) async fn create(
    tx: &mut Tx,
    items: Vec<Result<New, Unread>>,
) -> Result<(Vec<ItemReport>, Stored)> {
    let mut batch = Batch::of(items);
    let references = References::read(tx, &asked(&batch.drafts)).await?;
    batch.sift(|draft| refer(draft, &references));
    let fields = Fields::read(tx).await?;
    fields
        .check(tx, &mut batch, |new| new.custom_fields.as_ref())
        .await?;
    let mut attempts = Attempts::begin(tx).await?;
    let plan = loop {
        match settle(tx, &batch, &fields).await? {
            Some(plan) => break plan,
            None => attempts.again(tx).await?,
        }
    };
    write(tx, &batch.drafts, plan, &references, &fields).await
}

/// Writes the conversations of a plan.
async fn write(
    tx: &Tx,
    drafts: &[Draft<New>],
    plan: Plan,
    references: &References,
    fields: &Fields,
) -> Result<(Vec<ItemReport>, Stored)> {
    let Plan {
        people,
        mut stored,
        mut reports,
        placed,
    } = plan;
    let placed = placed
        .into_iter()
        .filter_map(|(draft, place)| drafts.get(draft).zip(people.get(place)));
    let placed: Vec<_> = placed.collect();
    let rows = placed
        .iter()
        .map(|(draft, contact)| row(tx, &draft.item, contact, references));
    let mut rows: Vec<Row> = rows.collect();
    write::insert(tx, &mut rows).await?;
    let told = async {
        for (row, (draft, contact)) in rows.iter().zip(&placed) {
            tell(&mut stored, row, contact, (references, fields));
            if let Some(report) = reports.get_mut(draft.index) {
                report.item_id = Some(row.id);
                report.outcome = Outcome::Stored;
            }
        }
        Ok(())
    };
    // What is to be told is put together while the database works.
    try_join!(write::open_sessions(tx, &rows), told)?;
    name_duplicates(&mut reports);
    Ok((reports, stored))
}

/// Notes what is told of a new conversation, and the values of its custom fields.
fn tell(stored: &mut Stored, row: &Row, contact: &Contact, (references, fields): (&References, &Fields)) {
    let funnel = references.funnels.get(&row.funnel_id).copied();
    let changes = write::made(row, contact.uuid, funnel);
    write::note(stored, Action::Insert, row, changes);
    stored.amendments.push(Amendment {
        owner: Owner {
            id: row.id,
            created_at: row.created_at,
        },
        former: Vec::new(),
        values: fields
            .conversations
            .kept(&row.custom_fields, &fields.conversations.ids()),
    });
}

fn asked(drafts: &[Draft<New>]) -> Asked {
    let mut asked = Asked::default();
    for Draft { item, .. } in drafts {
        asked.funnels.insert(item.funnel);
        asked.statuses.extend(item.status);
        asked.agents.extend(item.agent);
        asked
            .agents
            .extend(item.person.as_ref().and_then(|person| person.agent.set()));
    }
    asked
}

/// Checks what a draft refers to, and what it says of its contact.
fn refer(draft: &mut Draft<New>, references: &References) -> Result<(), Vec<Issue>> {
    let person = draft.item.person.take();
    let mut issues = check::said(draft, person, Manner::Add, references);
    let new = &mut draft.item;
    match (references.funnels.contains_key(&new.funnel), new.status) {
        (false, _) => check::missing(&mut issues, "funnelId", "funnel"),
        (true, None) => new.status = references.first.get(&new.funnel).copied(),
        (true, Some(status)) => {
            let found = references.statuses.get(&status);
            if found.is_none_or(|status| status.funnel != new.funnel) {
                let message = "is not a status of the funnel";
                issues.push(Issue::new(Code::NotFound, "funnelStatusId", message));
            }
        }
    }
    if new
        .agent
        .is_some_and(|agent| !references.agents.contains_key(&agent))
    {
        check::missing(&mut issues, "userId", "user");
    }
    check::object(&mut issues, new.custom_fields.as_ref());
    let nobody = new.contact.is_none() && !draft.said.as_ref().is_some_and(Said::names_somebody);
    if nobody && issues.is_empty() {
        let message = "contactId, or a contact with a name, an address or a national id is required";
        issues.push(Issue::new(Code::RequiredField, "contact", message));
    }
    check::none(issues)
}

/// Finds, changes and makes the contacts of the drafts, and decides which drafts are made. `None` when somebody else was
/// faster.
async fn settle(tx: &mut Tx, batch: &Batch<New>, fields: &Fields) -> Result<Option<Plan>> {
    let ids: Vec<i64> = batch
        .drafts
        .iter()
        .filter_map(|draft| draft.item.contact)
        .collect();
    let said: Vec<&Said> = batch
        .drafts
        .iter()
        .filter_map(|draft| draft.said.as_ref())
        .collect();
    let Some(mut people) = People::hold(tx, &ids, &said).await? else {
        return Ok(None);
    };
    let open = open(tx, &people, &batch.drafts).await?;
    let mut reports = batch.reports.clone();
    let mut placed = Vec::with_capacity(batch.drafts.len());
    let mut seen: HashMap<(usize, i64), usize> = HashMap::new();
    for (number, draft) in batch.drafts.iter().enumerate() {
        let Some(place) = place(tx, &mut people, draft) else {
            let mut issues = Vec::new();
            check::missing(&mut issues, "contactId", "contact");
            refuse(&mut reports, draft.index, issues);
            continue;
        };
        let key = (place, draft.item.funnel);
        if let Some(first) = seen.get(&key) {
            let message = "an item before it has the same contact and funnel";
            let issue = Issue::new(Code::Duplicate, "contact", message).about("index", *first);
            duplicate(&mut reports, draft.index, issue);
            continue;
        }
        let said = draft.said.as_ref().map(|said| (said, Manner::Add));
        let warnings = said.map_or(Ok(Vec::new()), |said| {
            people.change(place, said, &fields.contacts)
        });
        match warnings {
            Err(issues) => refuse(&mut reports, draft.index, issues),
            Ok(warnings) => {
                seen.insert(key, draft.index);
                placed.push((number, place));
                if let Some(report) = reports.get_mut(draft.index) {
                    report.warnings = warnings;
                    met(report, people.existing(place), draft.item.funnel, &open);
                }
            }
        }
    }
    let stored = people.store(tx, &fields.contacts).await?;
    Ok(stored.map(|stored| Plan {
        people,
        stored,
        reports,
        placed,
    }))
}

/// The place of the contact of a draft; `None` when it names one that is not there.
fn place(tx: &Tx, people: &mut People, draft: &Draft<New>) -> Option<usize> {
    if let Some(id) = draft.item.contact {
        return people.known(id);
    }
    let said = draft.said.as_ref()?;
    Some(people.matched(said).unwrap_or_else(|| people.make(tx)))
}

/// Notes what an item came upon.
fn met(report: &mut ItemReport, contact: Option<i64>, funnel: i64, open: &HashMap<(i64, i64), i64>) {
    let Some(contact) = contact else { return };
    let met = &mut report.existing_entities;
    met.insert("contactId".to_owned(), contact.into());
    if let Some(conversation) = open.get(&(contact, funnel)) {
        met.insert("conversationId".to_owned(), (*conversation).into());
        let message = "the contact has an open conversation in this funnel already";
        let issue = Issue::new(Code::Duplicate, "funnelId", message);
        report.warnings.push(issue.about("conversationId", *conversation));
    }
}

/// Tells duplicates the ids of what the items before them made.
fn name_duplicates(reports: &mut [ItemReport]) {
    let made: Vec<Option<i64>> = reports.iter().map(|report| report.item_id).collect();
    let duplicates = reports
        .iter_mut()
        .filter(|report| report.outcome == Outcome::Duplicate);
    for report in duplicates {
        let first = report.errors.iter().find_map(|issue| issue.context.get("index"));
        let first = first.and_then(serde_json::Value::as_u64);
        let first = first.and_then(|index| usize::try_from(index).ok());
        let conversation = first.and_then(|index| *made.get(index)?);
        if let Some(conversation) = conversation {
            let met = &mut report.existing_entities;
            met.insert("conversationId".to_owned(), conversation.into());
        }
    }
}

fn row(tx: &Tx, new: &New, contact: &Contact, references: &References) -> Row {
    let status = new.status.and_then(|id| references.statuses.get(&id));
    Row {
        id: 0,
        uuid: tx.uuid(),
        contact_id: contact.id,
        agent_id: new.agent,
        agent: new.agent.and_then(|id| references.agents.get(&id).copied()),
        funnel_id: new.funnel,
        funnel_status_id: new.status,
        status: status.map(|status| status.uuid),
        archived_at: new.archived_at,
        // An object, without what is null.
        custom_fields: new
            .custom_fields
            .as_ref()
            .and_then(|fields| merged(&RawJson::default(), fields).ok())
            .unwrap_or_default(),
        created_at: new.created_at.unwrap_or(tx.now()),
        updated_at: tx.now(),
    }
}

#[derive(QueryableByName)]
struct Open {
    #[diesel(sql_type = BigInt)]
    contact_id: i64,
    #[diesel(sql_type = BigInt)]
    funnel_id: i64,
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// The newest open conversations of those who exist already, by contact and funnel.
async fn open(tx: &Tx, people: &People, drafts: &[Draft<New>]) -> Result<HashMap<(i64, i64), i64>> {
    let contacts = people.all_existing();
    if contacts.is_empty() {
        return Ok(HashMap::new());
    }
    let funnels: Vec<i64> = asked(drafts).funnels.into_iter().collect();
    let open: Vec<Open> = diesel::sql_query(
        "SELECT contact_id, funnel_id, max(id) AS id FROM conversations WHERE organization_id = $1 \
         AND contact_id = ANY ($2) AND funnel_id = ANY ($3) AND archived_at IS NULL GROUP BY contact_id, funnel_id",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Array<BigInt>, _>(contacts)
    .bind::<Array<BigInt>, _>(funnels)
    .load(&mut tx.conn())
    .await?;
    let open = open
        .into_iter()
        .map(|row| ((row.contact_id, row.funnel_id), row.id));
    Ok(open.collect())
}
