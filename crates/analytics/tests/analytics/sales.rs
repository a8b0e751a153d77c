//! Sales, and the leads they come from.

use crate::stage::{Said, Stage, window};
use chrono::{DateTime, TimeDelta, Utc};
use rapport_analytics::{AnalyticsService, LeadFigures, PgAnalytics, SalesReport};
use rapport_inbox::messages::{Authorship, Modality};
use rapport_sales_pipeline::quote::{NewQuote, Product};
use rapport_sales_pipeline::sales::{Expected, NewSale, Sale, StageChoice};
use rapport_sales_pipeline::{PgSales, SaleService};
use rapport_test_support::epoch;
use uuid::Uuid;

fn offer(price: &str, currency: &str, owner: Option<Uuid>) -> NewSale {
    let product = Product {
        name: "Roof".to_owned(),
        quantity: 1.into(),
        unit_price: price.parse().unwrap(),
        discount_percent: None,
        tax_rate: None,
    };
    NewSale {
        owner,
        quote: NewQuote {
            currency: Some(currency.to_owned()),
            products: vec![product],
            ..NewQuote::default()
        },
        ..NewSale::default()
    }
}

impl Stage {
    async fn sale(&self, new: NewSale) -> Sale {
        self.write(async |tx| PgSales.create(tx, new).await)
            .await
            .unwrap()
    }

    async fn reach(&self, sale: &Sale, status: Option<&str>) {
        let to = StageChoice::Status(status.map(str::to_owned));
        let changed = self.write(async |tx| PgSales.change_status(tx, sale.uuid, to, &Expected::Any).await);
        changed.await.unwrap();
    }

    fn wait(&self, hours: i64) -> DateTime<Utc> {
        self.test.clock.advance(TimeDelta::hours(hours));
        self.db.now()
    }
}

/// Each stage with its volume and value.
fn pipeline(report: &SalesReport) -> Vec<(String, i64, String)> {
    let stages = report.pipeline.iter();
    stages
        .map(|stage| (stage.name.clone(), stage.volume, stage.value.to_plain_string()))
        .collect()
}

fn stages(figures: [(i64, &str); 4]) -> Vec<(String, i64, String)> {
    let names = ["Qualified", "Quoted", "Accepted", "Lost"];
    let stages = names.iter().zip(figures);
    stages
        .map(|(name, (volume, value))| ((*name).to_owned(), volume, value.to_owned()))
        .collect()
}

#[tokio::test]
async fn sales_count_once_in_each_stage_they_reached_in_the_window() {
    let stage = Stage::new().await;
    let (kara, lois) = (stage.agents[0], stage.agents[1]);
    let start = stage.db.now();
    // Exact to the last digit, where floats would not be.
    let first = stage.sale(offer("90071992547409.93", "USD", Some(kara))).await;
    let second = stage.sale(offer("0.10", "USD", Some(lois))).await;
    stage.sale(offer("70.00", "EUR", Some(lois))).await;
    let mut draft = offer("5.00", "USD", Some(kara));
    draft.draft = true;
    stage.sale(draft).await;
    let deleted = stage.sale(offer("6.00", "USD", Some(kara))).await;
    let gone = stage.write(async |tx| PgSales.delete(tx, deleted.uuid, &Expected::Any).await);
    gone.await.unwrap();
    let later = stage.wait(1);
    stage.reach(&first, Some("quote_sent")).await;
    stage.reach(&second, Some("quote_sent")).await;
    stage.reach(&second, Some("lost")).await;
    stage.reach(&second, Some("quote_sent")).await;
    let end = stage.wait(1);
    stage.reach(&first, Some("accepted")).await;
    let after = stage.wait(1);
    let reader = stage.reader().await;
    let report = PgAnalytics.sales(&reader, window(start, after)).await.unwrap();
    let money = "90071992547410.03";
    assert_eq!(
        pipeline(&report),
        stages([(3, money), (2, money), (1, "90071992547409.93"), (1, "0.10")])
    );
    assert_eq!(report.sales_rate().to_string(), "0.33");
    // What begins at a moment takes it in, what ends at it does not.
    let middle = PgAnalytics.sales(&reader, window(later, end)).await.unwrap();
    assert_eq!(
        pipeline(&middle),
        stages([(0, "0.00"), (2, money), (0, "0.00"), (1, "0.10")])
    );
    assert_eq!(middle.sales_rate().to_string(), "0");
    let own = PgAnalytics
        .agent_sales(&reader, lois, window(start, after))
        .await
        .unwrap();
    assert_eq!(
        pipeline(&own),
        stages([(2, "0.10"), (1, "0.10"), (0, "0.00"), (1, "0.10")])
    );
}

/// Two leads from `begin` on: one that was answered, by the AI too, and bought; and one that was not answered. Answers
/// when the sale was accepted.
async fn talk_and_sell(stage: &Stage, begin: DateTime<Utc>) -> DateTime<Utc> {
    let lead = stage.conversation("1@x").await;
    let other = stage.conversation("2@x").await;
    let written = |at, authorship| Said {
        authorship: Some(authorship),
        ..Said::sent(at, 0)
    };
    let hours = |hours| begin + TimeDelta::hours(hours);
    stage
        .say(
            lead,
            &[
                Said::received(hours(0)),
                written(hours(1), Authorship::Ai),
                written(hours(2), Authorship::AiEdited),
                written(hours(3), Authorship::Ai),
                written(hours(4), Authorship::Human),
            ],
        )
        .await;
    let form = Said {
        modality: Modality::FormRequest,
        ..Said::received(hours(5))
    };
    stage.say(other, &[form]).await;
    let mut new = offer("1200.00", "USD", None);
    new.conversations = vec![lead];
    let sale = stage.sale(new).await;
    stage.reach(&sale, Some("quote_sent")).await;
    let accepted = stage.wait(24);
    stage.reach(&sale, Some("accepted")).await;
    accepted
}

#[tokio::test]
async fn a_solution_tells_what_became_of_its_leads() {
    let stage = Stage::new().await;
    let begin = epoch() - TimeDelta::days(1);
    let accepted = talk_and_sell(&stage, begin).await;
    let now = stage.wait(24 * 7);
    let reader = stage.reader().await;
    let report = PgAnalytics
        .solution(&reader, window(begin, now), now)
        .await
        .unwrap();
    assert_eq!(
        report.leads,
        LeadFigures {
            leads: 2,
            answered: 1,
            response_microseconds: 3_600_000_000,
            // At half past midnight nobody is in the office.
            open_seconds: 0,
            answered_while_open: 0,
            answered_soon: 1,
            unanswered: 1,
            pending: 1,
            handled: 1,
            responded: 0,
            ghosted: 1,
            direct_emails: 1,
            forwarded_emails: 0,
            forms: 1,
            quoted: 1,
            sold: 1,
        }
    );
    assert_eq!(
        (report.messages_sent, report.ai_sent, report.ai_sent_unchanged),
        (4, 3, 2)
    );
    assert_eq!(
        (report.sales_with_start, report.seconds_to_sale),
        (1, (accepted - begin).num_seconds())
    );
    // Six days after our last message it was not yet too late.
    let early = PgAnalytics
        .solution(&reader, window(begin, now), begin + TimeDelta::hours(4 + 24 * 6))
        .await
        .unwrap();
    assert_eq!(early.leads.ghosted, 0);
    let before = PgAnalytics
        .solution(&reader, window(begin - TimeDelta::hours(9), begin), now)
        .await
        .unwrap();
    assert_eq!(before.leads, LeadFigures::default());
}
