//! The route directory and Swagger UI in a real browser.

use crate::support::process::{Process, Server};
use fantoccini::{Client, ClientBuilder, Locator};
use futures_util::FutureExt;
use hyper_util::client::legacy::connect::HttpConnector;
use rapport::{openapi, surfaces};
use serde_json::{Value, json};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Finds an installed program, or fails saying how to get it.
fn installed(name: &str) -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::iter::once(own).chain(std::env::split_paths(&path));
    let found = folders.find_map(|folder| Some(folder.join(name)).filter(|program| program.is_file()));
    found.unwrap_or_else(|| panic!("{name} is not installed: run `make tools`"))
}

/// Runs `work` in a fresh browser, and ends the browser whatever comes.
async fn in_browser(javascript: bool, work: impl AsyncFnOnce(&Client)) {
    let mut driver = Command::new(installed("chromedriver"));
    let mark = "was started successfully on port ";
    let (_driver, port) = Process::start(driver.arg("--port=0"), mark);
    let profile = tempfile::tempdir().expect("a folder");
    let client = ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities(profile.path(), javascript))
        .connect(&format!("http://127.0.0.1:{}", port.trim_end_matches('.')))
        .await
        .expect("a browser session");
    let outcome = AssertUnwindSafe(work(&client)).catch_unwind().await;
    client.close().await.expect("the browser ends");
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

fn capabilities(profile: &Path, javascript: bool) -> serde_json::Map<String, Value> {
    let profile = format!("--user-data-dir={}", profile.display());
    let mut arguments = vec![
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,2000",
    ];
    arguments.push(&profile);
    let scripts = if javascript { 1 } else { 2 };
    let options = json!({
        "binary": installed("chromium"),
        "args": arguments,
        "prefs": {"profile.managed_default_content_settings.javascript": scripts},
    });
    let capabilities = json!({"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}});
    capabilities.as_object().cloned().expect("an object")
}

async fn wait_for(client: &Client, css: &str) -> fantoccini::elements::Element {
    let waiting = client.wait().at_most(Duration::from_secs(30));
    let found = waiting.for_element(Locator::Css(css)).await;
    found.unwrap_or_else(|error| panic!("{css}: {error}"))
}

#[tokio::test]
async fn the_route_directory_opens_its_routes_without_javascript() {
    let server = Server::start();
    in_browser(false, async |client| {
        client.goto(&format!("{}/", server.url)).await.expect("the page");
        let routes = client.find_all(Locator::Css("details")).await.expect("routes");
        let document = openapi::merged().expect("a document");
        assert_eq!(routes.len(), document.operations().count());

        let shape = wait_for(client, "#get_contact pre").await;
        assert!(!shape.is_displayed().await.expect("a state"), "closed at first");
        wait_for(client, "#get_contact summary")
            .await
            .click()
            .await
            .expect("a click");
        assert!(shape.is_displayed().await.expect("a state"), "open after a click");
        let shape: Value = serde_json::from_str(&shape.text().await.expect("text")).expect("JSON");
        assert!(shape["contact_id"].is_string(), "{shape}");
        // The style sheet is let through by the page's own policy.
        let summary = wait_for(client, "#get_contact summary").await;
        assert_eq!(summary.css_value("cursor").await.expect("a value"), "pointer");
    })
    .await;
}

#[tokio::test]
async fn swagger_ui_offers_the_documents_and_calls_the_api_with_the_key() {
    let server = Server::start();
    in_browser(true, async |client| {
        client
            .goto(&format!("{}/docs", server.url))
            .await
            .expect("the page");
        wait_for(client, ".opblock").await;
        choose_document(client).await;
        authorize(client, &server.key).await;
        list_contacts(client, &server.organization).await;
    })
    .await;
}

async fn choose_document(client: &Client) {
    let chooser = wait_for(client, "#select").await;
    let options = chooser.find_all(Locator::Css("option")).await.expect("options");
    let mut names = Vec::new();
    for option in options {
        names.push(option.text().await.expect("text"));
    }
    let titles = surfaces::ALL.iter().map(|surface| surface.title);
    assert!(
        names.iter().eq(std::iter::once("All surfaces").chain(titles)),
        "{names:?}"
    );
    chooser
        .select_by_value("/openapi/organizations.json")
        .await
        .expect("a choice");
    let waiting = client.wait().at_most(Duration::from_secs(30));
    let title = Locator::XPath("//*[contains(@class,'title') and contains(.,'Rapport: Organizations')]");
    waiting.for_element(title).await.expect("the chosen document");
    wait_for(client, "#operations-contacts-list_contacts").await;
}

async fn authorize(client: &Client, key: &str) {
    wait_for(client, ".btn.authorize")
        .await
        .click()
        .await
        .expect("a click");
    wait_for(client, "#api_key_value")
        .await
        .send_keys(key)
        .await
        .expect("typing");
    wait_for(client, ".auth-container .authorize")
        .await
        .click()
        .await
        .expect("a click");
    wait_for(client, ".btn-done")
        .await
        .click()
        .await
        .expect("a click");
}

async fn list_contacts(client: &Client, organization: &str) {
    let within = |css: &str| format!("#operations-contacts-list_contacts {css}");
    let click = async |css: &str| {
        let button = wait_for(client, &within(css)).await;
        button.click().await.expect("a click");
    };
    click(".opblock-summary-control").await;
    let id = wait_for(client, &within("tr[data-param-name=organization_id] input")).await;
    let example = id.prop("value").await.expect("a value").unwrap_or_default();
    // The page notices keys, not a value that is set; so the example goes by backspaces.
    let backspaces = "\u{e003}".repeat(example.len());
    id.send_keys(&format!("{backspaces}{organization}"))
        .await
        .expect("typing");
    click(".execute").await;
    let status = wait_for(
        client,
        &within(".live-responses-table tr.response .response-col_status"),
    )
    .await;
    assert_eq!(status.text().await.expect("text").trim(), "200");
    let body = wait_for(client, &within(".live-responses-table .highlight-code")).await;
    assert!(body.text().await.expect("text").contains("pagination"));
}
