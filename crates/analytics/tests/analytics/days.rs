//! The daily series.

use crate::stage::{Said, Stage, at, window};
use chrono::TimeDelta;
use rapport_analytics::{AnalyticsService, PgAnalytics};

#[tokio::test]
async fn each_message_counts_on_its_day_of_the_zone() {
    let stage = Stage::new().await;
    let conversation = stage.conversation("1@x").await;
    // Kathmandu is 5 hours and 45 minutes ahead of UTC.
    let midnight = at(18 * 60 + 15);
    let instant = TimeDelta::microseconds(1);
    stage
        .say(
            conversation,
            &[
                Said::received(midnight - instant),
                Said::sent(midnight, 0),
                Said::sent(midnight + TimeDelta::hours(24) - instant, 0),
            ],
        )
        .await;
    let zone = chrono_tz::Asia::Kathmandu;
    let span = window(midnight - TimeDelta::hours(24), midnight + TimeDelta::hours(48));
    for _ in 0..2 {
        let days = PgAnalytics.days(&stage.reader().await, span, zone).await.unwrap();
        let rows: Vec<_> = days
            .iter()
            .map(|day| {
                (
                    day.date.to_string(),
                    day.response.received,
                    day.messages_received,
                    day.messages_sent,
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                ("2026-01-01".to_owned(), 1, 1, 0),
                ("2026-01-02".to_owned(), 0, 0, 2),
                ("2026-01-03".to_owned(), 0, 0, 0),
            ]
        );
        assert_eq!(days[0].response.responded, 1);
        assert_eq!(days[0].response.response_microseconds, 1);
        stage.fold().await;
    }
}

#[tokio::test]
async fn the_days_add_up_to_the_whole() {
    let stage = Stage::new().await;
    let conversation = stage.conversation("1@x").await;
    // Every 50 minutes over the days on which the clocks of Berlin are put forward.
    let start = at((31 + 28 + 27) * 24 * 60);
    let said: Vec<_> = (0..80_i64)
        .map(|number| Said::received(start + TimeDelta::minutes(50 * number)))
        .collect();
    stage.say(conversation, &said).await;
    stage.fold().await;
    let span = window(
        start + TimeDelta::minutes(51),
        start + TimeDelta::minutes(50 * 70) + TimeDelta::seconds(7),
    );
    let zone = chrono_tz::Europe::Berlin;
    let days = PgAnalytics.days(&stage.reader().await, span, zone).await.unwrap();
    let expected = days.iter().map(|day| {
        let here = said.iter().filter(|one| {
            one.at >= span.from()
                && one.at < span.to()
                && one.at.with_timezone(&zone).date_naive() == day.date
        });
        here.count()
    });
    let expected: Vec<_> = expected.collect();
    let counted: Vec<_> = days
        .iter()
        .map(|day| usize::try_from(day.messages_received).unwrap())
        .collect();
    assert_eq!(counted, expected);
    assert_eq!(expected.iter().sum::<usize>(), 69);
}
