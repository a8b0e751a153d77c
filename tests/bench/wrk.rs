//! wrk, making the requests over HTTP.

use crate::operation::TOKEN;
use crate::server::Server;
use crate::world::{Targets, World};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// How many callers a busy server has.
pub const CALLERS: u32 = 32;

/// What wrk saw.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Seen {
    /// Requests per second.
    pub rate: f64,
    /// Half the requests took no longer, in microseconds.
    pub p50: f64,
    /// 95 of 100 requests took no longer, in microseconds.
    pub p95: f64,
    /// 99 of 100 requests took no longer, in microseconds.
    pub p99: f64,
    /// Requests that failed.
    errors: u64,
}

/// What each thread asks for: `ids`, `path`, `body` and `round` are set before it.
const REQUESTS: &str = r#"
local threads = 0
function setup(thread) threads = threads + 1; thread:set("number", threads) end
function init(args) math.randomseed(number * 7919 + round); made = 0 end
-- A function puts it into texts, where Lua would read percent signs of a text itself.
function any() return ids[math.random(#ids)] end
function request()
    if body then
        made = made + 1
        local token = round .. "-" .. number .. "-" .. made
        local text = body:gsub(token_mark, token)
        if #ids > 0 then text = text:gsub("{id}", any) end
        return wrk.format("POST", path, nil, text)
    end
    if #ids == 0 then return wrk.format("GET", path) end
    return wrk.format("GET", (path:gsub("{id}", any)))
end
function done(summary, latency)
    local e = summary.errors
    io.write(string.format('\n{"rate":%f,"p50":%f,"p95":%f,"p99":%f,"errors":%d}\n', summary.requests / summary.duration * 1e6,
        latency:percentile(50), latency:percentile(95), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
"#;

/// What to ask for.
#[derive(Debug, Clone)]
pub struct Requests {
    /// What it is, for messages.
    pub name: &'static str,
    /// The path, with `{id}` for one of `choices`, or the path of a body that has it.
    pub path: String,
    /// What to put there, one of them at random each time.
    pub choices: Vec<String>,
    /// The body, in which [`TOKEN`] stands for what must differ each time.
    pub body: Option<String>,
}

/// How to ask.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Over how many connections, each with one request at a time.
    pub connections: u32,
    /// For how many seconds.
    pub seconds: u64,
    /// Tells what is made from what other rounds made.
    pub round: usize,
}

/// Makes requests for a while.
///
/// # Errors
/// When wrk fails, or a request does.
pub fn run(
    world: &World,
    server: &Server,
    targets: &Targets,
    requests: &Requests,
    pace: Pace,
) -> Result<Seen> {
    let script = script(world, requests, pace.round)?;
    let mut wrk = Command::new("wrk");
    wrk.args(["-t", &pace.connections.min(2).to_string()])
        .args(["-c", &pace.connections.to_string()])
        .args(["-d", &pace.seconds.to_string(), "-s"])
        .arg(script)
        .args([
            "-H",
            &format!("X-API-KEY: {}", targets.api_key),
            "-H",
            "Content-Type: application/json",
        ])
        .arg(format!("http://{}", server.address));
    let output = wrk
        .stdin(Stdio::null())
        .output()
        .context("cannot run wrk: is it installed?")?;
    let (said, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    let line = said.lines().rev().find(|line| line.starts_with('{'));
    let line = line.with_context(|| format!("wrk says no figures: {said}{errors}"))?;
    let seen: Seen = serde_json::from_str(line)?;
    ensure!(
        seen.errors == 0,
        "{}: {} requests failed",
        requests.name,
        seen.errors
    );
    Ok(seen)
}

fn script(world: &World, requests: &Requests, round: usize) -> Result<PathBuf> {
    let choices: Vec<_> = requests.choices.iter().map(|text| format!("{text:?}")).collect();
    let body = requests
        .body
        .as_ref()
        .map_or("nil".to_owned(), |body| format!("[[{body}]]"));
    let text = format!(
        "ids = {{{}}}\npath = {:?}\nbody = {body}\nround = {round}\ntoken_mark = {TOKEN:?}\n{REQUESTS}",
        choices.join(","),
        requests.path,
    );
    // Two may run at once.
    let file = world
        .scratch
        .path()
        .join(format!("{}.lua", requests.name.replace(' ', "-")));
    fs::write(&file, text)?;
    Ok(file)
}
