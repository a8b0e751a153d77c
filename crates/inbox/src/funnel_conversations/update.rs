//! Changing conversations.

use super::check::{self, Fields};
use super::draft::{Batch, Draft, duplicate, refuse};
use super::references::{Asked, References};
use super::retry::Attempts;
use super::rows::{self, Row};
use super::{FunnelConversationPatch, Unread, write};
use rapport_crm_core::audit::Action;
use rapport_crm_core::contacts::{Manner, People, Said, Stored};
use rapport_crm_core::custom_fields::{Amendment, Owner, merged};
use rapport_crm_core::operations::{Code, Issue, ItemReport, Outcome};
use rapport_platform::{Patch, RawJson, Result, Tx};
use std::collections::HashMap;

type Change = FunnelConversationPatch;

/// What is to be written, with the contacts that have been written already.
struct Plan {
    stored: Stored,
    reports: Vec<ItemReport>,
    changed: Vec<(Row, Row)>,
}

/// Changes the conversations whose changes are sound. Answers what became of each, and what is still to be written.
pub(super) async fn update(
    tx: &mut Tx,
    items: Vec<Result<Change, Unread>>,
) -> Result<(Vec<ItemReport>, Stored)> {
    let mut batch = Batch::of(items);
    leave_out_repeated(&mut batch);
    let ids: Vec<i64> = batch.drafts.iter().map(|draft| draft.item.id).collect();
    let found = by_id(rows::read(tx, &ids).await?);
    let references = References::read(tx, &asked(&batch.drafts)).await?;
    batch.sift(|draft| refer(draft, &found, &references));
    let fields = Fields::read(tx).await?;
    fields.check(tx, &mut batch, own).await?;
    let known = (&found, &references);
    let mut attempts = Attempts::begin(tx).await?;
    let plan = loop {
        match settle(tx, &batch, known, &fields).await? {
            Some(plan) => break plan,
            None => attempts.again(tx).await?,
        }
    };
    let Plan {
        mut stored,
        reports,
        changed,
    } = plan;
    write::update(tx, &changed).await?;
    for (old, new) in &changed {
        write::note(&mut stored, Action::Update, new, write::differences(old, new));
        stored.amendments.extend(amendment(old, new, &fields));
    }
    Ok((reports, stored))
}

fn own(change: &Change) -> Option<&RawJson> {
    match &change.custom_fields {
        Patch::Set(fields) => Some(fields),
        Patch::Keep | Patch::Clear => None,
    }
}

fn by_id(rows: Vec<Row>) -> HashMap<i64, Row> {
    rows.into_iter().map(|row| (row.id, row)).collect()
}

/// Of several changes of one conversation, the first one counts.
fn leave_out_repeated(batch: &mut Batch<Change>) {
    let mut seen: HashMap<i64, usize> = HashMap::new();
    let Batch { drafts, reports } = batch;
    drafts.retain(|draft| {
        if let Some(report) = reports.get_mut(draft.index) {
            report.item_id = Some(draft.item.id);
        }
        let first = *seen.entry(draft.item.id).or_insert(draft.index);
        if first != draft.index {
            let message = "an item before it changes the same conversation";
            let issue = Issue::new(Code::Duplicate, "id", message).about("index", first);
            duplicate(reports, draft.index, issue);
        }
        first == draft.index
    });
}

fn asked(drafts: &[Draft<Change>]) -> Asked {
    let mut asked = Asked::default();
    for Draft { item, .. } in drafts {
        asked.statuses.extend(item.status.set());
        asked.agents.extend(item.agent.set());
        asked
            .agents
            .extend(item.person.as_ref().and_then(|person| person.agent.set()));
    }
    asked
}

/// Checks what a draft refers to, and what it says of its contact.
fn refer(
    draft: &mut Draft<Change>,
    found: &HashMap<i64, Row>,
    references: &References,
) -> Result<(), Vec<Issue>> {
    let Some(row) = found.get(&draft.item.id) else {
        let message = "is not a conversation in a funnel of this organization";
        return Err(vec![Issue::new(Code::NotFound, "id", message)]);
    };
    let person = draft.item.person.take();
    let mut issues = check::said(draft, person, Manner::Replace, references);
    let change = &draft.item;
    if change.created_at == Patch::Clear {
        issues.push(Issue::new(Code::InvalidValue, "createdAt", "must not be null"));
    }
    if let Patch::Set(status) = change.status {
        let status = references.statuses.get(&status);
        if status.is_none_or(|status| status.funnel != row.funnel_id) {
            let message = "is not a status of the conversation's funnel";
            issues.push(Issue::new(Code::NotFound, "funnelStatusId", message));
        }
    }
    if let Patch::Set(agent) = change.agent
        && !references.agents.contains_key(&agent)
    {
        check::missing(&mut issues, "userId", "user");
    }
    if let Patch::Set(fields) = &change.custom_fields {
        check::object(&mut issues, Some(fields));
    }
    check::none(issues)
}

