//! Writes that can be repeated safely: `Idempotency-Key`.

use super::auth::Auth;
use super::body::Body;
use super::error::ApiError;
use super::{Answer, App, if_match};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::ETAG;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use rapport_platform::idempotency::{self, Request, Stored};
use rapport_platform::{Error, Tx};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::future::{Ready, ready};

const HEADER: &str = "Idempotency-Key";
const LONGEST: usize = 255;

/// The request's `Idempotency-Key`, if it has one. With it, the same request is carried out once; later
/// ones are answered with the stored status, body and `ETag`, and `Idempotent-Replayed: true`.
#[derive(Debug)]
pub struct Once {
    key: Option<String>,
    route: String,
}

impl FromRequest for Once {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(key(request).map(|key| Self {
            key,
            route: format!("{} {}", request.method(), request.path()),
        }))
    }
}

fn key(request: &HttpRequest) -> Result<Option<String>, ApiError> {
    let Some(value) = request.headers().get(HEADER) else {
        return Ok(None);
    };
    let sound = |key: &&str| !key.is_empty() && key.len() <= LONGEST;
    match value.to_str().ok().filter(sound) {
        Some(key) => Ok(Some(key.to_owned())),
        None => {
            Err(Error::invalid(HEADER, format!("must be 1 to {LONGEST} visible ASCII characters")).into())
        }
    }
}

impl Once {
    /// Carries out `work` in one transaction and answers its view with status 201.
    ///
    /// # Errors
    /// What `work` answers; `409` while the same key is still at work; `422` when it served another request.
    pub async fn created<P, T, V, F>(self, app: &App, auth: &Auth<P>, body: Body<T>, work: F) -> Answer
    where
        V: Serialize,
        F: AsyncFnOnce(&mut Tx, T) -> rapport_platform::Result<V>,
    {
        let work = async |tx: &mut Tx, value| Ok((StatusCode::CREATED, work(tx, value).await?));
        self.answered(app, auth, body, work).await
    }

    /// As [`Once::created`], with status 200.
    ///
    /// # Errors
    /// As [`Once::created`].
    pub async fn ok<P, T, V, F>(self, app: &App, auth: &Auth<P>, body: Body<T>, work: F) -> Answer
    where
        V: Serialize,
        F: AsyncFnOnce(&mut Tx, T) -> rapport_platform::Result<V>,
    {
        let work = async |tx: &mut Tx, value| Ok((StatusCode::OK, work(tx, value).await?));
        self.answered(app, auth, body, work).await
    }

    /// As [`Once::created`], with the status that `work` gives, as where a write may find what it would make.
    ///
    /// # Errors
    /// As [`Once::created`].
    pub async fn answered<P, T, V, F>(self, app: &App, auth: &Auth<P>, body: Body<T>, work: F) -> Answer
    where
        V: Serialize,
        F: AsyncFnOnce(&mut Tx, T) -> rapport_platform::Result<(StatusCode, V)>,
    {
        let work = async |tx: &mut Tx, value| {
            let (status, view) = work(tx, value).await?;
            let stored = stored(status, &view)?;
            Ok((stored.clone(), stored))
        };
        self.run(app, auth, body, work).await
    }

    /// As [`Once::created`], with this status, of a record that has versions: `work` gives the one that it shows, which
    /// `ETag` tells, also when the answer is repeated.
    ///
    /// # Errors
    /// As [`Once::created`].
    pub async fn tagged<P, T, V, F>(
        self,
        app: &App,
        auth: &Auth<P>,
        body: Body<T>,
        status: StatusCode,
        work: F,
    ) -> Answer
    where
        V: Serialize,
        F: AsyncFnOnce(&mut Tx, T) -> rapport_platform::Result<(i64, V)>,
    {
        let work = async |tx: &mut Tx, value| {
            let (version, view) = work(tx, value).await?;
            let stored = Stored {
                etag: Some(if_match::tag(version)),
                ..stored(status, &view)?
            };
            Ok((stored.clone(), stored))
        };
        self.run(app, auth, body, work).await
    }

    /// As [`Once::created`], for an answer that holds a secret: `work` gives the answer, and the form of it
    /// that is kept, without the secret.
    ///
    /// # Errors
    /// As [`Once::created`].
    pub async fn created_with_secret<P, T, V, F>(
        self,
        app: &App,
        auth: &Auth<P>,
        body: Body<T>,
        work: F,
    ) -> Answer
    where
        V: Serialize,
        F: AsyncFnOnce(&mut Tx, T) -> rapport_platform::Result<(V, V)>,
    {
        let work = async |tx: &mut Tx, value| {
            let (shown, kept) = work(tx, value).await?;
            let stored = |view| stored(StatusCode::CREATED, view);
            Ok((stored(&shown)?, stored(&kept)?))
        };
        self.run(app, auth, body, work).await
    }

    /// Carries out `work`, which has nothing to tell, in one transaction and answers status 204.
    ///
    /// # Errors
    /// As [`Once::created`].
    pub async fn done<P, T, F>(self, app: &App, auth: &Auth<P>, body: Body<T>, work: F) -> Answer
    where
        F: AsyncFnOnce(&mut Tx, T) -> rapport_platform::Result<()>,
    {
        let work = async |tx: &mut Tx, value| {
            work(tx, value).await?;
            let stored = Stored {
                status: StatusCode::NO_CONTENT.as_u16(),
                body: Vec::new(),
                etag: None,
            };
            Ok((stored.clone(), stored))
        };
        self.run(app, auth, body, work).await
    }

    async fn run<P, T, F>(self, app: &App, auth: &Auth<P>, body: Body<T>, work: F) -> Answer
    where
        F: AsyncFnOnce(&mut Tx, T) -> rapport_platform::Result<(Stored, Stored)>,
    {
        let Body { value, digest } = body;
        let request = self.request(auth.credential.id, digest);
        app.db
            .write(&auth.ctx, async |tx| {
                if let Some(request) = &request
                    && let Some(stored) = idempotency::replay(tx, request).await?
                {
                    return answer(stored, true);
                }
                let (shown, kept) = work(tx, value).await?;
                if let Some(request) = &request {
                    idempotency::keep(tx, request, &kept).await?;
                }
                answer(shown, false)
            })
            .await
    }

    fn request(self, credential: i64, body: [u8; 32]) -> Option<Request> {
        let mut fingerprint = Sha256::new();
        fingerprint.update(self.route.as_bytes());
        fingerprint.update(body);
        let fingerprint = fingerprint.finalize().into();
        self.key.map(|key| Request {
            credential,
            key,
            fingerprint,
        })
    }
}

fn stored(status: StatusCode, view: &impl Serialize) -> Result<Stored, Error> {
    Ok(Stored {
        status: status.as_u16(),
        body: serde_json::to_vec(view).map_err(Error::internal)?,
        etag: None,
    })
}

fn answer(stored: Stored, replayed: bool) -> Answer {
    let status = StatusCode::from_u16(stored.status).map_err(Error::internal)?;
    let mut answer = HttpResponse::build(status);
    if !stored.body.is_empty() {
        answer.content_type("application/json");
    }
    if let Some(tag) = stored.etag {
        answer.insert_header((ETAG, tag));
    }
    if replayed {
        answer.insert_header(("Idempotent-Replayed", "true"));
    }
    Ok(answer.body(stored.body))
}
