//! The listener: accepts connections under strict limits, and lets requests in flight finish at the end.

mod leftover;

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use axum::{
    body::Body,
    extract::Request,
    http::{StatusCode, header},
    response::IntoResponse,
};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use tokio::net::{TcpListener, TcpStream};

use crate::{config::Config, middleware::request::Peer, server::Server};
use leftover::ReadToEnd;

/// Room for a request's head. More is answered 431 before anything is hashed, as are more than the 100 fields that hyper
/// allows of itself: to set that limit, even to the same, costs each request memory from the heap.
const HEAD_BYTES: usize = 16 * 1024;
const FIELD_BYTES: usize = 8 * 1024;
/// How often a silent HTTP/2 connection is asked whether anybody is there, and how long it may take to say so.
const HTTP2_PING: Duration = Duration::from_secs(20);

/// Serves until `stop` is done, then waits for the requests in flight, but not for ever.
pub async fn serve(
    listener: TcpListener,
    server: Server,
    config: &Config,
    stop: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let builder = builder(config);
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => serve_connection(&builder, &graceful, server.clone(), stream, peer),
                // Out of descriptors, most likely: the connection waits, and the next turn may do better.
                Err(error) => {
                    tracing::warn!(%error, "accepting a connection failed");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
    drop(listener);
    let grace = Duration::from_secs(config.server.shutdown_grace_secs);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!(grace_secs = grace.as_secs(), "connections were cut that didn't end in time");
    }
    Ok(())
}

fn builder(config: &Config) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(config.server.header_timeout_secs))
        .max_buf_size(HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(HTTP2_PING))
        .keep_alive_timeout(HTTP2_PING)
        .max_header_list_size(u32::try_from(HEAD_BYTES).unwrap_or(u32::MAX))
        .max_concurrent_streams(128);
    builder
}

/// The HTTP layer bounds the head as a whole, but no field of it.
fn has_large_field(request: &Request) -> bool {
    request.headers().values().any(|value| value.len() > FIELD_BYTES)
}

fn serve_connection(
    builder: &Builder<TokioExecutor>,
    graceful: &GracefulShutdown,
    server: Server,
    stream: TcpStream,
    peer: SocketAddr,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "setting TCP_NODELAY failed");
    }
    let service = service_fn(move |request: Request<Incoming>| {
        let (head, body) = request.into_parts();
        let body = ReadToEnd::new(body, &head.headers);
        let request = Request::from_parts(head, Body::new(body));
        let server = server.clone();
        async move {
            if has_large_field(&request) {
                let answer = (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, [(header::CONNECTION, "close")]);
                return Ok::<_, Infallible>(answer.into_response());
            }
            Ok(server.answer(request, Some(Peer(peer))).await)
        }
    });
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(error = %error, "connection ended early");
        }
    });
}
