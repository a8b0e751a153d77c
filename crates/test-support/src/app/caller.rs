//! Requests to the application under test, and its answers.

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

/// Calls the application with one credential, on behalf of one organization.
#[derive(Debug, Clone)]
pub struct Caller {
    client: Client,
    origin: String,
    organization_id: String,
    key: Option<String>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as it came.
    pub body: Vec<u8>,
    /// The body as JSON; null when it is none.
    pub json: Value,
}

impl Caller {
    /// A caller without a credential, for the application at `origin`.
    #[expect(
        clippy::disallowed_methods,
        reason = "the guarded client keeps away from the loopback, where tests serve"
    )]
    pub fn new(origin: &str, organization_id: &str) -> Self {
        Self {
            client: Client::new(),
            origin: origin.to_owned(),
            organization_id: organization_id.to_owned(),
            key: None,
        }
    }

    /// The same caller with another key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..self.clone()
        }
    }

    /// The same caller without a credential.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self {
            key: None,
            ..self.clone()
        }
    }

    /// The URL of a path: absolute when it begins with a slash, else below the organization.
    pub fn url(&self, path: &str) -> String {
        if path.starts_with('/') {
            return format!("{}{path}", self.origin);
        }
        format!(
            "{}/api/v2/organizations/{}/{path}",
            self.origin, self.organization_id
        )
    }

    /// A request, to be completed and sent with [`Caller::send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, self.url(path));
        match &self.key {
            Some(key) => request.header("X-API-KEY", key),
            None => request,
        }
    }

    /// A request with a body that is sent as it is written, and said to be JSON.
    pub fn written(&self, method: Method, path: &str, body: &str) -> RequestBuilder {
        let request = self
            .request(method, path)
            .header(CONTENT_TYPE, "application/json");
        request.body(body.to_owned())
    }

    /// Sends a request of [`Caller::request`].
    pub async fn send(&self, request: RequestBuilder) -> Response {
        let response = request.send().await.expect("the application answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.expect("the answer is complete").to_vec();
        Response {
            status,
            headers,
            json: serde_json::from_slice(&body).unwrap_or_default(),
            body,
        }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Response {
        self.send(self.request(Method::GET, path)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Response {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// POST of a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// PUT of a JSON body.
    pub async fn put(&self, path: &str, body: &Value) -> Response {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> Response {
        self.send(self.request(Method::PATCH, path).json(body)).await
    }
}

impl Response {
    /// Asserts the status, telling the body otherwise.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "it is also used for its assertion alone"
    )]
    pub fn expect(self, status: u16) -> Self {
        let body = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{body}");
        self
    }

    /// The value of a header; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// What the organizations surface says is wrong; empty when nothing is.
    pub fn detail(&self) -> &str {
        self.text("detail")
    }

    /// A string of the JSON body; empty when there is none of that name.
    pub fn text(&self, name: &str) -> &str {
        self.json.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}
