//! The least code that does the product's work: axum and SQLite on one thread. The token is looked up in the
//! database on each request, totals are counted, search is `LIKE`, each write is a commit of its own, each
//! answer is built whole. It serves the same records as the product, out of one text column.

mod fill;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::{RawPathParams, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;

pub(crate) use fill::{TOKEN, create as create_database, fill, ids_of, most_common_status};

type Shared = State<Arc<Floor>>;

const NAME: &str = r#""process_name":"#;

struct Floor {
    database: Mutex<Connection>,
    model: Model,
}

/// The record that the product serves of the idea that was filed last, around its name: what is created here is as wide.
struct Model {
    before: String,
    after: String,
}

impl Model {
    fn read(database: &Connection) -> Result<Self> {
        let sql = "SELECT record, name FROM ideas ORDER BY id DESC LIMIT 1";
        let (record, name): (String, String) =
            database.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let member = format!("{NAME}{},", serde_json::to_string(&name)?);
        let (before, after) = record.split_once(&member).context("a record with its name")?;
        Ok(Self { before: before.into(), after: after.into() })
    }

    fn record(&self, name: &str) -> Result<String, Failure> {
        let name = serde_json::to_string(name).map_err(|_| Failure::BadRequest)?;
        Ok([&self.before, NAME, &name, ",", &self.after].concat())
    }
}

const SCHEMA: &str = "
    CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL);
    CREATE TABLE tokens (digest BLOB PRIMARY KEY, user_id INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE ideas (id INTEGER PRIMARY KEY, status INTEGER NOT NULL, created INTEGER NOT NULL,
        name TEXT NOT NULL, record TEXT NOT NULL);
    CREATE INDEX ideas_by_status ON ideas (status, created DESC, id DESC);
    CREATE INDEX ideas_newest ON ideas (created DESC, id DESC);";

pub(crate) async fn serve(listen: SocketAddr, database: &Path) -> Result<()> {
    let database = open(database)?;
    let state = Arc::new(Floor { model: Model::read(&database)?, database: Mutex::new(database) });
    let router = Router::new()
        .route("/authinfo", get(authinfo))
        .route("/automations", get(list))
        .route("/automations/{id}", get(one))
        .route("/automationidea", post(create))
        .with_state(state);
    Ok(axum::serve(TcpListener::bind(listen).await?, router).await?)
}

fn open(database: &Path) -> Result<Connection> {
    let connection = Connection::open(database)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
         PRAGMA mmap_size = 1073741824;",
    )?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

struct Caller {
    id: i64,
    email: String,
    name: String,
}

enum Failure {
    Unauthorized,
    NotFound,
    BadRequest,
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Database(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        match self {
            Self::Database(error) => (status, error.to_string()).into_response(),
            _ => (status, "refused").into_response(),
        }
    }
}

fn lock(floor: &Floor) -> MutexGuard<'_, Connection> {
    floor.database.lock().unwrap_or_else(PoisonError::into_inner)
}

fn authenticate(database: &Connection, headers: &HeaderMap) -> Result<Caller, Failure> {
    let credential = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = credential.and_then(|value| value.split_once('/')).ok_or(Failure::Unauthorized)?.1;
    let digest: [u8; 32] = Sha256::digest(token).into();
    database
        .prepare_cached(
            "SELECT u.id, u.email, u.name FROM tokens t JOIN users u ON u.id = t.user_id WHERE t.digest = ?1",
        )?
        .query_row([digest], |row| Ok(Caller { id: row.get(0)?, email: row.get(1)?, name: row.get(2)? }))
        .optional()?
        .ok_or(Failure::Unauthorized)
}

