//! As much of an HTTP/1.1 client as a load driver needs: one connection, one request at a time, nothing kept.

use std::io::{Error, ErrorKind, Result};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::timing::Stopwatch;

const READ_BYTES: usize = 64 * 1024;

pub(crate) struct Connection {
    stream: TcpStream,
    /// Read, but not taken yet.
    buffer: Vec<u8>,
    taken: usize,
}

/// What is known of an answer once it is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body_bytes: usize,
    pub(crate) first_byte: Duration,
}

enum Framing {
    Length(usize),
    Chunked,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        Self::open_from(address, Ipv4Addr::LOCALHOST).await
    }

    /// Every address of 127.0.0.0/8 is this machine: each counts as a client of its own.
    pub(crate) async fn open_from(address: SocketAddr, source: Ipv4Addr) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((source, 0).into())?;
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(READ_BYTES), taken: 0 })
    }

    /// Sends a request and hands the parts of the answer's body over as they come.
    pub(crate) async fn exchange(&mut self, request: &[u8], mut body: impl FnMut(&[u8])) -> Result<Reply> {
        let watch = Stopwatch::start();
        self.stream.write_all(request).await?;
        let mut body_bytes = 0;
        let mut count = |part: &[u8]| {
            body_bytes += part.len();
            body(part);
        };
        self.fill().await?;
        let first_byte = watch.elapsed();
        let head = self.head().await?;
        let (status, framing) = parse_head(&head)?;
        match framing {
            Framing::Length(length) => self.take(length, &mut count).await?,
            Framing::Chunked => self.take_chunks(&mut count).await?,
        }
        Ok(Reply { status, body_bytes, first_byte })
    }

    /// Sends a request and waits for the first bytes of its answer, but takes none of the rest.
    pub(crate) async fn begin(&mut self, request: &[u8]) -> Result<()> {
        self.stream.write_all(request).await?;
        self.fill().await
    }

    /// Sends a part of a request, for one that is too long to be held whole.
    pub(crate) async fn send(&mut self, part: &[u8]) -> Result<()> {
        self.stream.write_all(part).await
    }

    /// As [`Connection::exchange`], with the body whole.
    pub(crate) async fn fetch(&mut self, request: &[u8]) -> Result<(Reply, Vec<u8>)> {
        let mut body = Vec::new();
        let reply = self.exchange(request, |part| body.extend_from_slice(part)).await?;
        Ok((reply, body))
    }

    async fn take_chunks(&mut self, body: &mut impl FnMut(&[u8])) -> Result<()> {
        loop {
            let line = self.until(b"\r\n").await?;
            let digits = std::str::from_utf8(&line).unwrap_or_default();
            let length = usize::from_str_radix(digits.trim(), 16).map_err(|_| broken("a chunk's length"))?;
            self.take(length, body).await?;
            self.take(2, &mut |_| ()).await?;
            if length == 0 {
                return Ok(());
            }
        }
    }

    async fn take(&mut self, mut length: usize, body: &mut impl FnMut(&[u8])) -> Result<()> {
        while length > 0 {
            let ready = self.buffer.get(self.taken..).unwrap_or_default();
            let part = ready.get(..length.min(ready.len())).unwrap_or_default();
            if part.is_empty() {
                self.fill().await?;
                continue;
            }
            body(part);
            length -= part.len();
            self.taken += part.len();
        }
        Ok(())
    }

    async fn head(&mut self) -> Result<Vec<u8>> {
        self.until(b"\r\n\r\n").await
    }

    async fn until(&mut self, end: &[u8]) -> Result<Vec<u8>> {
        loop {
            let ready = self.buffer.get(self.taken..).unwrap_or_default();
            if let Some(at) = ready.windows(end.len()).position(|window| window == end) {
                let found = ready.get(..at).unwrap_or_default().to_vec();
                self.taken += at + end.len();
                return Ok(found);
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<()> {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        self.buffer.reserve(READ_BYTES);
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

fn parse_head(head: &[u8]) -> Result<(u16, Framing)> {
    let head = std::str::from_utf8(head).map_err(|_| broken("the head"))?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let mut framing = Framing::Length(0);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            framing = Framing::Length(value.trim().parse().map_err(|_| broken("the content's length"))?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            framing = Framing::Chunked;
        }
    }
    Ok((status.ok_or_else(|| broken("the status"))?, framing))
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("{what} of an answer could not be read"))
}
