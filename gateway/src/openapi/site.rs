//! What browsers and generators are given: the documents, Swagger UI, the route directory. Built once, at start.

use super::directory::{self, Section};
use super::{document, merged, swagger};
use crate::http::fallback::Routes;
use crate::http::health;
use crate::surfaces;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ETAG, EntityTag, Header, IF_NONE_MATCH,
    IfNoneMatch, LOCATION,
};
use actix_web::{HttpRequest, HttpResponse, guard, web};
use rapport_platform::{Error, Result};
use sha2::{Digest, Sha256};
use std::sync::Arc;

const DIRECTORY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// Leads on to Swagger UI, which needs the slash that is missing here.
const SWAGGER: &str = "/docs";

/// The documents and pages of this program.
pub struct Site {
    /// The methods of every documented path.
    pub routes: Routes,
    files: Vec<Served>,
}

/// A file as it is served.
pub struct File {
    /// Where it is.
    pub path: String,
    /// Its media type.
    pub media_type: String,
    /// Its content security policy, where it needs more than the API's answers.
    pub policy: Option<&'static str>,
    /// Whether `body` is compressed.
    pub gzip: bool,
    /// Its content.
    pub body: web::Bytes,
}

impl Site {
    /// Builds all of it.
    ///
    /// # Errors
    /// When a description has no JSON form, which is a defect.
    pub fn build() -> Result<Self> {
        let all = merged()?;
        let mut files = vec![
            text(
                "/directory.css",
                "text/css",
                include_str!("directory.css").to_owned(),
            ),
            text("/openapi.json", "application/json", all.pretty()),
        ];
        let mut sections = Vec::new();
        for surface in &surfaces::ALL {
            let (name, title, document) = (surface.name, surface.title, document(surface)?);
            let path = format!("/openapi/{name}.json");
            files.push(text(&path, "application/json", document.pretty()));
            sections.push(Section {
                name,
                title,
                document,
            });
        }
        let page = directory::page(&sections).map_err(Error::internal)?;
        files.push(File {
            policy: Some(DIRECTORY_POLICY),
            ..text("/", "text/html", page)
        });
        files.extend(swagger::files()?);
        let mut routes = Routes::of(&all);
        let paths = files.iter().map(|file| file.path.as_str());
        paths
            .chain(health::PATHS)
            .chain([SWAGGER])
            .for_each(|path| routes.read_only(path));
        Ok(Self {
            routes,
            files: files.into_iter().map(Served::from).collect(),
        })
    }

    /// Registers the pages.
    pub fn configure(&self, config: &mut web::ServiceConfig) {
        for file in &self.files {
            let served = file.clone();
            let page = web::get().to(move |request: HttpRequest| std::future::ready(served.answer(&request)));
            config.service(web::resource(&file.file.path).guard(guard::Get()).route(page));
        }
        let redirect = || async {
            HttpResponse::PermanentRedirect()
                .insert_header((LOCATION, "/docs/"))
                .finish()
        };
        config.service(
            web::resource(SWAGGER)
                .guard(guard::Get())
                .route(web::get().to(redirect)),
        );
    }
}

fn text(path: &str, media_type: &str, content: String) -> File {
    File {
        path: path.to_owned(),
        media_type: format!("{media_type}; charset=utf-8"),
        policy: None,
        gzip: false,
        body: content.into(),
    }
}

/// A file with the tag by which caches recognise it (RFC 9110, 8.8.3).
#[derive(Clone)]
struct Served {
    file: Arc<File>,
    tag: EntityTag,
}

impl From<File> for Served {
    fn from(file: File) -> Self {
        let digest = Sha256::digest(&file.body);
        let (head, _) = digest.split_at(12);
        let tag = head
            .iter()
            .fold(String::new(), |tag, byte| tag + &format!("{byte:02x}"));
        // Weak: the same content may be sent in several encodings.
        let tag = EntityTag::new_weak(tag);
        Self {
            file: Arc::new(file),
            tag,
        }
    }
}

impl Served {
    /// The file, or `304` when the caller has it.
    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let file = &self.file;
        let mut answer = HttpResponse::Ok();
        answer
            .insert_header((ETAG, self.tag.to_string()))
            .insert_header((CACHE_CONTROL, "no-cache"));
        if let Some(policy) = file.policy {
            answer.insert_header((CONTENT_SECURITY_POLICY, policy));
        }
        if request.headers().contains_key(IF_NONE_MATCH) && self.known(request) {
            return answer.status(StatusCode::NOT_MODIFIED).finish();
        }
        if file.gzip {
            answer.insert_header((CONTENT_ENCODING, "gzip"));
        }
        answer.content_type(&*file.media_type).body(file.body.clone())
    }

    fn known(&self, request: &HttpRequest) -> bool {
        match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Any) => true,
            Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|tag| tag.weak_eq(&self.tag)),
            Err(_) => false,
        }
    }
}
