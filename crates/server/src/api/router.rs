//! Every call of the Open API, and the document that describes them: one list.

use axum::Router;
use utoipa::{OpenApi as _, openapi::OpenApi};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        applications, auth_info, automation_store,
        automations::{
            answer, categories, create, delete, documents, idea_flow, list, media, show, status, submit,
        },
        components,
        document::{self, Document},
        download,
        error::ApiError,
        hierarchy, idea_flows, idea_schema, questionnaire, users,
    },
    app::App,
};

/// The calls relative to their base path. Each takes an `Actor`, and with it the check of the route table.
pub fn open_api() -> (Router<App>, OpenApi) {
    let (router, described) = calls();
    let router = router
        .fallback(|| async { ApiError::route_not_found() })
        .method_not_allowed_fallback(|| async { ApiError::method_not_allowed() });
    (router, described)
}

/// The document alone, for whoever wants it without a server.
pub fn document() -> OpenApi {
    calls().1
}

fn calls() -> (Router<App>, OpenApi) {
    let (router, mut described) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(auth_info::auth_info))
        .routes(routes!(hierarchy::hierarchy))
        .routes(routes!(applications::list_applications))
        .routes(routes!(applications::write::save_applications))
        .routes(routes!(applications::write::delete_application))
        .routes(routes!(hierarchy::write::save_categories))
        .routes(routes!(users::list_roles))
        .routes(routes!(users::list_users))
        .routes(routes!(users::write::add_user))
        .routes(routes!(users::write::edit_user))
        .routes(routes!(idea_flows::list_idea_flows))
        .routes(routes!(idea_schema::idea_schema))
        .routes(routes!(questionnaire::list_questions))
        .routes(routes!(list::list_automations, create::create_automation))
        .routes(routes!(show::get_automation, answer::answer_idea, delete::delete_idea))
        .routes(routes!(idea_schema::automation_schema))
        .routes(routes!(status::move_idea))
        .routes(routes!(idea_flow::change_idea_flow))
        .routes(routes!(categories::file_idea))
        .routes(routes!(create::create_idea_from_schema))
        .routes(routes!(submit::submit_idea))
        .routes(routes!(submit::submit_coe_idea))
        .routes(routes!(submit::submit_mining_idea))
        .routes(routes!(documents::list_documents, documents::add_document))
        .routes(routes!(media::list_media, media::add_media))
        .routes(routes!(download::download_file))
        .routes(routes!(components::list_components))
        .routes(routes!(components::list_automation_components))
        .routes(routes!(automation_store::list_store))
        .routes(routes!(automation_store::list_store_reviews))
        .split_for_parts();
    document::complete(&mut described);
    (router, described)
}
