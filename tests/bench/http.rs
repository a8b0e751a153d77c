//! Single requests, as few as need no client worth the name.

use anyhow::{Context, Result, ensure};
use std::io::{Read, Write};
use std::net::TcpStream;

/// Gets the path, or posts the JSON `body` to it; answers the body of the answer.
///
/// # Errors
/// When the answer does not say success.
pub fn ask(address: &str, path: &str, api_key: &str, body: Option<&str>) -> Result<String> {
    send(address, path, api_key, body, "application/json")
}

/// As [`ask`], with a body of this media type.
///
/// # Errors
/// As [`ask`].
pub fn send(
    address: &str,
    path: &str,
    api_key: &str,
    body: Option<&str>,
    media_type: &str,
) -> Result<String> {
    let method = if body.is_some() { "POST" } else { "GET" };
    let body = body.unwrap_or_default();
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nX-API-KEY: {api_key}\r\nConnection: close\r\n\
         Content-Type: {media_type}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len(),
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no HTTP answer")?;
    ensure!(head.starts_with("HTTP/1.1 2"), "{answer}");
    Ok(body.to_owned())
}
