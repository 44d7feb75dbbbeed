//! Long lists, sent part by part as the client takes them. A client that goes away stops the reading with it.

use std::io;

use automation_hub_storage::ideas::Position;
use axum::{body::Body, response::Response};
use bytes::Bytes;
use futures_util::stream;

use super::list::{Reader, streamed};
use crate::{
    api::{
        envelope::{OPENING, Paging},
        json::Members,
    },
    error::Error,
};

/// Records in one part: some two hundred kilobytes.
const PART: u64 = 64;

enum State {
    Going { reader: Box<Reader>, after: Option<Position>, left: u64, before: Vec<u8> },
    Ended,
}

/// Everything that can be refused is refused before the first byte.
pub(super) async fn answer(reader: Reader) -> Result<Response, Error> {
    let request = reader.listing.request;
    let total = reader.count().await?;
    let mut text = OPENING.to_vec();
    text.push(b'{');
    Paging::of(request, total).write(&mut Members::new(&mut text));
    text.extend_from_slice(br#","processes":["#);
    let start = State::Going { reader: Box::new(reader), after: None, left: request.limit, before: text };
    Ok(streamed(Body::from_stream(stream::try_unfold(start, next))))
}

async fn next(state: State) -> io::Result<Option<(Bytes, State)>> {
    let State::Going { reader, after, left, before } = state else { return Ok(None) };
    let limit = left.min(PART);
    let mut part = reader.read_part(before, after, limit).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a list broke off");
        io::Error::other(error)
    })?;
    let left = left - limit;
    let state = if part.count < limit || left == 0 || part.position.is_none() {
        part.text.extend_from_slice(b"]}}");
        State::Ended
    } else {
        State::Going { reader, after: part.position, left, before: vec![b','] }
    };
    Ok(Some((Bytes::from(part.text), state)))
}
