//! Long lists, sent part by part as the client takes them. A client that goes away stops the reading with it.

use std::{future, io};

use automation_hub_domain::page::PageRequest;
use axum::{body::Body, http::StatusCode, response::Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use crate::{
    api::{
        envelope::{self, OPENING, Paging},
        json::Members,
    },
    error::Error,
};

/// Longer answers leave in parts, so that no answer takes memory in proportion to its length.
const WHOLE: u64 = 500;
const CLOSING: &[u8] = b"]}}";

/// A list that can be read part by part.
pub(super) trait Source: Send + Sync + 'static {
    /// Where the list goes on.
    type Position: Send + 'static;
    /// What the rows are called beside the paging.
    const NAME: &'static str;
    /// Records in one part: some two hundred kilobytes.
    const PART: u64;

    /// How many there are in all, and the records the request begins with, as they are at one instant.
    fn first(&self, limit: u64) -> impl Future<Output = Result<(u64, Part<Self::Position>), Error>> + Send;

    /// The next records after a position. A session of its own each time: a slow client must not hold a snapshot of
    /// the database.
    fn next(
        &self,
        after: Self::Position,
        limit: u64,
    ) -> impl Future<Output = Result<Part<Self::Position>, Error>> + Send;
}

/// Some records as they are sent, a comma before each but the list's first.
pub(super) struct Part<P> {
    text: Vec<u8>,
    count: u64,
    is_first: bool,
    end: Option<P>,
}

impl<P> Part<P> {
    pub(super) fn first(capacity: usize) -> Self {
        Self { text: Vec::with_capacity(capacity), count: 0, is_first: true, end: None }
    }

    pub(super) fn following(capacity: usize) -> Self {
        Self { is_first: false, ..Self::first(capacity) }
    }

    /// Where the next record is written to.
    pub(super) fn record(&mut self) -> &mut Vec<u8> {
        if self.count > 0 || !self.is_first {
            self.text.push(b',');
        }
        self.count += 1;
        &mut self.text
    }

    pub(super) fn ending(self, end: Option<P>) -> Self {
        Self { end, ..self }
    }

    /// Where the list goes on and for how many more records, if this part is as long as it could be.
    fn rest(&mut self, limit: u64, asked: u64) -> Option<(P, u64)> {
        let left = asked.saturating_sub(limit);
        let end = self.end.take()?;
        (self.count >= limit && left > 0).then_some((end, left))
    }
}

/// Everything that can be refused is refused before the first byte.
pub(super) async fn answer<S: Source>(source: S, request: PageRequest) -> Result<Response, Error> {
    let limit = if request.limit > WHOLE { S::PART } else { request.limit };
    let (total, mut part) = source.first(limit).await?;
    let mut text = Vec::with_capacity(part.text.len() + 256);
    text.extend_from_slice(OPENING);
    text.push(b'{');
    Paging::of(request, total).write(&mut Members::new(&mut text));
    for piece in [",\"", S::NAME, "\":["] {
        text.extend_from_slice(piece.as_bytes());
    }
    text.extend_from_slice(&part.text);
    let body = match part.rest(limit, request.limit) {
        None => {
            text.extend_from_slice(CLOSING);
            Body::from(text)
        }
        Some((after, left)) => {
            let first = stream::once(future::ready(Ok(Bytes::from(text))));
            Body::from_stream(first.chain(stream::try_unfold(Some(Rest { source, after, left }), next)))
        }
    };
    Ok(envelope::json_response(StatusCode::OK, body))
}

/// What is still to be sent of a list.
struct Rest<S: Source> {
    source: S,
    after: S::Position,
    left: u64,
}

async fn next<S: Source>(rest: Option<Rest<S>>) -> io::Result<Option<(Bytes, Option<Rest<S>>)>> {
    let Some(Rest { source, after, left }) = rest else { return Ok(None) };
    let limit = left.min(S::PART);
    let mut part = source.next(after, limit).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a list broke off");
        io::Error::other(error)
    })?;
    let rest = part.rest(limit, left);
    let mut text = part.text;
    if rest.is_none() {
        text.extend_from_slice(CLOSING);
    }
    Ok(Some((Bytes::from(text), rest.map(|(after, left)| Rest { source, after, left }))))
}
