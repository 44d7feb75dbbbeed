//! The program `automation-hub`.

use std::sync::Arc;

use automation_hub_server::{app::App, clock::SystemClock, config::Config, listen, router::router};
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::defaults().map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
    std::fs::create_dir_all(&config.storage.data_dir)?;
    let app = App::open(config, Arc::new(SystemClock)).await?;
    let listener = TcpListener::bind(app.config.server.listen).await?;
    let stop = async {
        drop(tokio::signal::ctrl_c().await);
    };
    let config = app.config.clone();
    listen::serve(listener, router(app), &config, stop).await?;
    Ok(())
}
