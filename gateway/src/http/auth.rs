//! Who is asking, and whether they may: the permission stands in the handler's signature.

use super::error::{ApiError, Refused};
use super::observe::RequestId;
use crate::app::App;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use rapport_crm_core::api_keys::{Credential, Membership, Refusal};
use rapport_platform::{Actor, Ctx, Error, Scope, ids};
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::sync::Arc;
use uuid::Uuid;

const KEY_HEADER: &str = "X-API-KEY";
/// The parameter in which the organizations surface carries the organization.
const ORGANIZATION: &str = "organization_id";
/// The same in its retired version, where it may be a UUID as it is.
const SOLUTION: &str = "solution_id";

/// What a handler requires of the credential.
pub trait Permission: 'static {
    /// The scope that is needed.
    const SCOPE: Scope;
}

/// The handler only reads.
#[derive(Debug)]
pub struct Read;
/// The handler writes.
#[derive(Debug)]
pub struct Write;
/// The handler manages agents, keys or the organization.
#[derive(Debug)]
pub struct Admin;

impl Permission for Read {
    const SCOPE: Scope = Scope::Read;
}
impl Permission for Write {
    const SCOPE: Scope = Scope::Write;
}
impl Permission for Admin {
    const SCOPE: Scope = Scope::Admin;
}

/// An accepted credential that has the permission `P`, acting in the organization of the path.
#[derive(Debug)]
pub struct Auth<P> {
    /// The context of all that the handler does.
    pub ctx: Ctx,
    /// The credential itself.
    pub credential: Arc<Credential>,
    /// The UUID of the organization in which it acts.
    pub organization: Uuid,
    permission: PhantomData<P>,
}

/// A credential that was accepted; it waits for the handler to say which permission it needs.
#[derive(Clone)]
struct Admitted(Arc<Credential>);

/// Finds the request's credential and notes it, before any other part of the request is looked at.
///
/// # Errors
/// When there is none, or it is not accepted.
pub async fn admit(request: &ServiceRequest) -> Result<(), ApiError> {
    let key = key(request.headers()).ok_or(ApiError::Credential(Refused::Missing))?;
    let app = request
        .app_data::<web::Data<App>>()
        .ok_or_else(|| Error::internal("no services"))?;
    let credential = app
        .credentials
        .find(key)
        .await?
        .ok_or(ApiError::Credential(Refused::Invalid))?;
    credential.check(app.db.now()).map_err(|refusal| {
        ApiError::Credential(match refusal {
            Refusal::Inactive => Refused::Inactive,
            Refusal::Expired => Refused::Expired,
        })
    })?;
    request.extensions_mut().insert(Admitted(credential));
    Ok(())
}

/// The API key of a request: `X-API-KEY: …` or `Authorization: Bearer …` (RFC 6750).
fn key(headers: &HeaderMap) -> Option<&str> {
    if let Some(key) = headers.get(KEY_HEADER) {
        return key.to_str().ok().map(str::trim).filter(|key| !key.is_empty());
    }
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim())
        .filter(|key| !key.is_empty())
}

impl<P: Permission> FromRequest for Auth<P> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl<P: Permission> Auth<P> {
    fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let extensions = request.extensions();
        let Admitted(credential) = extensions
            .get::<Admitted>()
            .cloned()
            .ok_or(ApiError::Credential(Refused::Missing))?;
        let Membership { organization, uuid } = organization(request, &credential)?;
        if !credential.scopes.allow(P::SCOPE) {
            let scope = P::SCOPE.name();
            return Err(Error::forbidden(format!("API Key lacks the scope {scope}")).into());
        }
        let ctx = Ctx {
            organization,
            actor: Actor::Key {
                id: credential.id,
                agent: credential.agent_in(organization),
            },
            scopes: credential.scopes,
            request_id: RequestId::of(&extensions),
        };
        Ok(Self {
            ctx,
            credential,
            organization: uuid,
            permission: PhantomData,
        })
    }
}

/// The organization of the path, or the credential's own one where the path names none.
fn organization(request: &HttpRequest, credential: &Credential) -> Result<Membership, ApiError> {
    let path = request.match_info();
    let (name, what, uuid) = if let Some(text) = path.get(ORGANIZATION) {
        (ORGANIZATION, "Organization", ids::parse_opaque(text))
    } else if let Some(text) = path.get(SOLUTION) {
        (SOLUTION, "Solution", ids::parse_either(text))
    } else {
        let own = credential.organizations.first();
        return Ok(own.ok_or(Error::not_found("Organization"))?.clone());
    };
    let uuid = uuid.ok_or_else(|| ApiError::BadRequest(format!("Invalid {name}")))?;
    let membership = credential.membership(uuid);
    Ok(membership.ok_or(Error::not_found(what))?.clone())
}
