//! Which part of a list is asked for, and what its answer says of where it stands.

use automation_hub_domain::page::{PageRequest, total_pages};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api::extract::Query,
    error::{Error, Violations},
    json::Members,
};

/// The query of a list, as the API document describes it. It is read by [`Query::page`].
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the names, types and comments of its fields are what is used of it")]
pub struct PageQuery {
    /// How many rows at most; 50 unless given.
    limit: Option<u64>,
    /// How many rows come before the first one.
    offset: Option<u64>,
    /// Counted from 1, in place of `offset`.
    page: Option<u64>,
}

/// The query of a list that comes whole unless a part of it is asked for. It is read by [`Query::page_if_asked`].
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the names, types and comments of its fields are what is used of it")]
pub struct PartQuery {
    /// How many rows at most; all unless given.
    limit: Option<u64>,
    /// How many rows come before the first one.
    offset: Option<u64>,
    /// Counted from 1, in place of `offset`.
    page: Option<u64>,
}

impl Query {
    /// As [`Query::page`] with the usual limit, for calls that ask for nothing else.
    pub fn page_alone(&self) -> Result<PageRequest, Error> {
        self.page_or_refusal(PageRequest::DEFAULT_LIMIT)
    }

    /// As [`Query::page_alone`] of a list that comes whole unless a page of it is asked for.
    pub fn page_if_asked(&self) -> Result<PageRequest, Error> {
        self.page_or_refusal(PageRequest::WHOLE.limit)
    }

    fn page_or_refusal(&self, default_limit: u64) -> Result<PageRequest, Error> {
        let mut violations = Violations::default();
        let request = self.page(default_limit, &mut violations);
        violations.into_result()?;
        Ok(request)
    }

    /// `limit`, `offset` and `page` in all spellings that clients use. Pages zero and one are the first.
    pub fn page(&self, default_limit: u64, violations: &mut Violations) -> PageRequest {
        let mut natural = |names: &[&'static str], least: i64| {
            let value = self.integer(names, violations)?;
            if value < least {
                violations.add(self.spelling(names), format!("At least {least} is needed."));
            }
            u64::try_from(value).ok()
        };
        let limit = natural(&["limit", "perpage", "pageSize"], 1).unwrap_or(default_limit);
        let page = natural(&["page"], 0);
        let offset = natural(&["offset"], 0);
        match (offset, page) {
            // Some clients send the `offset` of the first page along with every `page`.
            (None | Some(0), Some(page)) => PageRequest::numbered(page, limit),
            (Some(offset), _) => PageRequest { offset, limit },
            (None, None) => PageRequest { offset: 0, limit },
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_page_parameters_are_all_named() {
        let mut violations = Violations::default();
        Query::parse("limit=0&page=-1&offset=x").page(50, &mut violations);
        let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_ref()).collect();
        assert_eq!(fields, ["limit", "page", "offset"]);
    }

    #[test]
    fn an_offset_wins_over_a_page_unless_it_is_zero() {
        let mut violations = Violations::default();
        let request = Query::parse("limit=20&page=3&offset=7").page(50, &mut violations);
        assert_eq!(request, PageRequest { offset: 7, limit: 20 });
        let request = Query::parse("limit=20&page=3&offset=0").page(50, &mut violations);
        assert_eq!(request, PageRequest { offset: 40, limit: 20 });
        assert_eq!(Query::parse("page=2").page(50, &mut violations), PageRequest { offset: 50, limit: 50 });
    }
}
