//! What every successful answer is wrapped in.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::error::ApiError,
    error::Error,
    json::{self, Members},
};

/// A successful answer.
#[derive(Serialize, ToSchema)]
pub struct Envelope<T> {
    message: &'static str,
    #[serde(rename = "statusCode")]
    status_code: u16,
    data: T,
}

/// 200, `Success`.
pub fn success<T: Serialize>(data: T) -> Result<Response, ApiError> {
    answer(StatusCode::OK, "Success", data)
}

/// 201, `Resource Created`.
pub fn created<T: Serialize>(data: T) -> Result<Response, ApiError> {
    answer(StatusCode::CREATED, "Resource Created", data)
}

/// 201, `Resource Updated`: the mirrored API answers changes so.
pub fn updated<T: Serialize>(data: T) -> Result<Response, ApiError> {
    answer(StatusCode::CREATED, "Resource Updated", data)
}

/// 200, `Resource Updated`: as changes of an automation answer.
pub fn changed<T: Serialize>(data: T) -> Result<Response, ApiError> {
    answer(StatusCode::OK, "Resource Updated", data)
}

fn answer<T: Serialize>(status: StatusCode, message: &'static str, data: T) -> Result<Response, ApiError> {
    let envelope = Envelope { message, status_code: status.as_u16(), data };
    let mut body = Vec::with_capacity(512);
    serde_json::to_writer(&mut body, &envelope).map_err(Error::internal)?;
    Ok(json_response(status, Body::from(body)))
}

/// What stands before a record that was changed.
pub const UPDATED: &[u8] = br#"{"message":"Resource Updated","statusCode":200,"data":"#;

pub const OPENING: &[u8] = br#"{"message":"Success","statusCode":200,"data":"#;

/// 200 around an object that is written as it stands.
pub fn success_object(capacity: usize, fill: impl FnOnce(&mut Members<'_>)) -> Response {
    let mut body = Vec::with_capacity(capacity);
    body.extend_from_slice(OPENING);
    json::object(&mut body, fill);
    body.push(b'}');
    json_response(StatusCode::OK, Body::from(body))
}

/// 200 around an array of what `write` appends for each item.
pub fn success_array<T>(items: impl IntoIterator<Item = T>, write: impl FnMut(&mut Vec<u8>, T)) -> Response {
    let mut body = OPENING.to_vec();
    json::array(&mut body, items, write);
    body.push(b'}');
    json_response(StatusCode::OK, Body::from(body))
}

/// Who may keep it is said on its way out, where the answer itself doesn't say it.
pub fn json_response(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
