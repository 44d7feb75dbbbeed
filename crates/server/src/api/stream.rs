//! Long lists, sent part by part as the client takes them: while one part is sent the next one is read, and none beyond.
//! A client that goes away stops the reading with it.

use std::{future, io};

use automation_hub_domain::page::PageRequest;
use axum::{body::Body, http::StatusCode, response::Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::task::JoinSet;

use crate::{
    api::{
        envelope::{self, OPENING, Paging},
        json::Members,
    },
    error::Error,
};

/// Longer answers leave in parts, so that no answer takes memory in proportion to its length.
const WHOLE: u64 = 500;
const CLOSING: &[u8] = b"}}";

/// A list that can be read part by part.
pub(super) trait Source: Send + Sync + 'static {
    /// Where the list goes on.
    type Position: Send + 'static;
    /// What the rows are called beside the paging.
    const NAME: &'static str;
    /// Records in one part: at most about half a megabyte of them.
    const PART: u64;

    /// How many there are in all, and the records the request begins with, as they are at one instant.
    fn first(&self, limit: u64) -> impl Future<Output = Result<(u64, Part<Self::Position>), Error>> + Send;

    /// The next records after a position. A session of its own each time: a slow client must not hold a snapshot of
    /// the database. `room` is what they will most likely take, in bytes.
    fn next(
        &self,
        after: Self::Position,
        limit: u64,
        room: usize,
    ) -> impl Future<Output = Result<Part<Self::Position>, Error>> + Send;

    /// Members that stand behind the rows, given how many there are in all and after what the list may go on: none,
    /// unless somebody asked for them.
    fn closing(
        &self,
        _total: u64,
        _end: Option<Self::Position>,
    ) -> impl Future<Output = Result<String, Error>> + Send {
        future::ready(Ok(String::new()))
    }
}

/// What comes after a part.
enum Following<P> {
    /// So many records more, after a position.
    Records(P, u64),
    /// The end of what was asked for. Where the list may go on, if the part is as long as it could be.
    Closing(Option<P>),
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

    fn what_follows(&mut self, limit: u64, asked: u64) -> Following<P> {
        let left = asked.saturating_sub(limit);
        match self.end.take().filter(|_| self.count >= limit) {
            Some(end) if left > 0 => Following::Records(end, left),
            end => Following::Closing(end),
        }
    }
}

/// Everything that can be refused is refused before the first byte.
pub(super) async fn answer<S: Source>(source: S, request: PageRequest) -> Result<Response, Error> {
    let limit = if request.limit > WHOLE { S::PART } else { request.limit };
    let (total, mut part) = source.first(limit).await?;
    let following = part.what_follows(limit, request.limit);
    let mut paging = Paging::of(request, total);
    if matches!(following, Following::Closing(_)) {
        paging.page_size = part.count;
    }
    let mut text = Vec::with_capacity(part.text.len() + 256);
    text.extend_from_slice(OPENING);
    text.push(b'{');
    paging.write(&mut Members::new(&mut text));
    for piece in [",\"", S::NAME, "\":["] {
        text.extend_from_slice(piece.as_bytes());
    }
    text.extend_from_slice(&part.text);
    let body = match following {
        Following::Closing(end) => {
            close(&source, &mut text, (total, end)).await?;
            Body::from(text)
        }
        Following::Records(after, left) => {
            let rest = Rest { source, total, after, left, room: room_after(&text) };
            let first = stream::once(future::ready(Ok(Bytes::from(text))));
            Body::from_stream(first.chain(stream::try_unfold(Some(Ahead::begin(rest)), next)))
        }
    };
    Ok(envelope::json_response(StatusCode::OK, body))
}

/// Writes what stands behind the last row.
async fn close<S: Source>(
    source: &S,
    text: &mut Vec<u8>,
    (total, end): (u64, Option<S::Position>),
) -> Result<(), Error> {
    text.push(b']');
    text.extend_from_slice(source.closing(total, end).await?.as_bytes());
    text.extend_from_slice(CLOSING);
    Ok(())
}

/// What is still to be sent of a list.
struct Rest<S: Source> {
    source: S,
    total: u64,
    after: S::Position,
    left: u64,
    room: usize,
}

/// A part is about as long as the one before it. A text that outgrows its room is copied as a whole.
fn room_after(part: &[u8]) -> usize {
    part.len() + part.len() / 8
}

/// The next part, as it is being read. Dropped, it is given up.
struct Ahead<S: Source>(JoinSet<Result<Read<S>, Error>>);

/// A part, and what is still to be sent after it.
type Read<S> = (Bytes, Option<Rest<S>>);

impl<S: Source> Ahead<S> {
    fn begin(rest: Rest<S>) -> Self {
        let mut reading = JoinSet::new();
        reading.spawn(following(rest));
        Self(reading)
    }

    async fn finish(mut self) -> Result<Read<S>, Error> {
        match self.0.join_next().await {
            Some(Ok(read)) => read,
            Some(Err(error)) => Err(Error::internal(error)),
            None => Err(Error::internal("a part was awaited twice")),
        }
    }
}

async fn next<S: Source>(ahead: Option<Ahead<S>>) -> io::Result<Option<(Bytes, Option<Ahead<S>>)>> {
    let Some(ahead) = ahead else { return Ok(None) };
    let (part, rest) = ahead.finish().await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a list broke off");
        io::Error::other(error)
    })?;
    Ok(Some((part, rest.map(Ahead::begin))))
}

async fn following<S: Source>(rest: Rest<S>) -> Result<Read<S>, Error> {
    let Rest { source, total, after, left, room } = rest;
    let limit = left.min(S::PART);
    let mut part = source.next(after, limit, room).await?;
    let following = part.what_follows(limit, left);
    let mut text = part.text;
    let rest = match following {
        Following::Records(after, left) => Some(Rest { room: room_after(&text), source, total, after, left }),
        Following::Closing(end) => {
            close(&source, &mut text, (total, end)).await?;
            None
        }
    };
    Ok((Bytes::from(text), rest))
}
