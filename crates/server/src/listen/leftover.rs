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

/// How much of it, how long that may take, and how long a pause in it. Shorter than requests in flight have at the end of
/// the program.
const BYTES: usize = 64 * 1024 * 1024;
const LIMIT: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_secs(2);

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
    let mut left = BYTES;
    while let Ok(Some(Ok(frame))) = timeout(PAUSE, rest.frame()).await {
        left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
        if left == 0 {
            break;
        }
    }
}
