//! Figures kept with every write, figures made anew and figures read from the messages are the same, whatever has
//! happened.

use crate::naive;
use crate::stage::{Said, Stage, at, window};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use rapport_analytics::{AnalyticsService, PgAnalytics};
use rapport_inbox::messages::{Authorship, Direction, Modality};
use rapport_inbox::{MessageService, PgMessages};
use rapport_test_support::TestDatabase;
use std::sync::Arc;

const CONVERSATIONS: usize = 5;

/// Something that happens.
#[derive(Debug, Clone)]
enum Step {
    /// Messages are recorded in one transaction, the first in the first conversation and so on.
    Say(Vec<(usize, Said)>),
    /// Conversations turn out to be one.
    Merge(usize, usize),
    /// The counters are added up.
    Fold,
}

/// A time in two months, likelier on the edge of a quarter of an hour than elsewhere, and early rather than late.
fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    let micros = prop_oneof![Just(0), Just(1), Just(899_999_999), 0_i64..900_000_000];
    let day = prop_oneof![0_i64..3, 0_i64..60];
    (day, 0_i64..96, micros)
        .prop_map(|(day, quarter, micros)| at(day * 24 * 60 + quarter * 15) + TimeDelta::microseconds(micros))
}

fn said() -> impl Strategy<Value = Said> {
    let sent = (
        proptest::option::of(0_usize..3),
        proptest::option::of(select(Authorship::ALL)),
    );
    let sent = sent.prop_map(|(agent, authorship)| (Direction::Sent, agent, authorship));
    let side = prop_oneof![Just((Direction::Received, None, None)), sent];
    (moment(), select(Modality::ALL), side).prop_map(|(at, modality, (direction, agent, authorship))| Said {
        at,
        direction,
        modality,
        agent,
        authorship,
    })
}

fn step() -> impl Strategy<Value = Step> {
    let place = 0..CONVERSATIONS;
    prop_oneof![
        8 => prop::collection::vec((place.clone(), said()), 1..4).prop_map(Step::Say),
        1 => (place.clone(), place).prop_map(|(one, other)| Step::Merge(one, other)),
        1 => Just(Step::Fold),
    ]
}

/// A history, and which of its moments windows begin and end at.
fn history() -> impl Strategy<Value = (Vec<Step>, Vec<(usize, usize, i64)>)> {
    let ends = (any::<usize>(), any::<usize>(), -1_i64..2);
    (
        prop::collection::vec(step(), 1..25),
        prop::collection::vec(ends, 12),
    )
}

#[test]
fn incremental_rebuilt_and_naive_figures_are_equal() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.unwrap();
    let test = Arc::new(runtime.block_on(TestDatabase::new()));
    let mut number = 0;
    let config = Config {
        cases: 16,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let checked = std::cell::RefCell::new(&mut number);
    let outcome = runner.run(&history(), |(steps, ends)| {
        **checked.borrow_mut() += 1;
        let number = **checked.borrow();
        runtime.block_on(Box::pin(check(test.clone(), number, steps, ends)))
    });
    outcome.unwrap();
    assert!(number >= 16);
}

async fn check(
    test: Arc<TestDatabase>,
    number: usize,
    steps: Vec<Step>,
    ends: Vec<(usize, usize, i64)>,
) -> Result<(), TestCaseError> {
    let stage = Stage::on(test, number).await;
    let moments = play(&stage, steps).await;
    let windows: Vec<_> = ends.iter().filter_map(|ends| between(&moments, *ends)).collect();
    compare(&stage, &windows).await?;
    stage.fold().await;
    compare(&stage, &windows).await?;
    let kept = stage.models().await;
    stage.rebuild().await;
    prop_assert_eq!(kept, stage.models().await);
    Ok(())
}

/// Lets it all happen, and answers when messages were.
async fn play(stage: &Stage, steps: Vec<Step>) -> Vec<DateTime<Utc>> {
    let mut conversations = Vec::new();
    for number in 0..CONVERSATIONS {
        conversations.push(stage.conversation(&id(stage, number)).await);
    }
    let mut moments = Vec::new();
    for step in steps {
        match step {
            Step::Say(said) => {
                moments.extend(said.iter().map(|(_, said)| said.at));
                let written = stage.write(async |tx| {
                    for (place, said) in said {
                        let record = stage.record(said);
                        PgMessages.record(tx, conversations[place], record).await?;
                    }
                    Ok(())
                });
                written.await.unwrap();
            }
            Step::Merge(one, other) => {
                let gone = [conversations[one], conversations[other]];
                let merged = stage.merge(&[id(stage, one), id(stage, other)]).await;
                for conversation in &mut conversations {
                    if gone.contains(conversation) {
                        *conversation = merged;
                    }
                }
            }
            Step::Fold => stage.fold().await,
        }
    }
    moments
}

fn id(stage: &Stage, number: usize) -> String {
    format!("{number}@{}.example", stage.ctx.organization)
}

/// A window from one of the moments to another, or just beside; some end on whole days.
fn between(
    moments: &[DateTime<Utc>],
    (from, to, beside): (usize, usize, i64),
) -> Option<rapport_analytics::Window> {
    let pick = |number: usize| {
        let moment = *moments.get(number % (moments.len() + 1))?;
        let whole = moment.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        Some(if number.is_multiple_of(3) { whole } else { moment })
    };
    let (from, to) = (pick(from)?, pick(to)? + TimeDelta::microseconds(beside));
    Some(window(from.min(to), from.max(to)))
}

async fn compare(stage: &Stage, windows: &[rapport_analytics::Window]) -> Result<(), TestCaseError> {
    let reader = stage.reader().await;
    for window in windows {
        let report = PgAnalytics.conversations(&reader, *window).await.unwrap();
        prop_assert_eq!(report, naive::conversations(stage, *window).await, "{:?}", window);
        for agent in &stage.agents {
            let report = PgAnalytics
                .agent_conversations(&reader, *agent, *window)
                .await
                .unwrap();
            prop_assert_eq!(report, naive::agent(stage, *agent, *window).await, "{:?}", window);
        }
    }
    Ok(())
}
