//! A body that shows what it holds to somebody else while it is read.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

/// The body, of which each piece is `seen` before it goes on. That it has ended, or that nobody wants more of it, shows in
/// `seen` being dropped.
pub(super) fn watched(body: Body, seen: impl FnMut(&[u8]) + Send + Unpin + 'static) -> Body {
    Body::new(Watched { body, seen })
}

struct Watched<S> {
    body: Body,
    seen: S,
}

impl<S: FnMut(&[u8]) + Unpin> HttpBody for Watched<S> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(bytes) = frame.data_ref()
        {
            (self.seen)(bytes);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
