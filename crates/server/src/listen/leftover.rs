//! What is left of a body that nobody read to its end. A client that sends all of it before it looks for the answer would
//! find the connection broken instead, and over HTTP/2 take up room that others on the connection wait for: so the rest
//! is read and forgotten, for a while.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::time::timeout;

/// How long the rest may take, and how long a pause in it.
const LIMIT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_secs(5);

/// A request's body, the rest of which is read when this is dropped.
pub(super) struct ReadToEnd {
    /// None once there is nothing left to read.
    body: Option<Incoming>,
    /// The client waits to be asked for it, which reading it would do.
    waits: bool,
}

impl ReadToEnd {
    pub(super) fn new(body: Incoming, headers: &HeaderMap) -> Self {
        Self { waits: headers.contains_key(header::EXPECT), body: (!body.is_end_stream()).then_some(body) }
    }
}

impl Body for ReadToEnd {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.waits = false;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(body).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Incoming::size_hint)
    }
}

impl Drop for ReadToEnd {
    fn drop(&mut self) {
        let rest = self.body.take().filter(|body| !self.waits && !body.is_end_stream());
        if let (Some(rest), Ok(runtime)) = (rest, tokio::runtime::Handle::try_current()) {
            runtime.spawn(timeout(LIMIT, forget(rest)));
        }
    }
}

async fn forget(mut rest: Incoming) {
    while let Ok(Some(Ok(_))) = timeout(PAUSE, rest.frame()).await {}
}
