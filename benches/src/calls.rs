//! The product's calls served from this process: as they are, or for a caller who is known already. What the two
//! differ by is what proving a caller costs. One process serves both, as two of them differ by more than that.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::{Result, anyhow};
use automation_hub_domain::clock::Timestamp;
use automation_hub_server::api::authenticate;
use automation_hub_server::api::base::Base;
use automation_hub_server::api::calls::CallRecorder;
use automation_hub_server::api::error::ApiError;
use automation_hub_server::api::router::{Calls, calls};
use automation_hub_server::app::{App, store_options};
use automation_hub_server::auth::credential::Presented;
use automation_hub_server::auth::verify::Verified;
use automation_hub_server::clock::SystemClock;
use automation_hub_server::config::Config;
use automation_hub_server::keys::Keys;
use automation_hub_server::middleware::coding;
use automation_hub_server::middleware::request::{self, RequestContext};
use automation_hub_server::router::router;
use automation_hub_storage::Store;
use axum::ServiceExt as _;
use axum::extract::Request;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;
use tower::service_fn;

/// Says which of the two answers a request; both carry it, so that both pay for it.
pub(crate) const CALLER: HeaderName = HeaderName::from_static("x-caller");
pub(crate) const PROVING: &str = "proving";
pub(crate) const KNOWN: &str = "known";

/// Serves what `demo` made in a folder.
pub(crate) async fn serve(listen: SocketAddr, folder: &Path) -> Result<()> {
    let app = open(folder).await?;
    tokio::spawn(CallRecorder::run(app.clone()));
    let proving = router(app.clone());
    let known = Arc::new(Known { calls: calls(), app, caller: OnceLock::new() });
    let service = service_fn(move |request: Request| {
        let (proving, known) = (proving.clone(), Arc::clone(&known));
        async move {
            let is_known = request.headers().get(CALLER).is_some_and(|caller| caller == KNOWN);
            Ok::<_, Infallible>(if is_known {
                known.answer(request).await
            } else {
                proving.answer(request, None).await
            })
        }
    });
    Ok(axum::serve(TcpListener::bind(listen).await?, service.into_make_service()).await?)
}

async fn open(folder: &Path) -> Result<App> {
    let mut config = Config::defaults().map_err(|errors| anyhow!("the defaults are wrong: {errors:?}"))?;
    config.storage.data_dir = folder.to_owned();
    let store = Store::open(store_options(&config)).await?;
    let keys = Keys::prepare(&config, &store).await?;
    App::with_store(store, keys, config, Arc::new(SystemClock)).await
}

struct Known {
    app: App,
    calls: Calls,
    /// Whoever makes the first call, and every one after it.
    caller: OnceLock<Verified>,
}

impl Known {
    /// As the product does, but for asking who calls.
    async fn answer(&self, request: Request) -> Response {
        let context = request::identify(&self.app, &request, None);
        let Some(base) = Base::split(request.uri().path()) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let accepted = request.headers().get(header::ACCEPT_ENCODING).cloned();
        let known = |_: Option<&_>, now, request: &Request| self.caller(context, now, request);
        let calls = (&self.calls, base);
        let response = authenticate::answer_admitted(&self.app, calls, context, request, known).await;
        let mut response = match accepted {
            Some(accepted) => coding::encode(accepted, response).await,
            None => response,
        };
        request::sign(&mut response, context);
        response
    }

    /// Only the first one is asked.
    fn caller(
        &self,
        context: RequestContext,
        now: Timestamp,
        request: &Request,
    ) -> Result<Verified, ApiError> {
        if let Some(caller) = self.caller.get() {
            return Ok(caller.clone());
        }
        let presented = Presented::of(request.headers(), request.uri().query());
        let verified = self.app.tokens.verifier.verify(&presented, context.address, now);
        let caller = verified.map_err(|refused| ApiError::from(refused.refusal))?;
        Ok(self.caller.get_or_init(|| caller).clone())
    }
}
