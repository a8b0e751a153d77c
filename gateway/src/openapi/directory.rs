//! The route directory: a page of all routes, each of which opens to show the JSON it answers with.

use super::NATIVE;
use super::document::{Document, Operation};
use super::html::Text;
use serde_json::Value;
use std::fmt::{Result, Write};

/// A surface as the directory shows it.
pub struct Section {
    /// Its name in URLs.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its document.
    pub document: Document,
}

/// The page.
///
/// # Errors
/// Never: writing to a string does not fail.
pub fn page(sections: &[Section]) -> std::result::Result<String, std::fmt::Error> {
    let mut out = String::from(HEAD);
    for section in sections {
        write_section(&mut out, section)?;
    }
    out.push_str("</main>\n</body>\n</html>\n");
    Ok(out)
}

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Rapport: route directory</title>
<link rel="stylesheet" href="/directory.css">
<link rel="icon" href="data:,">
</head>
<body>
<header>
<h1>Route directory</h1>
<p>Every route of this server. Open one to see the shape of its JSON.</p>
<nav aria-label="Documentation">
<a href="/docs/">Try it in Swagger UI</a>
<a href="/openapi.json">OpenAPI document</a>
</nav>
</header>
<main>
"#;

fn write_section(out: &mut String, section: &Section) -> Result {
    let (name, title) = (Text(section.name), Text(section.title));
    writeln!(
        out,
        "<section aria-labelledby=\"{name}\">\n<h2 id=\"{name}\">{title}</h2>"
    )?;
    writeln!(
        out,
        "<p class=\"source\"><a href=\"/openapi/{name}.json\">{name}.json</a></p>"
    )?;
    for (group, operations) in groups(&section.document) {
        writeln!(out, "<h3>{}</h3>", Text(heading(group)))?;
        for operation in operations {
            write_route(out, &section.document, operation)?;
        }
    }
    out.write_str("</section>\n")
}

/// The operations by resource, those of the document's tags first and in its order.
fn groups(document: &Document) -> Vec<(&str, Vec<Operation<'_>>)> {
    let tags = document.json()["tags"].as_array().into_iter().flatten();
    let names = tags.filter_map(|tag| tag["name"].as_str());
    let known: Vec<&str> = names.filter(|name| *name != NATIVE).collect();
    let mut groups: Vec<(&str, Vec<_>)> = known.iter().map(|name| (*name, Vec::new())).collect();
    for operation in document.operations() {
        let name = resource(&known, operation);
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, operations)) => operations.push(operation),
            None => groups.push((name, vec![operation])),
        }
    }
    groups.retain(|(_, operations)| !operations.is_empty());
    groups
}

/// What an operation is about: its tag; for a native addition the last part of the path that is a tag, or the
/// first one below a parameter: `api-keys` of `/organizations/{organization_id}/api-keys`.
fn resource<'a>(known: &[&'a str], operation: Operation<'a>) -> &'a str {
    let tag = known
        .iter()
        .find(|name| operation.tags().any(|tag| tag == **name));
    let (root, below) = operation.path.split_once('}').unwrap_or((operation.path, ""));
    let last_known = |path: &'a str| path.rsplit('/').find(|part| known.contains(part));
    let first = || below.split('/').find(|part| !part.is_empty());
    let of_path = || last_known(below).or_else(first).or_else(|| last_known(root));
    tag.copied().or_else(of_path).unwrap_or(NATIVE)
}

fn heading(resource: &str) -> String {
    let words = resource.replace('-', " ").replace("api ", "API ");
    let (first, rest) = words.split_at(words.chars().next().map_or(0, char::len_utf8));
    first.to_uppercase() + rest
}

fn write_route(out: &mut String, document: &Document, operation: Operation<'_>) -> Result {
    let Operation { path, method, value } = operation;
    writeln!(out, "<details id=\"{}\">", Text(operation.text("operationId")))?;
    write!(
        out,
        "<summary><span class=\"method {method}\">{}</span> ",
        method.to_uppercase()
    )?;
    write!(
        out,
        "<code>{}</code> <span class=\"title\">{}</span>",
        Text(path),
        Text(operation.text("summary"))
    )?;
    if operation.tags().any(|tag| tag == NATIVE) {
        out.write_str(" <span class=\"native\">native</span>")?;
    }
    if value["deprecated"] == true {
        out.write_str(" <span class=\"deprecated\">deprecated</span>")?;
    }
    writeln!(out, "</summary>\n<p>{}</p>", Text(operation.text("description")))?;
    let request = document.resolve(&value["requestBody"]);
    if request.is_object() {
        write_json(out, "Request", request)?;
    }
    let responses = value["responses"].as_object().into_iter().flatten();
    for (status, response) in responses.filter(|(status, _)| status.starts_with('2')) {
        write_json(out, &format!("Response {status}"), document.resolve(response))?;
    }
    out.write_str("</details>\n")
}

/// A body, by the example of its first media type.
fn write_json(out: &mut String, title: &str, body: &Value) -> Result {
    writeln!(out, "<h4>{}</h4>", Text(title))?;
    let content = body["content"].as_object();
    let Some((name, media_type)) = content.and_then(|content| content.iter().next()) else {
        return writeln!(out, "<p>No body.</p>");
    };
    match media_type.get("example") {
        Some(example) => {
            let example = Text(format!("{example:#}"));
            writeln!(out, "<pre tabindex=\"0\"><code>{example}</code></pre>")
        }
        None => writeln!(out, "<p>A file (<code>{}</code>).</p>", Text(name)),
    }
}
