//! Files of 200 MB on their way in and out: what the server holds of them.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::http::Connection;
use crate::timing::Stopwatch;

use super::Bench;
use super::hub::{Hub, OPEN_API};
use super::memory::readers_that_stop;
use super::progress;
use super::report::{Report, Row, Target};

const FILE_MB: usize = 200;
/// Four characters of base64 are three bytes.
const PIECE: usize = 4 * 16 * 1024;
const PIECES: usize = FILE_MB * 1_000_000 / 3 * 4 / PIECE;
const AT_ONCE: usize = 4;
const OPENING: &str = "{\"document_title\":\"Recording\",\"document_description\":\"Measured\",\
    \"document_type_id\":9,\"file\":{\"file_name\":\"a.bin\",\"mimetype\":\"application/octet-stream\",\
    \"file_encoding\":\"base64\",\"file_content\":\"";
const CLOSING: &str = "\"}}";

pub(super) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    progress("uploads and downloads of 200 MB");
    report.section("A file of 200 MB");
    let hub = &bench.large;
    let idea = *bench.large_ids.first().context("an idea")?;
    let idle = hub.server.usage.anonymous_mb()?;
    let watch = Stopwatch::start();
    let (file, alone) = upload(hub, idea, idle).await?;
    report.add(Row::new("uploaded, s", watch.elapsed().as_secs_f64()));
    report.add(Row::new("upload, above idle, MB", alone).target(Target::below(64.0, 16.0)));
    let several = tokio::try_join!(
        upload(hub, idea, idle),
        upload(hub, idea, idle),
        upload(hub, idea, idle),
        upload(hub, idea, idle)
    )?;
    let highest = [several.0.1, several.1.1, several.2.1, several.3.1].into_iter().fold(0.0, f64::max);
    let name = format!("{AT_ONCE} uploads at once, above idle, MB");
    report.add(Row::new(&name, highest).target(Target::below(128.0, 64.0)));
    let watch = Stopwatch::start();
    let held = download(hub, file, idle).await?;
    report.add(Row::new("downloaded, s", watch.elapsed().as_secs_f64()));
    report.add(Row::new("download, above idle, MB", held).target(Target::below(64.0, 16.0)));
    let waiting = readers_that_stop(hub, &hub.get("/automations?limit=1000000")).await?;
    let (_, beside) = upload(hub, idea, idle).await?;
    drop(waiting);
    report.add(
        Row::new("upload beside 8 readers that stop reading, above idle, MB", beside)
            .target(Target::at_most(64.0)),
    );
    Ok(())
}

/// Answers the file's id and the most memory that was seen above idle.
async fn upload(hub: &Hub, idea: i64, idle: f64) -> Result<(i64, f64)> {
    let length = OPENING.len() + PIECES * PIECE + CLOSING.len();
    let mut head = format!(
        "POST {OPEN_API}/automations/{idea}/documents HTTP/1.1\r\nHost: bench\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n"
    );
    for header in hub.data().headers() {
        head.push_str(&header);
        head.push_str("\r\n");
    }
    let mut connection = Connection::open(hub.server.address).await?;
    connection.send(format!("{head}\r\n{OPENING}").as_bytes()).await?;
    let piece = "aaaa".repeat(PIECE / 4);
    let mut highest = 0.0_f64;
    for number in 0..PIECES {
        connection.send(piece.as_bytes()).await?;
        if number.is_multiple_of(64) {
            highest = highest.max(hub.server.usage.anonymous_mb()? - idle);
        }
    }
    let (reply, body) = connection.fetch(CLOSING.as_bytes()).await?;
    ensure!(reply.status == 201, "an upload was answered {}", reply.status);
    let answer: Value = serde_json::from_slice(&body)?;
    let file = answer.pointer("/data/file_id").and_then(Value::as_i64).context("a file's id")?;
    Ok((file, highest.max(hub.server.usage.anonymous_mb()? - idle)))
}

async fn download(hub: &Hub, file: i64, idle: f64) -> Result<f64> {
    let mut connection = Connection::open(hub.server.address).await?;
    let (mut highest, mut reads) = (0.0_f64, 0_u32);
    let request = hub.get(&format!("/download/file/{file}"));
    let reply = connection.exchange(&request, |_| {
        reads += 1;
        if reads.is_multiple_of(64) {
            highest = highest.max(hub.server.usage.anonymous_mb().unwrap_or_default() - idle);
        }
    });
    let reply = reply.await?;
    ensure!(reply.status == 200 && reply.body_bytes == PIECES * PIECE / 4 * 3, "a download broke off");
    Ok(highest)
}
