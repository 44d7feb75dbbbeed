//! What was acknowledged stays: the program is killed in the middle of writes, again and again.

#![expect(clippy::indexing_slicing, reason = "a test that can't go on should say where")]

use std::{
    env,
    fmt::Write as _,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::cli::harness::{Bench, Server};

const WRITERS: usize = 4;
/// The end comes after fewer acknowledged writes than this, and up to some microseconds later.
const MOST_WRITES: u64 = 16;
const LONGEST_MOMENT_MICROS: u64 = 4000;

/// How the sample organisation's administrator calls.
struct Caller {
    headers: String,
    category: i64,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_write_is_lost_when_the_program_is_killed() {
    let rounds: u32 = env::var("HUB_TEST_KILLS").map_or(200, |rounds| rounds.parse().unwrap());
    let bench = Bench::on_tested_engine().await;
    let caller = Arc::new(Caller::of_a_demo(&bench));
    let mut acknowledged: Vec<Acknowledged> = Vec::new();
    let mut latest = 0;
    for round in 0..rounds {
        let server = serve(&bench);
        caller.check(&server, &acknowledged[latest..]);
        latest = acknowledged.len();
        acknowledged.extend(write_until_killed(server, &caller, round));
    }
    let server = serve(&bench);
    caller.check(&server, &acknowledged);
    server.stop();
    let least = usize::try_from(rounds).unwrap();
    assert!(acknowledged.len() > least, "only {} writes in {rounds} rounds", acknowledged.len());
}

/// A write that was answered with success.
struct Acknowledged {
    id: i64,
    name: String,
}

fn serve(bench: &Bench) -> Server {
    let mut command = bench.command(&["serve", "--listen", "127.0.0.1:0"]);
    // Nobody reads the rest of the log: there must not be much of it.
    command.env("AUTOMATION_HUB_LOG__LEVEL", "warn,automation_hub::cli=info");
    Server::start(command)
}

/// Writes from several connections until the server is gone. Answers what it acknowledged.
fn write_until_killed(server: Server, caller: &Arc<Caller>, round: u32) -> Vec<Acknowledged> {
    let (sender, receiver) = mpsc::channel();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (caller, sender) = (Arc::clone(caller), sender.clone());
            let mut connection = Connection::open(&server.host);
            thread::spawn(move || {
                for number in 0.. {
                    let name = format!("Kill {round} writer {writer} number {number}");
                    let Some(id) = connection.create(&caller, &name) else { return };
                    sender.send(Acknowledged { id, name }).unwrap();
                }
            })
        })
        .collect();
    drop(sender);
    let enough = usize::try_from(getrandom::u64().unwrap() % MOST_WRITES).unwrap();
    let mut acknowledged: Vec<_> = receiver.iter().take(enough).collect();
    // No event marks the moment: any may be the one that loses something.
    thread::sleep(Duration::from_micros(getrandom::u64().unwrap() % LONGEST_MOMENT_MICROS));
    // Dropping it sends the signal that nothing can catch.
    drop(server);
    for writer in writers {
        writer.join().unwrap();
    }
    acknowledged.extend(receiver.try_iter());
    acknowledged
}

impl Caller {
    fn check(&self, server: &Server, acknowledged: &[Acknowledged]) {
        let mut connection = Connection::open(&server.host);
        for Acknowledged { id, name } in acknowledged {
            let (status, answer) = connection.get(self, &format!("/automations/{id}"));
            assert_eq!(status, 200, "“{name}” was acknowledged as {id} and is gone: {answer}");
            assert_eq!(answer["data"]["process_name"], **name);
        }
    }

    fn of_a_demo(bench: &Bench) -> Self {
        let mut demo = Server::start(bench.command(&["demo", "--json", "--listen", "127.0.0.1:0"]));
        let ready: Value = serde_json::from_str(&demo.first_line()).unwrap();
        let users = ready["users"].as_array().unwrap();
        let admin = users.iter().find(|user| user["role"] == "System Admin").unwrap();
        let tokens = ready["tokens"].as_array().unwrap();
        let token = tokens.iter().find(|token| token["user"] == admin["email"]).unwrap();
        let mut headers = format!(
            "host: hub\r\nx-ah-openapi-auth: openapi-token\r\nauthorization: Bearer {}/{}\r\n",
            ready["tenant_id"].as_str().unwrap(),
            token["token"].as_str().unwrap()
        );
        if let Some(app_key) = token["app_key"].as_str() {
            write!(headers, "x-ah-openapi-app-key: {app_key}\r\n").unwrap();
        }
        let mut caller = Self { headers, category: 0 };
        let (status, list) = Connection::open(&demo.host).get(&caller, "/automations?limit=1");
        assert_eq!(status, 200, "{list}");
        caller.category = list["data"]["processes"][0]["categories"][0]["category_id"].as_i64().unwrap();
        demo.stop();
        caller
    }
}

struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(host: &str) -> Self {
        let stream = TcpStream::connect(host).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    fn get(&mut self, caller: &Caller, path: &str) -> (u16, Value) {
        let head = format!("GET /api/v1/openapi{path} HTTP/1.1\r\n{}\r\n", caller.headers);
        let (status, body) = self.ask(head.as_bytes()).unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    /// The new idea's id if the answer arrived; none if the server is gone.
    fn create(&mut self, caller: &Caller, name: &str) -> Option<i64> {
        let body = serde_json::json!({
            "process_name": name,
            "process_description": "Written while the power fails.",
            "category_id": caller.category,
            "rules": 3, "input_type": 2, "input_quality": 4, "stability": 3, "documentation": 2,
        })
        .to_string();
        let request = format!(
            "POST /api/v1/openapi/automationidea HTTP/1.1\r\n{}content-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            caller.headers,
            body.len()
        );
        let (status, body) = self.ask(request.as_bytes())?;
        let answer: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(status, 201, "{answer}");
        Some(answer["data"]["process_id"].as_i64().unwrap())
    }

    fn ask(&mut self, request: &[u8]) -> Option<(u16, Vec<u8>)> {
        self.0.get_mut().write_all(request).ok()?;
        let (mut status, mut length, mut line) = (None, 0, String::new());
        loop {
            line.clear();
            if self.0.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let text = line.trim_end();
            match (status, text.split_once(": ")) {
                (None, _) => status = Some(text.split(' ').nth(1)?.parse().ok()?),
                (_, None) => break,
                (_, Some((name, value))) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse().ok()?;
                }
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).ok()?;
        Some((status?, body))
    }
}