/// Holds the contacts that are spoken of and the conversations, and changes them. `None` when somebody else was faster.
async fn settle(
    tx: &mut Tx,
    batch: &Batch<Change>,
    (found, references): (&HashMap<i64, Row>, &References),
    fields: &Fields,
) -> Result<Option<Plan>> {
    let spoken_of = |draft: &&Draft<Change>| draft.said.is_some() || draft.item.contact.is_some();
    let contacts = batch.drafts.iter().filter(spoken_of);
    let contacts = contacts.flat_map(|draft| {
        let own = found.get(&draft.item.id).map(|row| row.contact_id);
        own.into_iter().chain(draft.item.contact)
    });
    let said: Vec<&Said> = batch
        .drafts
        .iter()
        .filter_map(|draft| draft.said.as_ref())
        .collect();
    let Some(mut people) = People::hold(tx, &contacts.collect::<Vec<_>>(), &said).await? else {
        return Ok(None);
    };
    let ids: Vec<i64> = batch.drafts.iter().map(|draft| draft.item.id).collect();
    let held = by_id(rows::hold(tx, &ids).await?);
    let mut reports = batch.reports.clone();
    let mut changed = Vec::new();
    for draft in &batch.drafts {
        let Some(old) = held.get(&draft.item.id) else {
            // It was merged into another one meanwhile.
            return Ok(None);
        };
        if let Err(issues) = speak(&mut people, draft, old, fields) {
            refuse(&mut reports, draft.index, issues);
            continue;
        }
        let new = apply(tx, old, &draft.item, references);
        if !write::differences(old, &new).is_empty() {
            changed.push((old.clone(), new));
        }
        if let Some(report) = reports.get_mut(draft.index) {
            report.outcome = Outcome::Stored;
        }
    }
    let stored = people.store(tx, &fields.contacts).await?;
    Ok(stored.map(|stored| Plan {
        stored,
        reports,
        changed,
    }))
}

/// Changes the contact of a conversation as the draft says.
fn speak(
    people: &mut People,
    draft: &Draft<Change>,
    conversation: &Row,
    fields: &Fields,
) -> Result<(), Vec<Issue>> {
    let place = people.known(conversation.contact_id);
    if let Some(named) = draft.item.contact
        && (place.is_none() || people.known(named) != place)
    {
        let message = "is not the contact of this conversation";
        return Err(vec![Issue::new(Code::InvalidValue, "contact.id", message)]);
    }
    let Some(said) = &draft.said else { return Ok(()) };
    let Some(place) = place else {
        let message = "the contact of this conversation was deleted";
        return Err(vec![Issue::new(Code::Conflict, "contact", message)]);
    };
    let warnings = people.change(place, (said, Manner::Replace), &fields.contacts)?;
    debug_assert!(warnings.is_empty(), "what replaces is refused or done");
    Ok(())
}

fn apply(tx: &Tx, old: &Row, change: &Change, references: &References) -> Row {
    let agent_id = change.agent.apply(old.agent_id);
    let status = change.status.apply(old.funnel_status_id);
    let custom_fields = match &change.custom_fields {
        Patch::Keep => old.custom_fields.clone(),
        Patch::Clear => RawJson::default(),
        // Both are objects.
        Patch::Set(fields) => merged(&old.custom_fields, fields).unwrap_or_default(),
    };
    Row {
        agent_id,
        agent: match change.agent {
            Patch::Keep => old.agent,
            _ => agent_id.and_then(|id| references.agents.get(&id).copied()),
        },
        funnel_status_id: status,
        status: match change.status {
            Patch::Keep => old.status,
            _ => status.and_then(|id| Some(references.statuses.get(&id)?.uuid)),
        },
        archived_at: change.archived_at.apply(old.archived_at),
        custom_fields,
        created_at: change.created_at.set().unwrap_or(old.created_at),
        updated_at: tx.now(),
        ..old.clone()
    }
}

/// What becomes of the values of a conversation's custom fields.
fn amendment(old: &Row, new: &Row, fields: &Fields) -> Option<Amendment> {
    if old.custom_fields == new.custom_fields && old.created_at == new.created_at {
        return None;
    }
    let former = fields.conversations.ids();
    Some(Amendment {
        owner: Owner {
            id: new.id,
            created_at: new.created_at,
        },
        values: fields.conversations.kept(&new.custom_fields, &former),
        former,
    })
}
