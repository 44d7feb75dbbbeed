//! The address of the pipeline's list: whatever it says, it has one shortest form that says the same.

use automation_hub_server::pages::pipeline::query::ListQuery;

pub const PIECES: &[&str] = &[
    "phase=3&search=a&",
    "table=",
    "review",
    "live",
    "search=",
    "M%C3%BCller",
    "phase=",
    "status=",
    "category=",
    "type=",
    "submitter=me",
    "owner=me",
    "from=",
    "to=",
    "2026-01-01",
    "2026-02-30",
    "sort=",
    "name",
    "score",
    "order=",
    "asc",
    "desc",
    "page=",
    "18446744073709551615",
    "18446744073709551616",
    "0",
    "1",
    "7",
    "-3",
    "&",
    "%00",
    "+",
    "%",
];

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(query) = ListQuery::parse(text) else { return };
    let address = query.address("");
    let again = ListQuery::parse(address.trim_start_matches('?')).unwrap();
    assert_eq!(again.address(""), address, "{text:?}");
    assert_eq!(
        (again.table, &again.search, &again.conditions, again.sort, again.direction(), again.page_request()),
        (query.table, &query.search, &query.conditions, query.sort, query.direction(), query.page_request()),
        "{text:?}"
    );
}
