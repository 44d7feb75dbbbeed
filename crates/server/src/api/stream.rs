//! Long lists, sent part by part as the client takes them: while one part is sent the next two are read, and none beyond.
//! When a client goes away, the part that is being read is the last.

use std::{future, io};

use automation_hub_domain::page::PageRequest;
use axum::{body::Body, http::StatusCode, response::Response};
use bytes::Bytes;
use futures_util::stream;
use tokio::{sync::mpsc, task::JoinSet};

use crate::{
    api::{
        envelope::{self, OPENING},
        paging::Paging,
    },
    error::Error,
    json::Members,
};

const CLOSING: &[u8] = b"}}";
/// After the first, parts of longer records hold fewer of them: of an answer that nobody takes any more three are held.
const PART_BYTES: u64 = 1_500_000;

/// A list that can be read part by part.
pub(super) trait Source: Send + Sync + 'static {
    /// Where the list goes on.
    type Position: Send + 'static;
    /// What the rows are called beside the paging.
    const NAME: &'static str;
    /// Records in one part, unless they are long.
    const PART: u64;
    /// Longer answers leave in parts, so that no answer takes memory in proportion to its length.
    const WHOLE: u64 = 500;

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
    let limit = if request.limit > S::WHOLE { S::PART } else { request.limit };
    let (total, mut part) = source.first(limit).await?;
    let following = part.what_follows(limit, request.limit);
    let pace = Pace::after(&part, S::PART);
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
            let rest = Rest { source, total, after, left, pace };
            let ready = Ahead::Ready(Bytes::from(text), rest);
            Body::from_stream(stream::try_unfold(ready, next))
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
    pace: Pace,
}

/// How the next part is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pace {
    /// Most records of it.
    limit: u64,
    /// Bytes for it: a text that outgrows its room is copied as a whole.
    room: usize,
}

impl Pace {
    /// Its records are about as long as those of the part before it. Halved, as a limit of its own for each length would be a
    /// statement of its own for the database to plan.
    fn after<P>(part: &Part<P>, most: u64) -> Self {
        let each = u64::try_from(part.text.len()).unwrap_or(u64::MAX) / part.count.max(1);
        let mut limit = most;
        while limit > 1 && each.saturating_mul(limit) > PART_BYTES {
            limit /= 2;
        }
        let bytes = usize::try_from(each.saturating_mul(limit)).unwrap_or_default();
        Self { limit, room: bytes + bytes / 8 }
    }
}

/// What is sent next. Nothing is read ahead of a part that nobody took: of an answer without its body, say.
enum Ahead<S: Source> {
    Ready(Bytes, Rest<S>),
    Reading(Reading),
}

/// Reads parts while others are sent. One may wait to be taken while the next one is read, so that the database is at it
/// while this part is written to the client.
struct Reading {
    parts: mpsc::Receiver<Bytes>,
    /// Given up when it is dropped.
    task: JoinSet<Result<(), Error>>,
}

impl Reading {
    fn begin<S: Source>(rest: Rest<S>) -> Self {
        let (sender, parts) = mpsc::channel(1);
        let mut task = JoinSet::new();
        task.spawn(read_all(rest, sender));
        Self { parts, task }
    }

    /// `None` after the last.
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        match self.parts.recv().await {
            Some(part) => Ok(Some(part)),
            None => match self.task.join_next().await {
                Some(read) => read.map_err(Error::internal)?.map(|()| None),
                None => Ok(None),
            },
        }
    }
}

async fn next<S: Source>(ahead: Ahead<S>) -> io::Result<Option<(Bytes, Ahead<S>)>> {
    let mut reading = match ahead {
        Ahead::Ready(part, rest) => return Ok(Some((part, Ahead::Reading(Reading::begin(rest))))),
        Ahead::Reading(reading) => reading,
    };
    let part = reading.next().await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a list broke off");
        io::Error::other(error)
    })?;
    Ok(part.map(|part| (part, Ahead::Reading(reading))))
}

