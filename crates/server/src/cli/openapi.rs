//! `automation-hub openapi`: the document of the Open API, for generators of clients and for reviews.

use automation_hub_server::api::router;

use super::output;

pub(super) fn run() -> anyhow::Result<()> {
    output::print(router::document().to_pretty_json()?)
}
