//! What is documented is routed, and what is routed is documented.

use crate::support::process::Server;
use crate::support::surfaces;
use rapport::openapi;
use rapport::surfaces::engagement::table;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn client() -> reqwest::Client {
    reqwest::ClientBuilder::new().build().expect("a client")
}

#[tokio::test]
async fn every_documented_operation_is_routed_and_other_methods_are_refused() {
    let server = Server::start();
    let client = client();
    let documents = surfaces::documents();
    let operations = documents
        .iter()
        .flat_map(|(expected, document)| document.operations().map(move |one| (expected, document, one)));
    for (expected, document, operation) in operations {
        let path = |template: &str| {
            let path = template.replace("{organization_id}", &server.organization);
            let parts = path.split('/').map(|part| match part.strip_prefix('{') {
                Some(name) => (expected.unknown)(name.trim_end_matches('}')),
                None => part.to_owned(),
            });
            format!("{}{}", server.url, parts.collect::<Vec<_>>().join("/"))
        };
        let method: Method = operation.method.to_uppercase().parse().expect("a method");
        let request = client
            .request(method, path(operation.path))
            .header("X-API-KEY", &server.key);
        let answer = request.send().await.expect("an answer");
        let (status, body) = (answer.status(), answer.text().await.expect("a body"));
        let routed = status != StatusCode::METHOD_NOT_ALLOWED && !body.contains(r#""Not found""#);
        assert!(
            routed && !status.is_server_error(),
            "{operation:?}: {status} {body}"
        );

        let allowed: Vec<String> = document
            .operations()
            .filter(|other| other.path == operation.path)
            .map(|other| other.method.to_uppercase())
            .collect();
        let others = ["PUT", "PATCH", "DELETE", "POST", "GET"];
        let other = others
            .into_iter()
            .find(|other| !allowed.iter().any(|method| method == other));
        let Some(other) = other else { continue };
        let method = other.parse().expect("a method");
        let refused = client
            .request(method, path(operation.path))
            .header("X-API-KEY", &server.key);
        let refused = refused.send().await.expect("an answer");
        assert_eq!(
            refused.status(),
            StatusCode::METHOD_NOT_ALLOWED,
            "{other} {}",
            operation.path
        );
        let allow = refused.headers()["allow"].to_str().expect("text").to_owned();
        assert!(
            allowed.iter().all(|method| allow.contains(method.as_str())),
            "{allow} lacks one of {allowed:?}"
        );
    }
}

#[tokio::test]
async fn what_no_route_takes_is_refused_in_the_documented_form() {
    let server = Server::start();
    let client = client();
    let surface = format!("/api/v2/organizations/{}", server.organization);
    let cases = [
        (Method::GET, "/nope".to_owned(), 404, "Not found"),
        (Method::GET, format!("{surface}/nope"), 404, "Not found"),
        (Method::GET, format!("{surface}/contacts/"), 404, "Not found"),
        (
            Method::POST,
            "/openapi.json".to_owned(),
            405,
            "Method not allowed; allowed: GET, HEAD",
        ),
        (
            Method::DELETE,
            "/healthz".to_owned(),
            405,
            "Method not allowed; allowed: GET, HEAD",
        ),
        (
            Method::GET,
            format!("{surface}/contacts/%ff"),
            400,
            "The path is not correctly percent-encoded",
        ),
        (
            Method::GET,
            "/%zz".to_owned(),
            400,
            "The path is not correctly percent-encoded",
        ),
        (Method::GET, "/api/v1/nope".to_owned(), 404, "Not found"),
        (Method::GET, "/api/v1/tasks/".to_owned(), 404, "Not found"),
    ];
    for (method, path, status, detail) in cases {
        let name = if path.starts_with("/api/v1/") {
            "engagement"
        } else {
            "organizations"
        };
        let request = client.request(method.clone(), format!("{}{path}", server.url));
        let answer = request
            .header("X-API-KEY", &server.key)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), status, "{method} {path}");
        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(
            body,
            (surfaces::expected(name).body)(status, detail),
            "{method} {path}"
        );
    }
    let head = client
        .head(format!("{}{surface}/contacts", server.url))
        .header("X-API-KEY", &server.key);
    assert_eq!(head.send().await.expect("an answer").status(), StatusCode::OK);
}

#[tokio::test]
async fn documents_are_served_once_to_those_who_have_them() {
    let server = Server::start();
    for path in [
        "/openapi.json",
        "/openapi/organizations.json",
        "/openapi/engagement.json",
        "/",
        "/docs/",
    ] {
        let url = format!("{}{path}", server.url);
        let first = client().get(&url).send().await.expect("an answer");
        assert_eq!(first.status(), StatusCode::OK, "{path}");
        let tag = first.headers()["etag"].clone();
        let again = client()
            .get(&url)
            .header("If-None-Match", tag)
            .send()
            .await
            .expect("an answer");
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
    }
    let document: Value = client()
        .get(format!("{}/openapi.json", server.url))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(&document, openapi::merged().expect("a document").json());
}

/// Handlers stand in the source with their method; each must be an operation, and none may be registered in a
/// way that does not document it.
#[test]
fn every_handler_is_documented() {
    let document = openapi::merged().expect("a document");
    let ids: Vec<&str> = document
        .operations()
        .map(|operation| operation.text("operationId"))
        .collect();
    let handler = regex::Regex::new(
        r#"#\[(?:get|post|put|patch|delete|route)\("[^\]]*\]\s*(?:pub(?:\([a-z]+\))? )?async fn (\w+)"#,
    );
    let handler = handler.expect("a pattern");
    let tabled = regex::Regex::new(r"#\[utoipa::path\(\s*(\w+),\s*path = (\w+),\s*impl_for = (\w+),");
    let tabled = tabled.expect("a pattern");
    let mut count = 0;
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/surfaces")) {
        let text = std::fs::read_to_string(&file).expect("a source file");
        for hidden in [".route(", "web::resource(", "web::scope("] {
            assert!(
                !text.contains(hidden),
                "{}: {hidden} registers what is not documented",
                file.display()
            );
        }
        for found in tabled.captures_iter(&text) {
            count += 1;
            let (method, name) = (found[1].to_uppercase(), &found[2]);
            let line = table::ALL.iter().find(|(known, ..)| *known == name);
            let (_, there, _) = line.unwrap_or_else(|| panic!("{name} is not in the table"));
            assert_eq!((&*method, name), (*there, &found[3]), "{}", file.display());
            assert!(ids.contains(&name), "{name} is not served");
        }
        for found in handler.captures_iter(&text) {
            count += 1;
            let documented = ids
                .iter()
                .any(|id| *id == &found[1] || id.ends_with(&format!("_{}", &found[1])));
            assert!(
                documented,
                "{} in {} is not documented",
                &found[1],
                file.display()
            );
        }
    }
    assert_eq!(count, ids.len(), "handlers and operations");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let deeper = folders.iter().flat_map(|folder| sources(folder));
    files.into_iter().chain(deeper).collect()
}

#[test]
fn every_line_of_the_table_is_served_where_it_says() {
    let document = openapi::merged().expect("a document");
    for (name, method, path) in table::ALL {
        let mut found = document
            .operations()
            .filter(|one| one.text("operationId") == *name);
        let place = found
            .next()
            .map(|one| (one.method.to_uppercase(), one.path.to_owned()));
        let there = ((*method).to_owned(), (*path).to_owned());
        assert_eq!(place, Some(there), "{name}");
    }
}
