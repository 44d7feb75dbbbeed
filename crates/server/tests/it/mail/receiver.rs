//! A mail server that takes mail over a real connection, or does whatever else it is told to.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// What happens in one connection where a client says something that begins so; `.` is the end of a mail.
#[derive(Clone, Copy, Debug)]
pub enum Turn {
    Answer(&'static str, &'static str),
    HangUp(&'static str),
    /// The mail is kept, but the client never hears so.
    KeepAndHangUp,
    /// Nothing is answered any more.
    Silence(&'static str),
}

/// A mail as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    pub data: String,
    pub credential: Option<String>,
}

impl Received {
    /// The value of a header field, folded lines joined.
    pub fn header(&self, name: &str) -> String {
        let head = self.data.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(field, _)| *field == name).map(|(_, value)| value.to_owned()).unwrap_or_default()
    }

    /// The path that the first link in the plain part leads to.
    pub fn path(&self) -> String {
        let unfolded = self.data.replace("=\r\n", "");
        let link = unfolded.split("http://127.0.0.1:8080").nth(1).unwrap();
        link.split(['\r', '\n', '"']).next().unwrap().to_owned()
    }
}

#[derive(Default)]
struct State {
    turns: VecDeque<Turn>,
    mails: Vec<Received>,
    said: Vec<String>,
}

pub struct Receiver {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Receiver {
    /// Takes one of these turns in each connection, and just the mail once there are none left.
    pub async fn start(turns: &[Turn]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = State { turns: turns.iter().copied().collect(), ..State::default() };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let turn = shared.lock().unwrap().turns.pop_front();
                tokio::spawn(Conversation::of(stream, turn, Arc::clone(&shared)).hold());
            }
        });
        Self { port, state }
    }

    pub fn mails(&self) -> Vec<Received> {
        self.state.lock().unwrap().mails.clone()
    }

    /// Everything that clients said outside of mails.
    pub fn said(&self) -> Vec<String> {
        self.state.lock().unwrap().said.clone()
    }
}

struct Conversation {
    lines: Lines<BufReader<OwnedReadHalf>>,
    writer: OwnedWriteHalf,
    turn: Option<Turn>,
    state: Arc<Mutex<State>>,
    mail: Received,
}

impl Conversation {
    fn of(stream: TcpStream, turn: Option<Turn>, state: Arc<Mutex<State>>) -> Self {
        let (reader, writer) = stream.into_split();
        let mail = Received { from: String::new(), to: Vec::new(), data: String::new(), credential: None };
        Self { lines: BufReader::new(reader).lines(), writer, turn, state, mail }
    }

    async fn hold(mut self) {
        self.say("220 receiver.test").await;
        while let Ok(Some(line)) = self.lines.next_line().await {
            self.state.lock().unwrap().said.push(line.clone());
            match self.turn {
                Some(Turn::Answer(at, reply)) if line.starts_with(at) => self.say(reply).await,
                Some(Turn::HangUp(at)) if line.starts_with(at) => return,
                Some(Turn::Silence(at)) if line.starts_with(at) => std::future::pending().await,
                _ if line == "QUIT" => return self.say("221 bye").await,
                _ if line == "DATA" => {
                    self.say("354 go on").await;
                    if !self.take_mail().await {
                        return;
                    }
                }
                _ => self.answer(&line).await,
            }
        }
    }

    async fn answer(&mut self, line: &str) {
        if line.starts_with("EHLO") {
            return self.say("250-receiver.test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN").await;
        }
        if let Some(credential) = line.strip_prefix("AUTH PLAIN ") {
            self.mail.credential = Some(credential.to_owned());
            return self.say("235 welcome").await;
        }
        let address = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        if line.starts_with("MAIL") {
            self.mail.from = address;
        } else {
            self.mail.to.push(address);
        }
        self.say("250 ok").await;
    }

    /// Whether the conversation goes on.
    async fn take_mail(&mut self) -> bool {
        while let Ok(Some(line)) = self.lines.next_line().await {
            if line != "." {
                self.mail.data.push_str(&line);
                self.mail.data.push_str("\r\n");
                continue;
            }
            match self.turn {
                Some(Turn::HangUp(".")) => return false,
                Some(Turn::Answer(".", reply)) => {
                    self.say(reply).await;
                    return true;
                }
                _ => self.state.lock().unwrap().mails.push(self.mail.clone()),
            }
            if matches!(self.turn, Some(Turn::KeepAndHangUp)) {
                return false;
            }
            self.say("250 taken").await;
            return true;
        }
        false
    }

    async fn say(&mut self, reply: &str) {
        self.writer.write_all(format!("{reply}\r\n").as_bytes()).await.unwrap();
    }
}
