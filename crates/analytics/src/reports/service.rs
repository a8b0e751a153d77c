//! The reports on PostgreSQL.

use super::figures::{EVERYBODY, Figures, Wanted};
use super::leads::{self, Clocks};
use super::sales;
use super::sources::Source;
use super::{
    AgentReport, AnalyticsService, ConversationReport, DayReport, ModalityFigures, ResponseFigures,
    SalesReport, SolutionReport, VolumeFigures,
};
use crate::{Window, days};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use rapport_crm_core::{OrganizationService, PgOrganizations};
use rapport_platform::{Error, Reader, Result};
use rapport_schema::tables::agents;
use uuid::Uuid;

/// The keys of figures: of the window, of all time before its end, and of all time before its start.
const WITHIN: i32 = 0;
const UNTIL_END: i32 = 1;
const UNTIL_START: i32 = 2;
/// What tells of messages, and of conversations received.
const SAID: [Source; 2] = [Source::Messages, Source::Inbound];
/// The shortest gap that is known, and so the shortest window whose silent conversations are.
const SHORTEST_GAP: TimeDelta = TimeDelta::days(1);

/// The reports, made of the read models in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgAnalytics;

#[async_trait]
impl AnalyticsService for PgAnalytics {
    async fn conversations(&self, db: &Reader, window: Window) -> Result<ConversationReport> {
        let wanted = Wanted::default().of(WITHIN, &SAID, window);
        let figures = active(wanted, window).find(db, EVERYBODY).await?;
        let figure = |measure| figures.get(WITHIN, measure);
        Ok(ConversationReport {
            response: response(&figures, WITHIN),
            volume: VolumeFigures {
                messages_received: figure("messages_received"),
                messages_sent: figure("messages_sent"),
                conversations: figure("conversations_active")
                    + figures.get(UNTIL_END, "conversations_started")
                    - figures.get(UNTIL_START, "conversations_ended")
                    - figure("conversations_silent"),
            },
            modality: ModalityFigures {
                texts: figure("received_by_text"),
                calls: figure("received_by_call"),
                emails: figure("received_by_email"),
                live_chats: figure("received_by_live_chat"),
                form_requests: figure("received_by_form_request"),
            },
        })
    }

    async fn agent_conversations(&self, db: &Reader, agent: Uuid, window: Window) -> Result<AgentReport> {
        let agent = agent_id(db, agent).await?;
        let wanted = Wanted::default().of(WITHIN, &SAID, window);
        let figures = wanted.find(db, agent).await?;
        Ok(AgentReport {
            responded: figures.get(WITHIN, "conversations_responded"),
            messages_sent: figures.get(WITHIN, "messages_sent"),
        })
    }

    async fn days(&self, db: &Reader, window: Window, zone: Tz) -> Result<Vec<DayReport>> {
        let days = days::of(window, zone)?;
        let wanted = days
            .iter()
            .zip(0..)
            .fold(Wanted::default(), |wanted, (day, key)| {
                wanted.of(key, &SAID, day.part)
            });
        let figures = wanted.find(db, EVERYBODY).await?;
        let report = |(day, key): (&days::Day, i32)| DayReport {
            date: day.date,
            response: response(&figures, key),
            messages_received: figures.get(key, "messages_received"),
            messages_sent: figures.get(key, "messages_sent"),
        };
        Ok(days.iter().zip(0..).map(report).collect())
    }

    async fn sales(&self, db: &Reader, window: Window) -> Result<SalesReport> {
        let currency = PgOrganizations.get(db).await?.currency;
        sales::report(db, None, currency, window).await
    }

    async fn agent_sales(&self, db: &Reader, agent: Uuid, window: Window) -> Result<SalesReport> {
        let agent = agent_id(db, agent).await?;
        let currency = PgOrganizations.get(db).await?.currency;
        sales::report(db, Some(agent), currency, window).await
    }

    async fn solution(&self, db: &Reader, window: Window, now: DateTime<Utc>) -> Result<SolutionReport> {
        let organization = PgOrganizations.get(db).await?;
        let clocks = Clocks {
            hours: organization.business_hours,
            zone: organization.time_zone,
            now,
        };
        let wanted = Wanted::default().of(WITHIN, &[Source::Messages], window);
        let figures = wanted.find(db, EVERYBODY).await?;
        let (sales_with_start, seconds_to_sale) = sales::speed(db, window).await?;
        Ok(SolutionReport {
            leads: leads::figures(db, &clocks, window).await?,
            sales: sales::report(db, None, organization.currency, window).await?,
            sales_with_start,
            seconds_to_sale,
            messages_sent: figures.get(WITHIN, "messages_sent"),
            ai_sent: figures.get(WITHIN, "ai_sent"),
            ai_sent_unchanged: figures.get(WITHIN, "ai_sent_unchanged"),
        })
    }
}

/// What tells how many conversations were active: of short windows they are counted; of others, it is those that had
/// begun by the end, less those that had ended by the start, less those that were silent from start to end.
fn active(wanted: Wanted, window: Window) -> Wanted {
    if window.length() < SHORTEST_GAP {
        return wanted.exactly(WITHIN, Source::Active, window);
    }
    wanted
        .of(UNTIL_END, &[Source::Started], Window::before(window.to()))
        .of(UNTIL_START, &[Source::Ended], Window::before(window.from()))
        .exactly(WITHIN, Source::Silent, window)
}

fn response(figures: &Figures, key: i32) -> ResponseFigures {
    ResponseFigures {
        received: figures.get(key, "conversations_received"),
        responded: figures.get(key, "conversations_responded"),
        response_microseconds: figures.get(key, "response_microseconds"),
    }
}

async fn agent_id(db: &Reader, agent: Uuid) -> Result<i64> {
    let query = agents::table
        .filter(agents::organization_id.eq(db.organization()))
        .filter(agents::uuid.eq(agent))
        .filter(agents::deleted_at.is_null())
        .select(agents::id);
    let id = query.first(&mut db.conn()).await.optional()?;
    id.ok_or(Error::not_found("Agent"))
}
