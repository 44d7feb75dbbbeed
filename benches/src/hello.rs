//! A bare axum endpoint with a constant body: the price of HTTP alone.

use std::net::SocketAddr;

use anyhow::Result;
use axum::Router;
use tokio::net::TcpListener;

pub(crate) async fn serve(listen: SocketAddr) -> Result<()> {
    let router = Router::new().fallback(async || "hello");
    Ok(axum::serve(TcpListener::bind(listen).await?, router).await?)
}
