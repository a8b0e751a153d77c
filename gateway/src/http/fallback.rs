//! What is answered where no handler is: 404, or 405 where other methods have one.

use super::Answer;
use super::encoding;
use super::error::ApiError;
use crate::openapi::{Document, Site};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, Uri};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, web};

/// The methods of every documented path.
#[derive(Debug, Default)]
pub struct Routes(Vec<Template>);

#[derive(Debug)]
struct Template {
    path: String,
    methods: Vec<String>,
}

impl Routes {
    /// Takes them from a document.
    pub fn of(document: &Document) -> Self {
        let mut routes: Vec<Template> = Vec::new();
        for operation in document.operations() {
            let method = operation.method.to_ascii_uppercase();
            match routes
                .last_mut()
                .filter(|template| template.path == operation.path)
            {
                Some(template) => template.methods.push(method),
                None => routes.push(Template {
                    path: operation.path.to_owned(),
                    methods: vec![method],
                }),
            }
        }
        Self(routes)
    }

    /// Adds a path that can only be read.
    pub fn read_only(&mut self, path: &str) {
        self.0.push(Template {
            path: path.to_owned(),
            methods: vec!["GET".to_owned()],
        });
    }

    /// The methods for `path`, as the `Allow` header has them (RFC 9110, 10.2.1); `None` when no route has it.
    pub fn allowed(&self, path: &str) -> Option<String> {
        // What a path says letter by letter is no parameter of another one.
        let exact = self.0.iter().any(|template| template.path == path);
        let fits = |template: &&Template| {
            if exact {
                template.path == path
            } else {
                matches(&template.path, path)
            }
        };
        let templates = self.0.iter().filter(fits);
        let mut methods: Vec<&str> = templates
            .flat_map(|template| &template.methods)
            .map(String::as_str)
            .collect();
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.sort_unstable();
        methods.dedup();
        (!methods.is_empty()).then(|| methods.join(", "))
    }
}

/// Whether `path` fits `template`, where `{…}` stands for one part that is not empty.
fn matches(template: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    let fits = template.split('/').all(|wanted| {
        parts.next().is_some_and(|part| {
            let parameter = wanted.starts_with('{') && wanted.ends_with('}');
            if parameter {
                !part.is_empty()
            } else {
                part == wanted
            }
        })
    });
    fits && parts.next().is_none()
}

/// Refuses a request that no handler takes.
///
/// # Errors
/// Always: `405` with the methods that the path has, `404` when it has none.
pub async fn unknown(request: HttpRequest, site: web::Data<Site>) -> Answer {
    check_encoding(request.uri())?;
    Err(match site.routes.allowed(request.path()) {
        Some(allow) => ApiError::MethodNotAllowed { allow },
        None => ApiError::RouteUnknown,
    })
}

/// Refuses a path whose percent-encoding is broken.
///
/// # Errors
/// `400` when it is.
pub fn check_encoding(uri: &Uri) -> Result<(), ApiError> {
    if encoding::is_sound(uri.path()) {
        return Ok(());
    }
    let message = "The path is not correctly percent-encoded";
    Err(ApiError::BadRequest(message.to_owned()))
}

/// Lets HEAD be answered as GET is; the server leaves out the body (RFC 9110, 9.3.2).
///
/// # Errors
/// What the service answers.
pub async fn head_as_get<B>(mut request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error>
where
    B: actix_web::body::MessageBody,
{
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_stands_for_whole_parts() {
        assert!(matches("/contacts/{id}", "/contacts/1"));
        assert!(!matches("/contacts/{id}", "/contacts/"));
        assert!(!matches("/contacts/{id}", "/contacts/1/"));
        assert!(!matches("/contacts/{id}", "/contacts/1/conversations"));
        assert!(!matches("/contacts", "/companies"));
    }
}
