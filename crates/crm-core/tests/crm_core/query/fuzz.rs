//! Whatever callers write, it is understood or refused.

use super::world::{World, find};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use rapport_crm_core::query::{
    After, Filter, Operator, Search, Sort, Window, parse_filter_by, parse_sort_by,
};
use rapport_platform::{Error, Result};
use serde_json::{Value, json};

const WORDS: [&str; 30] = [
    "name",
    "id",
    "email",
    "createdAt",
    "addresses.address",
    "customFields.",
    "customFields.score",
    "customFields.note",
    "customFields.since",
    "customFields.vip",
    "customFields.\0",
    "contactCompanyId",
    ":",
    "=",
    ";",
    "asc",
    "desc",
    " ",
    "%",
    "\\",
    "'",
    "\"",
    "\0",
    "1e999999",
    "-0.0",
    "9223372036854775808",
    "true",
    "2026-02-30",
    "+999999-01-01",
    "ﬀ\u{130}",
];

/// Pieces that mean something, in an order that need not.
fn text() -> impl Strategy<Value = String> {
    let words = vec(select(&WORDS[..]), 0..9).prop_map(|words| words.concat());
    prop_oneof![3 => words, 1 => any::<String>()]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let list = vec(leaf.clone(), 0..4).prop_map(Value::from);
    prop_oneof![4 => leaf, 1 => list, 1 => Just(json!({"a": 1}))]
}

fn filter() -> impl Strategy<Value = Filter> {
    let field = prop_oneof![select(&WORDS[..]).prop_map(str::to_owned), text()];
    (field, select(&Operator::ALL[..]), value(), any::<bool>()).prop_map(|(field, operator, value, or)| {
        Filter {
            field,
            operator,
            value,
            or,
        }
    })
}

#[track_caller]
fn assert_understood_or_refused<T>(outcome: Result<T>, what: &dyn std::fmt::Debug) {
    match outcome {
        Ok(_) | Err(Error::Invalid { .. }) => {}
        Err(error) => panic!("{error} for {what:?}"),
    }
}

#[test]
fn anything_is_understood_or_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let world = runtime.block_on(World::new(8));
    let reader = runtime.block_on(world.reader());
    let window = Window {
        limit: 3,
        total: true,
        ..Window::default()
    };
    let config = Config {
        cases: 1_500,
        failure_persistence: None,
        ..Config::default()
    };
    let inputs = (text(), text(), vec(filter(), 0..3), text());
    let outcome = TestRunner::new(config).run(&inputs, |(filter_by, sort_by, filters, words)| {
        let written = parse_filter_by(&filter_by).unwrap_or_default();
        let sort = parse_sort_by(&sort_by).unwrap_or_default();
        let unsorted = Search {
            filters: written.into_iter().chain(filters).collect(),
            text: Some(words.replace('\0', "")),
            ..Search::default()
        };
        let sorted = Search {
            sort,
            ..Search::default()
        };
        for search in [unsorted, sorted] {
            assert_understood_or_refused(runtime.block_on(find(&reader, &search, &window)), &search);
        }
        let cursors = world.stage.test.db.cursors();
        prop_assert_eq!(After::open(cursors, "contacts", &filter_by), None);
        Ok(())
    });
    outcome.unwrap();
}

#[tokio::test]
async fn what_is_refused_is_named() {
    let world = World::new(1).await;
    let reader = world.reader().await;
    let refused = async |search: Search| {
        let outcome = find(
            &reader,
            &search,
            &Window {
                limit: 1,
                ..Window::default()
            },
        )
        .await;
        crate::stage::invalid(outcome)
    };
    let filter = |field: &str, operator: &str, value: Value| Search {
        filters: vec![Filter::named(field.to_owned(), operator, value, false).unwrap()],
        ..Search::default()
    };
    for (field, operator, value) in [
        ("fristName", "eq", json!("Ada")),
        ("customFields.undefined", "eq", json!("x")),
        ("customFields.score", "eq", json!("seven")),
        ("customFields.score", "contains", json!("7")),
        ("customFields.vip", "gt", json!(true)),
        ("customFields.since", "lt", json!("soon")),
        ("name", "eq", json!(1)),
        ("name", "eq", json!(null)),
        ("name", "contains", json!(1)),
        ("name", "in", json!("Ada")),
        (
            "name",
            "in",
            json!((0..501).map(|n| n.to_string()).collect::<Vec<_>>()),
        ),
        ("name", "exists", json!("perhaps")),
        ("addresses.address", "gt", json!("a")),
        ("createdAt", "startsWith", json!("2026")),
        ("id", "eq", json!(0.5)),
    ] {
        assert_eq!(
            refused(filter(field, operator, value.clone())).await,
            field,
            "{operator} {value}"
        );
    }
}

#[tokio::test]
async fn an_order_that_cannot_be_is_refused() {
    let world = World::new(1).await;
    let reader = world.reader().await;
    let refused = async |search: Search| {
        let window = Window {
            limit: 1,
            ..Window::default()
        };
        crate::stage::invalid(find(&reader, &search, &window).await)
    };
    let sort = |fields: &[&str]| Search {
        sort: fields
            .iter()
            .map(|field| Sort::named((*field).to_owned(), None).unwrap())
            .collect(),
        ..Search::default()
    };
    assert_eq!(refused(sort(&["fristName"])).await, "fristName");
    assert_eq!(refused(sort(&["addresses.address"])).await, "addresses.address");
    assert_eq!(refused(sort(&["name", "name"])).await, "name");
    assert_eq!(refused(sort(&["id"; 6])).await, "sort");
    let many = Search {
        filters: vec![Filter::eq("name", "Ada"); 51],
        ..Search::default()
    };
    assert_eq!(refused(many).await, "filters");
}
