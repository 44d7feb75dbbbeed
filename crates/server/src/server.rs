//! The whole server as one service: tells calls of the Open API from everything else before anything is routed.
//! Layers around a router cost each request a boxed copy of what lies below; calls are many, so they get none.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{Router, extract::Request, http::header, response::Response};
use tower::Service;

use crate::{
    api::{authenticate, base::Base, router::Calls},
    app::App,
    middleware::{
        coding,
        request::{self, LogLine, Peer},
    },
};

/// Cheap to clone.
#[derive(Clone)]
pub struct Server(Arc<Parts>);

struct Parts {
    app: App,
    /// The Open API relative to its base path.
    calls: Calls,
    /// Pages, assets and the API document.
    pages: Router,
}

impl Server {
    pub(crate) fn new(app: App, calls: Calls, pages: Router) -> Self {
        Self(Arc::new(Parts { app, calls, pages }))
    }

    /// Answers one request of a peer, which is unknown where nothing was sent over a network.
    pub async fn answer(&self, mut request: Request, peer: Option<Peer>) -> Response {
        let Parts { app, calls, pages } = &*self.0;
        let context = request::identify(app, &request, peer);
        let line = LogLine::begin(&request);
        let mut response = if let Some(base) = Base::split(request.uri().path()) {
            let accepted = request.headers().get(header::ACCEPT_ENCODING).cloned();
            let response = authenticate::answer(app, calls, base, context, request).await;
            match accepted {
                Some(accepted) => coding::encode(accepted, response).await,
                None => response,
            }
        } else {
            request.extensions_mut().insert(context);
            let Ok(response) = pages.clone().call(request).await;
            response
        };
        request::sign(&mut response, context);
        if let Some(line) = line {
            line.end(context, &response);
        }
        response
    }
}

impl Service<Request> for Server {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let server = self.clone();
        let peer = request.extensions().get().copied();
        Box::pin(async move { Ok(server.answer(request, peer).await) })
    }
}
