//! How much faster conversations are made many at once than one by one.

use crate::server::Server;
use crate::world::{Targets, World};
use crate::{Args, http, sizes};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ONE: &str = "/api/v1/conversations";
const MANY: &str = "/api/v1/conversations/bulk";
/// How many are made one by one.
const SINGLES: u64 = 300;
/// How many requests with how many items each.
const REQUESTS: u64 = 5;
const ITEMS: u64 = 1_000;

/// Makes conversations with new contacts one by one, then as many at once as a request may carry.
///
/// # Errors
/// When the server does not make one of them.
pub async fn run(args: &Args) -> Result<()> {
    let world = World::make(&args.binary, sizes(args))?;
    let targets = world
        .with_database(async |database| world.targets(&database).await)
        .await?;
    let server = Server::start(&args.binary, &world)?;
    let funnel = funnel(&server, &targets)?;
    // Made beforehand, and so not counted.
    let singles: Vec<_> = (0..SINGLES).map(|number| item(&funnel, number)).collect();
    let requests: Vec<_> = (1..=REQUESTS).map(|number| items(&funnel, number)).collect();
    let since = Instant::now();
    for single in &singles {
        post(&server, &targets, ONE, single)?;
    }
    let one = rate(SINGLES, since.elapsed());
    let before = server.peak()?;
    let since = Instant::now();
    for request in &requests {
        let answer = post(&server, &targets, MANY, request)?;
        let successful = answer.pointer("/report/counts/successful");
        ensure!(successful == Some(&json!(ITEMS)), "{answer}");
    }
    let many = rate(REQUESTS * ITEMS, since.elapsed());
    println!(
        "conversations a second: {one:.0} one by one, {many:.0} at once: {:.1} times",
        many / one
    );
    let grown = server.peak()?.saturating_sub(before) / 1024 / 1024;
    println!("peak memory grew by {grown} MiB");
    Ok(())
}

fn funnel(server: &Server, targets: &Targets) -> Result<Value> {
    let path = format!("/api/v2/organizations/{}/funnels", targets.organization);
    let mut made = post(
        server,
        targets,
        &path,
        &json!({"name": "Bench", "statuses": ["New"]}),
    )?;
    made.get_mut("number").map(Value::take).context("no number")
}

/// A conversation with somebody whom nobody knows yet.
fn item(funnel: &Value, number: u64) -> Value {
    let contact = json!({
        "firstName": "Jürgen", "lastName": format!("Öztürk {number}"),
        "phones": [format!("+1415{:07}", 2_000_000 + number)], "emails": [format!("bulk.{number}@bench.example")],
    });
    json!({"funnelId": funnel, "contact": contact, "customFields": {"city": number % 97}})
}

/// A request with as many of them as it may carry.
fn items(funnel: &Value, request: u64) -> Value {
    let items = (0..ITEMS).map(|number| item(funnel, request * ITEMS + number));
    json!({"conversations": items.collect::<Vec<_>>()})
}

fn post(server: &Server, targets: &Targets, path: &str, body: &Value) -> Result<Value> {
    let answer = http::ask(&server.address, path, &targets.api_key, Some(&body.to_string()))?;
    serde_json::from_str(&answer).context("no JSON")
}

fn rate(count: u64, took: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / took.as_secs_f64()
}
