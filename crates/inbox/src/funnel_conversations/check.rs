//! What is alike in the checks of new and of changed conversations.

use super::draft::{Batch, Draft};
use super::references::References;
use rapport_crm_core::contacts::{Manner, NewPerson, Said};
use rapport_crm_core::custom_fields::{Definitions, EntityType, check_all};
use rapport_crm_core::operations::{Code, Issue};
use rapport_crm_core::text;
use rapport_platform::{Error, RawJson, Result, Tx};
use std::collections::HashMap;

/// The definitions of custom fields of conversations and of contacts.
#[derive(Debug)]
pub(super) struct Fields {
    pub conversations: Definitions,
    pub contacts: Definitions,
}

impl Fields {
    /// Reads them; they stay as they are until the transaction ends.
    pub async fn read(tx: &Tx) -> Result<Self> {
        let entities = [EntityType::FunnelConversation, EntityType::Contact];
        let [conversations, contacts] = Definitions::of_all(tx, entities).await?;
        Ok(Self {
            conversations,
            contacts,
        })
    }

    /// Refuses the drafts whose custom fields do not fit; `own` are those of the conversation.
    pub async fn check<T>(
        &self,
        tx: &Tx,
        batch: &mut Batch<T>,
        own: impl Fn(&T) -> Option<&RawJson>,
    ) -> Result<()> {
        const PREFIXES: [&str; 2] = ["", "contact."];
        let mut asked = Vec::new();
        let mut places = Vec::new();
        for draft in &batch.drafts {
            let fields = own(&draft.item).map(|fields| (&self.conversations, fields));
            let theirs = draft.said.as_ref().and_then(Said::custom_fields);
            let theirs = theirs.map(|fields| (&self.contacts, fields));
            for (one, prefix) in [fields, theirs].into_iter().zip(PREFIXES) {
                if let Some(one) = one {
                    asked.push(one);
                    places.push((draft.index, prefix));
                }
            }
        }
        let mut wrong: HashMap<usize, Vec<Issue>> = HashMap::new();
        for (outcome, (index, prefix)) in check_all(tx, &asked).await?.into_iter().zip(places) {
            if let Err(error) = outcome {
                wrong.entry(index).or_default().push(misfit(prefix, error)?);
            }
        }
        batch.sift(|draft| wrong.remove(&draft.index).map_or(Ok(()), Err));
        Ok(())
    }
}

/// A value of a custom field that does not fit, in the words of a report.
fn misfit(prefix: &str, error: Error) -> Result<Issue> {
    let Error::Invalid { field, message } = error else {
        return Err(error);
    };
    let field = field.replacen("custom_fields", "customFields", 1);
    Ok(Issue::new(
        Code::InvalidValue,
        format!("{prefix}{field}"),
        message,
    ))
}

/// Notes an id that leads nowhere.
pub(super) fn missing(issues: &mut Vec<Issue>, field: &str, what: &str) {
    let message = format!("is not a {what} of this organization");
    issues.push(Issue::new(Code::NotFound, field, message));
}

/// Checks an object of custom fields.
pub(super) fn object(issues: &mut Vec<Issue>, fields: Option<&RawJson>) {
    if let Err(Error::Invalid { message, .. }) = text::object("customFields", fields.cloned()) {
        issues.push(Issue::new(Code::InvalidValue, "customFields", message));
    }
}

/// Reads what a draft says of its contact.
pub(super) fn said<T>(
    draft: &mut Draft<T>,
    person: Option<NewPerson>,
    manner: Manner,
    references: &References,
) -> Vec<Issue> {
    let Some(person) = person else { return Vec::new() };
    match Said::read(person, manner, &references.region) {
        Err(issues) => issues,
        Ok(said) => {
            let mut issues = Vec::new();
            if said
                .agent()
                .is_some_and(|agent| !references.agents.contains_key(&agent))
            {
                missing(&mut issues, "contact.userId", "user");
            }
            draft.said = Some(said);
            issues
        }
    }
}

/// `Ok` when there are none.
pub(super) fn none(issues: Vec<Issue>) -> Result<(), Vec<Issue>> {
    if issues.is_empty() { Ok(()) } else { Err(issues) }
}
