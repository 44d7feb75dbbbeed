//! What every successful answer is wrapped in.

use automation_hub_domain::page::{PageRequest, total_pages};
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

/// Where in a list its answer stands. Stands beside the rows, which have a name of their own.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Paging {
    /// Counted from 1; the last one if the page asked for lies beyond it.
    pub page: u64,
    /// How many rows this answer has.
    #[serde(rename = "pageSize")]
    pub page_size: u64,
    #[serde(rename = "totalItems")]
    pub total_items: u64,
    /// At least 1, also for an empty list.
    #[serde(rename = "totalPages")]
    pub total_pages: u64,
}

/// As [`Paging`], where a part of a list was asked for that otherwise comes whole; else nothing.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct PagingIfAsked {
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u64>,
    #[serde(rename = "pageSize", skip_serializing_if = "Option::is_none")]
    page_size: Option<u64>,
    #[serde(rename = "totalItems", skip_serializing_if = "Option::is_none")]
    total_items: Option<u64>,
    #[serde(rename = "totalPages", skip_serializing_if = "Option::is_none")]
    total_pages: Option<u64>,
}

impl Paging {
    pub fn of(request: PageRequest, total: u64) -> Self {
        let pages = total_pages(total, request.limit);
        Self {
            // Published clients ask on until `page` is `totalPages`. Beyond the last page, where a list that
            // shrank meanwhile leads them, they would never stop.
            page: request.number().min(pages),
            page_size: request.limit.min(total.saturating_sub(request.offset)),
            total_items: total,
            total_pages: pages,
        }
    }

    /// Of a list that comes whole unless a part of it is asked for, which who asks for all is told nothing of.
    pub fn if_asked(request: PageRequest, rows: usize) -> PagingIfAsked {
        if request == PageRequest::WHOLE {
            return PagingIfAsked::default();
        }
        let Self { page, page_size, total_items, total_pages } =
            Self::of(request, u64::try_from(rows).unwrap_or(u64::MAX));
        PagingIfAsked {
            page: Some(page),
            page_size: Some(page_size),
            total_items: Some(total_items),
            total_pages: Some(total_pages),
        }
    }

    pub fn write(self, m: &mut Members<'_>) {
        let integer = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        m.integer("page", integer(self.page));
        m.integer("pageSize", integer(self.page_size));
        m.integer("totalItems", integer(self.total_items));
        m.integer("totalPages", integer(self.total_pages));
    }
}
