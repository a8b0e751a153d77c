//! Random searches find what a naive evaluation of the same data finds, page by page.

use super::model::{Field, expected};
use super::world::{DATES, NAMES, ROLES, SCORES, TIERS, World, find, notes};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use rapport_crm_core::query::{Direction, Filter, Operator, Search, Sort, Start, Window};
use serde_json::{Value, json};

const CONTACTS: usize = 90;

/// Values that some contacts have, and some that none has.
fn values(field: Field) -> Vec<Value> {
    let texts = |known: &[&str]| {
        known
            .iter()
            .chain(&["", "other"])
            .map(|text| json!(text))
            .collect()
    };
    match field {
        Field::Id => (0..40).map(Value::from).collect(),
        Field::CreatedAt => (560..600)
            .map(|micros| json!(format!("2026-03-12T00:32:13.782{micros}Z")))
            .collect(),
        Field::Name => texts(&NAMES),
        Field::Role => texts(&ROLES),
        Field::Email | Field::Address => texts(&[
            "p1.1@example.com",
            "P2.2@Example.com",
            "+14155550001",
            "+1 415-555-0005",
        ]),
        Field::Note => notes()
            .iter()
            .map(|text| json!(text))
            .chain([json!("nota")])
            .collect(),
        // As text, since a JSON number would be rounded.
        Field::Score => SCORES
            .iter()
            .chain(&["7.0", "8"])
            .map(|text| json!(text))
            .collect(),
        Field::Since => DATES.iter().map(|text| json!(text)).collect(),
        Field::Tier => texts(&TIERS),
        Field::Vip => vec![json!(true), json!(false), json!("true")],
    }
}

fn operators(field: Field) -> Vec<Operator> {
    use Operator::{Contains, Eq, Exists, Gt, Gte, In, Lt, Lte, Neq, StartsWith};
    let mut operators = vec![Eq, Neq, In, Exists];
    if !matches!(field, Field::Vip | Field::Address | Field::Email) {
        operators.extend([Gt, Gte, Lt, Lte]);
    }
    if matches!(
        field,
        Field::Name | Field::Role | Field::Email | Field::Address | Field::Note | Field::Tier
    ) {
        operators.extend([Contains, StartsWith]);
    }
    operators
}

fn filter() -> impl Strategy<Value = Filter> {
    select(&Field::ALL[..]).prop_flat_map(|field| {
        let parts = (
            select(operators(field)),
            select(values(field)),
            subsequence(values(field), 0..3),
        );
        (parts, text(field), any::<bool>(), any::<bool>()).prop_map(
            move |((operator, value, several), part, flag, or)| Filter {
                field: field.name().to_owned(),
                operator,
                value: match operator {
                    Operator::In => several.into(),
                    Operator::Exists => flag.into(),
                    Operator::Contains | Operator::StartsWith => part.into(),
                    _ => value,
                },
                or,
            },
        )
    })
}

/// A part of a text that some contacts have, in whatever case.
fn text(field: Field) -> impl Strategy<Value = String> {
    let whole = select(values(field)).prop_map(|value| value.as_str().unwrap_or_default().to_owned());
    (whole, 0..3_usize, 0..5_usize, any::<bool>()).prop_map(|(whole, from, length, upper)| {
        let part: String = whole.chars().skip(from).take(length).collect();
        if upper { part.to_uppercase() } else { part }
    })
}

fn sorts() -> impl Strategy<Value = Vec<Sort>> {
    let sortable: Vec<_> = Field::ALL
        .into_iter()
        .filter(|field| *field != Field::Address)
        .collect();
    let direction = select(&[Direction::Asc, Direction::Desc][..]);
    let fields = subsequence(sortable, 0..4).prop_shuffle();
    (fields, prop::collection::vec(direction, 4)).prop_map(|(fields, directions)| {
        let sort = |(field, direction): (&Field, &Direction)| Sort {
            field: field.name().to_owned(),
            direction: *direction,
        };
        fields.iter().zip(&directions).map(sort).collect()
    })
}

async fn walk(world: &World, search: &Search, limit: i64) -> Vec<i64> {
    let reader = world.reader().await;
    let (mut met, mut start) = (Vec::new(), Start::Top);
    loop {
        let window = Window {
            start,
            limit,
            total: false,
        };
        let page = find(&reader, search, &window).await.unwrap();
        assert!(page.items.len() <= usize::try_from(limit).unwrap());
        met.extend(page.items);
        match page.next {
            Some(after) => start = Start::After(after),
            None => return met,
        }
    }
}

async fn check(world: &World, search: &Search, limit: i64) {
    let expected = expected(&world.models, search);
    assert_eq!(walk(world, search, limit).await, expected, "{search:?}");
    let second = Window {
        start: Start::Page(2),
        limit,
        total: true,
    };
    let second = find(&world.reader().await, search, &second).await.unwrap();
    let size = usize::try_from(limit).unwrap();
    let rest: Vec<_> = expected.iter().skip(size).take(size).copied().collect();
    assert_eq!(second.items, rest, "{search:?}");
    assert_eq!(second.total, i64::try_from(expected.len()).ok(), "{search:?}");
}

#[test]
fn a_search_finds_what_a_naive_evaluation_finds() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let world = runtime.block_on(World::new(CONTACTS));
    let searches = (prop::collection::vec(filter(), 0..6), sorts(), 1..40_i64);
    let config = Config {
        cases: 400,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&searches, |(filters, sort, limit)| {
        let search = Search {
            filters,
            sort,
            text: None,
        };
        runtime.block_on(check(&world, &search, limit));
        Ok(())
    });
    outcome.unwrap();
}
