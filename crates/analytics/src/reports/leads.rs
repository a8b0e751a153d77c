//! Leads: conversations whose first message was received, and what became of them.

use super::sales::{ACCEPTED, QUOTED};
use crate::Window;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use rapport_crm_core::organizations::BusinessHours;
use rapport_platform::{Reader, Result};

/// After this long without an answer a lead is taken to be lost.
const GHOSTED_AFTER: TimeDelta = TimeDelta::days(7);
/// A lead answered within so many seconds of business hours was answered soon.
const SOON: i64 = 3600;

/// The leads of a window, as they are now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeadFigures {
    /// Conversations whose first message was received, in the window.
    pub leads: i64,
    /// Those that were answered.
    pub answered: i64,
    /// The sum of the times until they were, in microseconds.
    pub response_microseconds: i64,
    /// The sum of the business hours until they were, in seconds.
    pub open_seconds: i64,
    /// Those that were answered during business hours.
    pub answered_while_open: i64,
    /// Those that were answered within one hour of business hours.
    pub answered_soon: i64,
    /// Those in which nothing was ever sent after the first message.
    pub unanswered: i64,
    /// Those whose last message was received: they wait for an answer.
    pub pending: i64,
    /// Those whose last message was sent.
    pub handled: i64,
    /// Those that wrote again after they were answered.
    pub responded: i64,
    /// Those whose last message was sent and has found no answer for 7 days.
    pub ghosted: i64,
    /// Those that began with an e-mail from the sender.
    pub direct_emails: i64,
    /// Those that began with an e-mail that somebody forwarded.
    pub forwarded_emails: i64,
    /// Those that began with a form.
    pub forms: i64,
    /// Those with a sale that has reached `quote_sent`.
    pub quoted: i64,
    /// Those with a sale that has reached `accepted`.
    pub sold: i64,
}

#[derive(QueryableByName)]
#[expect(clippy::struct_excessive_bools, reason = "a row as it is selected")]
struct Lead {
    #[diesel(sql_type = Timestamptz)]
    first_inbound_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    first_inbound_modality: String,
    #[diesel(sql_type = Bool)]
    first_inbound_forwarded: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    first_reply_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    last_inbound_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    last_activity_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    last_sent: bool,
    #[diesel(sql_type = Bool)]
    quoted: bool,
    #[diesel(sql_type = Bool)]
    sold: bool,
}

/// When an organization is open, and what time it is.
pub(super) struct Clocks {
    pub hours: BusinessHours,
    pub zone: Tz,
    pub now: DateTime<Utc>,
}

/// The leads of the window; one row of facts is read for each.
pub(super) async fn figures(db: &Reader, clocks: &Clocks, window: Window) -> Result<LeadFigures> {
    let reached = |status: &str| {
        format!(
            "EXISTS (SELECT 1 FROM sale_conversations AS c \
             JOIN sales AS s ON s.organization_id = $1 AND s.id = c.sale_id \
             JOIN sale_status_history AS h ON h.organization_id = $1 AND h.sale_id = c.sale_id \
             WHERE c.organization_id = $1 AND c.conversation = f.uuid AND h.status = '{status}' \
             AND NOT s.draft AND s.deleted_at IS NULL)"
        )
    };
    let statement = sql_query(format!(
        "SELECT f.first_inbound_at, f.first_inbound_modality, f.first_inbound_forwarded, f.first_reply_at, \
         f.last_inbound_at, f.last_activity_at, f.last_direction = 'sent' AS last_sent, \
         {} AS quoted, {} AS sold FROM conversation_facts AS f \
         WHERE f.organization_id = $1 AND f.is_lead AND f.first_inbound_at >= $2 AND f.first_inbound_at < $3",
        reached(QUOTED),
        reached(ACCEPTED),
    ));
    let statement = statement
        .bind::<BigInt, _>(db.organization())
        .bind::<Timestamptz, _>(window.from())
        .bind::<Timestamptz, _>(window.to());
    let leads: Vec<Lead> = statement.load(&mut db.conn()).await?;
    let mut figures = LeadFigures::default();
    for lead in &leads {
        figures.add(lead, clocks);
    }
    Ok(figures)
}

impl LeadFigures {
    fn add(&mut self, lead: &Lead, clocks: &Clocks) {
        self.leads += 1;
        match lead.first_reply_at {
            Some(at) => self.add_answer(lead, at, clocks),
            None => self.unanswered += 1,
        }
        self.handled += i64::from(lead.last_sent);
        self.pending += i64::from(!lead.last_sent);
        let silent = clocks.now - lead.last_activity_at;
        self.ghosted += i64::from(lead.last_sent && silent >= GHOSTED_AFTER);
        let email = lead.first_inbound_modality == "email";
        self.direct_emails += i64::from(email && !lead.first_inbound_forwarded);
        self.forwarded_emails += i64::from(email && lead.first_inbound_forwarded);
        self.forms += i64::from(lead.first_inbound_modality == "form_request");
        self.quoted += i64::from(lead.quoted);
        self.sold += i64::from(lead.sold);
    }

    fn add_answer(&mut self, lead: &Lead, at: DateTime<Utc>, clocks: &Clocks) {
        let open = |from, to| clocks.hours.seconds_between(clocks.zone, from, to);
        let waited = open(lead.first_inbound_at, at);
        let time = at - lead.first_inbound_at;
        self.answered += 1;
        self.response_microseconds += time.num_microseconds().unwrap_or_default();
        self.open_seconds += waited;
        self.answered_while_open += i64::from(open(at, at + TimeDelta::seconds(1)) > 0);
        self.answered_soon += i64::from(waited <= SOON);
        self.responded += i64::from(lead.last_inbound_at > at);
    }
}
