//! The whole server as one service: tells calls of the Open API from everything else before anything is routed.
//! Layers around a router cost each request a boxed copy of what lies below; calls are many, so they get none.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{Router, extract::Request, response::Response};
use tower::{Service, ServiceExt};

use crate::{
    api::{authenticate, base::Base},
    app::App,
    middleware::request,
};

#[derive(Clone)]
pub struct Server {
    app: App,
    /// The Open API relative to its base path.
    calls: Router,
    /// Pages, assets and the API document.
    pages: Router,
}

impl Server {
    pub(crate) fn new(app: App, calls: Router, pages: Router) -> Self {
        Self { app, calls, pages }
    }

    async fn answer(self, mut request: Request) -> Response {
        let context = request::identify(&self.app, &mut request);
        let mut response = match Base::split(request.uri()) {
            Some(base) => authenticate::answer(&self.app, self.calls, base, context, request).await,
            None => match self.pages.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
        };
        request::sign(&mut response, context);
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
        Box::pin(async move { Ok(server.answer(request).await) })
    }
}