async fn read_all<S: Source>(rest: Rest<S>, parts: mpsc::Sender<Bytes>) -> Result<(), Error> {
    let mut left = Some(rest);
    while let Some(rest) = left {
        let part;
        (part, left) = following(rest).await?;
        if parts.send(part).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// The next part, and what is still to be sent after it.
async fn following<S: Source>(rest: Rest<S>) -> Result<(Bytes, Option<Rest<S>>), Error> {
    let Rest { source, total, after, left, pace } = rest;
    let limit = left.min(pace.limit);
    let mut part = source.next(after, limit, pace.room).await?;
    let following = part.what_follows(limit, left);
    let pace = Pace::after(&part, S::PART);
    let mut text = part.text;
    let rest = match following {
        Following::Records(after, left) => Some(Rest { source, total, after, left, pace }),
        Following::Closing(end) => {
            close(&source, &mut text, (total, end)).await?;
            None
        }
    };
    Ok((Bytes::from(text), rest))
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, error::TryRecvError, unbounded_channel};

    use super::*;

    /// What is read, and when it is read no longer.
    #[derive(Debug, PartialEq, Eq)]
    enum Event {
        Begun(u64),
        Over(u64),
    }

    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Last {
        Comes,
        NeverComes,
        Fails,
        Panics,
    }

    /// Ten numbers in parts of two; what becomes of the last part varies.
    struct Numbers(UnboundedSender<Event>, Last);

    struct Watched<'s>(&'s UnboundedSender<Event>, u64);

    impl Drop for Watched<'_> {
        fn drop(&mut self) {
            drop(self.0.send(Event::Over(self.1)));
        }
    }

    fn part(mut part: Part<u64>, after: u64, limit: u64) -> Part<u64> {
        for number in after..after + limit {
            part.record().extend_from_slice(number.to_string().as_bytes());
        }
        part.ending(Some(after + limit))
    }

    impl Source for Numbers {
        type Position = u64;
        const NAME: &'static str = "numbers";
        const PART: u64 = 2;

        async fn first(&self, limit: u64) -> Result<(u64, Part<u64>), Error> {
            Ok((10, part(Part::first(16), 0, limit)))
        }

        async fn next(&self, after: u64, limit: u64, room: usize) -> Result<Part<u64>, Error> {
            self.0.send(Event::Begun(after)).unwrap();
            let _watched = Watched(&self.0, after);
            match self.1 {
                _ if after < 8 => {}
                Last::Comes => return Ok(part(Part::following(room), after, limit).ending(None)),
                Last::NeverComes => future::pending().await,
                Last::Fails => return Err(Error::internal("no")),
                Last::Panics => panic!("a deliberate panic"),
            }
            Ok(part(Part::following(room), after, limit))
        }
    }

    /// Forty numbers, of which those from eight to twenty take 400 kB each, and what is asked for: after what, how many.
    struct Uneven(UnboundedSender<(u64, u64)>);

    impl Uneven {
        fn part(mut part: Part<u64>, after: u64, limit: u64) -> Part<u64> {
            let end = (after + limit).min(40);
            for number in after..end {
                let blanks = if (8..20).contains(&number) { 400_000 } else { 0 };
                part.record().extend_from_slice(format!("{}{number}", " ".repeat(blanks)).as_bytes());
            }
            part.ending(Some(end))
        }
    }

    impl Source for Uneven {
        type Position = u64;
        const NAME: &'static str = "numbers";
        const PART: u64 = 8;

        async fn first(&self, limit: u64) -> Result<(u64, Part<u64>), Error> {
            Ok((40, Self::part(Part::first(16), 0, limit)))
        }

        async fn next(&self, after: u64, limit: u64, room: usize) -> Result<Part<u64>, Error> {
            self.0.send((after, limit)).unwrap();
            Ok(Self::part(Part::following(room), after, limit))
        }
    }

    #[tokio::test]
    async fn a_list_is_whole_however_many_records_its_parts_hold() {
        let (asked, mut seen) = unbounded_channel();
        let request = PageRequest { offset: 0, limit: 1000 };
        let body = answer(Uneven(asked), request).await.unwrap().into_body();
        let text = body.collect().await.unwrap().to_bytes();
        let told: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(told["data"]["numbers"], serde_json::json!((0..40).collect::<Vec<_>>()));
        let mut parts = Vec::new();
        while let Ok(part) = seen.try_recv() {
            parts.push(part);
        }
        assert_eq!(parts, [(8, 8), (16, 2), (18, 2), (20, 2), (22, 8), (30, 8), (38, 8)]);
    }

    async fn sent(last: Last) -> (Body, UnboundedReceiver<Event>) {
        let (events, seen) = unbounded_channel();
        let request = PageRequest { offset: 0, limit: 1000 };
        let response = answer(Numbers(events, last), request).await.unwrap();
        (response.into_body(), seen)
    }

    async fn take(body: &mut Body) -> Option<Result<String, axum::Error>> {
        let frame = body.frame().await?;
        Some(frame.map(|frame| String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()))
    }

    #[test]
    fn parts_of_long_records_hold_fewer() {
        let limit_after = |bytes: usize, count: u64| {
            let part = Part::<u64> { text: vec![b'x'; bytes], count, is_first: true, end: None };
            let Pace { limit, room } = Pace::after(&part, 256);
            let each = bytes / usize::try_from(count.max(1)).unwrap();
            assert!(room >= each * usize::try_from(limit).unwrap(), "{bytes}: {room}");
            limit
        };
        for (bytes, count, limit) in [
            (0, 0, 256),
            (1_200_000, 256, 256),
            (2_300_000, 256, 128),
            (2_400_000, 128, 64),
            (9_000_000, 3, 1),
        ] {
            assert_eq!(limit_after(bytes, count), limit, "{bytes} bytes of {count}");
        }
    }

    #[tokio::test]
    async fn two_parts_are_read_ahead_of_one_that_was_taken() {
        let (mut body, mut seen) = sent(Last::Comes).await;
        tokio::task::yield_now().await;
        assert_eq!(seen.try_recv(), Err(TryRecvError::Empty), "nobody took anything yet");
        assert!(take(&mut body).await.unwrap().unwrap().ends_with("\"numbers\":[0,1"));
        for event in [Event::Begun(2), Event::Over(2), Event::Begun(4), Event::Over(4)] {
            assert_eq!(seen.recv().await, Some(event));
        }
        tokio::task::yield_now().await;
        assert_eq!(seen.try_recv(), Err(TryRecvError::Empty), "two are enough");
        assert_eq!(take(&mut body).await.unwrap().unwrap(), ",2,3");
        assert_eq!(seen.recv().await, Some(Event::Begun(6)));
        for part in [",4,5", ",6,7", ",8,9]}}"] {
            assert_eq!(take(&mut body).await.unwrap().unwrap(), part);
        }
        assert!(take(&mut body).await.is_none());
    }

    #[tokio::test]
    async fn whoever_goes_away_ends_the_reading() {
        let (mut body, mut seen) = sent(Last::NeverComes).await;
        for _ in 0..4 {
            take(&mut body).await.unwrap().unwrap();
        }
        while seen.recv().await != Some(Event::Begun(8)) {}
        drop(body);
        assert_eq!(seen.recv().await, Some(Event::Over(8)));
        assert_eq!(seen.recv().await, None);
    }

    #[tokio::test]
    async fn a_part_that_fails_breaks_the_body_off() {
        for last in [Last::Fails, Last::Panics] {
            let (mut body, _seen) = sent(last).await;
            for _ in 0..4 {
                take(&mut body).await.unwrap().unwrap();
            }
            assert!(take(&mut body).await.unwrap().is_err());
        }
    }
}
