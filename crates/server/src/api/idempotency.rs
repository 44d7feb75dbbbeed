//! `Idempotency-Key`: a POST that is sent again with the key of an earlier one is answered as that was, and changes
//! nothing again (draft-ietf-httpapi-idempotency-key-header). Looked at where calls are dispatched: no call knows of it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use automation_hub_domain::id::TenantId;
use automation_hub_storage::{
    Session, StorageError,
    idempotency::{self, Claim, Found, KeptAnswer, Term},
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Response as Answer, StatusCode},
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt as _;
use sha2::{Digest, Sha256};

use crate::{
    api::{
        error::ApiError,
        router::{Answering, Endpoint},
        upload,
        watched::watched,
    },
    app::App,
    auth::{
        actor::{Actor, Via},
        random,
    },
    error::Error,
    services::upkeep::answers_forgotten,
};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const KEY_LIMIT: usize = 255;
/// For how long a request keeps others with its key away if the program ends in its middle.
const LEASE_MINUTES: i64 = 1;
/// A third of the lease: one renewal may fail.
const RENEWED_EVERY: Duration = Duration::from_secs(20);

/// The key of a request, if it has one.
pub fn key(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let mut values = headers.get_all(HEADER).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let refused = |rule: String| Err(Error::invalid("Idempotency-Key", rule));
    if values.next().is_some() {
        return refused("It may stand in a request only once.".to_owned());
    }
    match value.to_str() {
        Ok(text)
            if (1..=KEY_LIMIT).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            Ok(Some(text.to_owned()))
        }
        _ => refused(format!("1 to {KEY_LIMIT} visible ASCII characters are needed.")),
    }
}

/// A request with a key.
pub struct Keyed {
    pub app: App,
    pub actor: Actor,
    pub key: String,
    /// Relative to the base path, so that all addresses of a call are one.
    pub path: String,
    pub request: Request,
}

/// Has a request with a key answered: by `endpoint`, or as it was before. To its end even if the caller goes away, as
/// that is who will ask again.
pub async fn answer(keyed: Keyed, endpoint: Endpoint) -> Response {
    let running =
        tokio::spawn(async move { keyed.answer(endpoint).await.unwrap_or_else(IntoResponse::into_response) });
    running.await.unwrap_or_else(|lost| ApiError::from(Error::internal(lost)).into_response())
}

impl Keyed {
    async fn answer(self, endpoint: Endpoint) -> Result<Response, ApiError> {
        let Self { app, mut actor, key, path, mut request } = self;
        let Via::Token(token) = actor.via else { return Err(Error::SignedOut.into()) };
        let holder = random::draw().map_err(Error::from)?;
        let claim = Arc::new(Claim { token, key, holder });
        let attempt = Attempt { app: app.clone(), tenant: actor.tenant_id(), claim: Arc::clone(&claim) };
        let query = request.uri().query().unwrap_or_default();
        let begun = Sha256::new().chain_update([&path, "?", query, "\n"].concat());
        match attempt.claim().await? {
            Found::InUse => Err(ApiError::idempotency_key_in_use()),
            Found::Lost => Err(ApiError::idempotency_answer_lost()),
            Found::Answered(kept) => replay(&app, begun, request.into_body(), kept).await,
            Found::Free => {
                let hash = Arc::new(Mutex::new(begun));
                let body = std::mem::take(request.body_mut());
                let digested = Arc::clone(&hash);
                *request.body_mut() = watched(body, move |bytes| {
                    digested.lock().unwrap_or_else(PoisonError::into_inner).update(bytes);
                });
                actor.claim = Some(claim);
                request.extensions_mut().insert(actor);
                Ok(attempt.carry_out(hash, endpoint(request, app)).await)
            }
        }
    }
}

/// What a key is claimed for.
struct Attempt {
    app: App,
    tenant: TenantId,
    claim: Arc<Claim>,
}

impl Attempt {
    async fn claim(&self) -> Result<Found, Error> {
        let now = self.app.clock.now();
        let term =
            Term { now, leased_until: now.plus_minutes(LEASE_MINUTES), forgotten: answers_forgotten(now) };
        self.write(move |s, claim| idempotency::claim(s, claim, term)).await
    }

    /// Only what succeeded is kept: a refusal or a failure changed nothing, so the request may as well be made again.
    async fn carry_out(self, hash: Arc<Mutex<Sha256>>, work: Answering) -> Response {
        let response = self.renewing(work).await;
        if !response.status().is_success() {
            self.settle(idempotency::release).await;
            return response;
        }
        let (parts, body) = response.into_parts();
        let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
            self.settle(idempotency::release).await;
            return ApiError::from(Error::internal("an answer broke off")).into_response();
        };
        let digest = hash.lock().unwrap_or_else(PoisonError::into_inner).clone().finalize().into();
        let kept = KeptAnswer {
            digest,
            status: parts.status.as_u16(),
            headers: lines(&parts.headers),
            body: body.to_vec(),
        };
        self.settle(move |s, claim| idempotency::keep(s, claim, &kept)).await;
        Answer::from_parts(parts, Body::from(body))
    }

    /// Holds the key for as long as the work takes.
    async fn renewing(&self, mut work: Answering) -> Response {
        loop {
            tokio::select! {
                response = &mut work => return response,
                () = tokio::time::sleep(RENEWED_EVERY) => {}
            }
            let until = self.app.clock.now().plus_minutes(LEASE_MINUTES);
            self.settle(move |s, claim| idempotency::renew(s, claim, until).map(drop)).await;
        }
    }

    /// Notes what became of the request. Its answer stands whether or not that can be noted.
    async fn settle(
        &self,
        work: impl Fn(&mut Session<'_>, &Claim) -> Result<(), StorageError> + Send + 'static,
    ) {
        if let Err(error) = self.write(work).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "an idempotency key could not be updated"
            );
        }
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Session<'_>, &Claim) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, Error> {
        let claim = Arc::clone(&self.claim);
        self.app.store.write(self.tenant, move |s| work(s, &claim).map_err(Error::from)).await
    }
}

fn lines(headers: &HeaderMap) -> String {
    let mut lines = String::new();
    for (name, value) in headers {
        if let Ok(value) = value.to_str() {
            for part in [name.as_str(), ": ", value, "\n"] {
                lines.push_str(part);
            }
        }
    }
    lines
}

/// The answer that was given, provided that the request is the one it was given to.
async fn replay(app: &App, mut hash: Sha256, mut body: Body, kept: KeptAnswer) -> Result<Response, ApiError> {
    let mut left = app.config.files.upload_limit_bytes;
    while let Some(piece) = upload::next_piece(app, &mut body, &mut left).await? {
        hash.update(&piece);
    }
    if <[u8; 32]>::from(hash.finalize()) != kept.digest {
        return Err(ApiError::idempotency_key_reused());
    }
    let mut response = Response::new(Body::from(kept.body));
    *response.status_mut() = StatusCode::from_u16(kept.status).map_err(Error::internal)?;
    let headers = response.headers_mut();
    for (name, value) in kept.headers.lines().filter_map(|line| line.split_once(": ")) {
        let name = HeaderName::try_from(name).map_err(Error::internal)?;
        headers.append(name, HeaderValue::try_from(value).map_err(Error::internal)?);
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
