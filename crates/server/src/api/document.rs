//! The OpenAPI document: what all calls have in common is added here, once.

use std::collections::BTreeMap;

use utoipa::{
    OpenApi,
    openapi::{
        ContentBuilder, ObjectBuilder, OpenApi as Described, Ref, RefOr, ResponseBuilder, Schema,
        path::{Operation, ParameterBuilder, ParameterIn},
        schema::Type,
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

use crate::api::error::Problem;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Automation Hub Open API",
        description = "Ideas, automations, people and the application inventory of one tenant."
    ),
    servers(
        (url = "/api/v1/openapi", description = "The tenant is the one the token belongs to"),
        (
            url = "/{org}/{tenant}/automationhub_/api/v1/openapi",
            description = "The tenant stands in the address",
            variables(("org" = (default = "organization")), ("tenant" = (default = "tenant")))
        )
    ),
    components(schemas(Problem<'_>))
)]
pub struct Document;

/// Failures that any call can answer with.
const FAILURES: [(&str, &str); 5] = [
    ("400", "The input breaks a rule; `errorDetails` names the fields."),
    ("401", "No token, or one that isn't accepted."),
    ("403", "The token's user lacks the permission, or the call needs a user and the token has none."),
    ("429", "Too many requests; `Retry-After` says when to try again."),
    ("503", "The hub can't answer now; `Retry-After` says when to try again."),
];

/// What a request with an `Idempotency-Key` can be answered as well.
const IDEMPOTENCY_FAILURES: [(&str, &str); 2] = [
    ("409", "The first request with this `Idempotency-Key` isn't answered yet, or its answer was lost."),
    ("422", "The `Idempotency-Key` was sent with another request."),
];

/// What a response says where the call itself adds nothing: the format asks for a text on each.
const USUAL: [(&str, &str); 5] = [
    ("200", "Success."),
    ("201", "Resource Created."),
    ("404", "There is no such record."),
    ("409", "What is asked for clashes with what is there."),
    ("412", "The record isn't as `If-Match` says it is; nothing was changed."),
];

/// Adds the security scheme and the common failures to every operation.
pub fn complete(document: &mut Described) {
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(
        "token",
        SecurityScheme::Http(
            Http::builder()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some("`{tenantId}/{token}`, joined by one slash."))
                .build(),
        ),
    );
    let header = |name: &str, text: &str| {
        SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name, text)))
    };
    components.add_security_scheme("mode", header("x-ah-openapi-auth", "Always `openapi-token`."));
    components.add_security_scheme(
        "app_key",
        header("x-ah-openapi-app-key", "The token's app key, if it has one."),
    );
    refer_to_contents(&mut components.schemas);
    for item in document.paths.paths.values_mut() {
        if let Some(operation) = &mut item.post {
            take_idempotency_keys(operation);
        }
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            complete_operation(operation);
        }
    }
}

/// Each POST does.
fn take_idempotency_keys(operation: &mut Operation) {
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255));
    let header = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .description(Some(
            "Visible ASCII, new for each request: sent again with the same key it changes nothing again.",
        ))
        .schema(Some(text));
    operation.parameters.get_or_insert_default().push(header.build().into());
    for (status, description) in IDEMPOTENCY_FAILURES {
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert_with(|| problem(description).into());
    }
}

fn complete_operation(operation: &mut Operation) {
    for (status, description) in FAILURES {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| problem(description).into());
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if matches!(status.as_str(), "404" | "409" | "412") {
            response.content = problem("").content;
        }
        if response.description.is_empty() {
            let usual = USUAL.iter().find(|(candidate, _)| candidate == status);
            usual.map_or("An answer.", |(_, text)| text).clone_into(&mut response.description);
        }
    }
    let scopes: [&str; 0] = [];
    let both = || SecurityRequirement::new("token", scopes).add("mode", scopes);
    operation.security = Some(vec![both(), both().add("app_key", scopes)]);
}

/// An envelope of some contents is described with all of them written out; it may as well refer to them.
fn refer_to_contents(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    let names: Vec<String> = schemas.keys().cloned().collect();
    for (name, schema) in schemas {
        let Some(contents) = name.strip_prefix("Envelope_") else { continue };
        if let RefOr::T(Schema::Object(envelope)) = schema
            && names.iter().any(|name| name == contents)
        {
            envelope.properties.insert("data".into(), Ref::from_schema_name(contents).into());
        }
    }
}

fn problem(description: &str) -> utoipa::openapi::Response {
    let schema = Ref::from_schema_name("Problem");
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", ContentBuilder::new().schema(Some(schema)).build())
        .build()
}