fn json(body: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn authinfo(State(shared): Shared, headers: HeaderMap) -> Result<Response, Failure> {
    let Caller { id, email, name } = authenticate(&lock(&shared), &headers)?;
    Ok(json(format!(
        r#"{{"message":"Success","statusCode":200,"data":{{"user_id":{id},"user_email":"{email}","user_name":"{name}"}}}}"#
    )))
}

async fn one(State(shared): Shared, path: RawPathParams, headers: HeaderMap) -> Result<Response, Failure> {
    let database = lock(&shared);
    authenticate(&database, &headers)?;
    let id: i64 = path.iter().next().and_then(|(_, value)| value.parse().ok()).ok_or(Failure::BadRequest)?;
    let mut statement = database.prepare_cached("SELECT record FROM ideas WHERE id = ?1")?;
    let mut rows = statement.query([id])?;
    let row = rows.next()?.ok_or(Failure::NotFound)?;
    let record = row.get_ref(0)?.as_str().map_err(|_| Failure::BadRequest)?;
    Ok(json(format!(r#"{{"message":"Success","statusCode":200,"data":{record}}}"#)))
}

/// What a list is asked for.
#[derive(Default)]
struct Wanted {
    status: Option<i64>,
    search: Option<String>,
    limit: i64,
    offset: i64,
}

impl Wanted {
    fn parse(query: &str) -> Self {
        let mut wanted = Self { limit: 50, ..Self::default() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "status" => wanted.status = value.parse().ok(),
                "search" => wanted.search = Some(format!("%{value}%")),
                "limit" => wanted.limit = value.parse().unwrap_or(50),
                "offset" => wanted.offset = value.parse().unwrap_or(0),
                _ => {}
            }
        }
        wanted
    }
}

async fn list(State(shared): Shared, query: RawQuery, headers: HeaderMap) -> Result<Response, Failure> {
    let database = lock(&shared);
    authenticate(&database, &headers)?;
    let Wanted { status, search, limit, offset } = Wanted::parse(query.0.as_deref().unwrap_or_default());
    let condition = match (status, &search) {
        (Some(_), None) => "status = ?1 AND ?2 IS NULL",
        (None, None) => "?1 IS NULL AND ?2 IS NULL",
        _ => "(?1 IS NULL OR status = ?1) AND record LIKE ?2",
    };
    let total: i64 = database
        .prepare_cached(&format!("SELECT count(*) FROM ideas WHERE {condition}"))?
        .query_row(params![status, search], |row| row.get(0))?;
    let mut statement = database.prepare_cached(&format!(
        "SELECT record FROM ideas WHERE {condition} ORDER BY created DESC, id DESC LIMIT ?3 OFFSET ?4"
    ))?;
    let mut rows = statement.query(params![status, search, limit, offset])?;
    let mut body = String::from(r#"{"message":"Success","statusCode":200,"data":{"processes":["#);
    let mut shown = 0;
    while let Some(row) = rows.next()? {
        if shown > 0 {
            body.push(',');
        }
        body.push_str(row.get_ref(0)?.as_str().map_err(|_| Failure::BadRequest)?);
        shown += 1;
    }
    let (page, pages) = (offset / limit.max(1) + 1, (total + limit - 1) / limit.max(1));
    let written =
        write!(body, r#"],"page":{page},"pageSize":{shown},"totalItems":{total},"totalPages":{pages}}}}}"#);
    written.map_err(|_| Failure::BadRequest)?;
    Ok(json(body))
}

#[derive(Deserialize)]
struct Submission {
    name: String,
}

async fn create(State(shared): Shared, headers: HeaderMap, body: String) -> Result<Response, Failure> {
    let database = lock(&shared);
    authenticate(&database, &headers)?;
    let submission: Submission = serde_json::from_str(&body).map_err(|_| Failure::BadRequest)?;
    database
        .prepare_cached("INSERT INTO ideas (status, created, name, record) VALUES (46, 0, ?1, ?2)")?
        .execute(params![submission.name, shared.model.record(&submission.name)?])?;
    let id = database.last_insert_rowid();
    let answer = format!(r#"{{"message":"Resource Created","statusCode":201,"data":{{"process_id":{id}}}}}"#);
    Ok((StatusCode::CREATED, json(answer)).into_response())
}
