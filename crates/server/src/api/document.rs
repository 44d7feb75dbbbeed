//! The OpenAPI document: what all calls have in common is added here, once.

mod alternatives;
mod examples;
mod texts;

use std::collections::BTreeMap;

use utoipa::{
    OpenApi,
    openapi::{
        Array, Components, Content, ContentBuilder, HeaderBuilder, ObjectBuilder, OpenApi as Described, Ref,
        RefOr, Required, Response, ResponseBuilder, Schema,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        request_body::RequestBody,
        schema::Type,
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

use crate::api::error::Problem;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Automation Hub Open API",
        description = "Ideas, automations, people and the application inventory of one tenant.\n\n\
            Members of a body and parameters of a query that this document doesn't name are ignored, and so are \
            parameters without a value. In a body, null is as good as absent wherever a member may be left out, unless it \
            is said to take something away."
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

/// A failure: its status, its name in the document, what it says, and the header that comes with it.
type Failure = (&'static str, &'static str, &'static str, Option<(&'static str, &'static str)>);

const CHALLENGE: Option<(&str, &str)> =
    Some(("WWW-Authenticate", "What the credential lacks, as in RFC 6750."));
const PATIENCE: Option<(&str, &str)> = Some(("Retry-After", "Seconds after which to try again."));

/// Failures that any call can answer with. 405 isn't one of a call: it answers methods that a path doesn't have.
const ANY_CALL: [Failure; 7] = [
    ("400", "InvalidInput", "The input breaks a rule; `errorDetails` names the fields.", None),
    ("401", "Unauthenticated", "No token, or one that isn't accepted.", CHALLENGE),
    (
        "403",
        "Forbidden",
        "The token's user lacks the permission, or the call needs a user and the token has none.",
        CHALLENGE,
    ),
    ("404", "NotFound", "There is no such record, or the address names no tenant.", None),
    ("429", "TooManyRequests", "Too many requests; `Retry-After` says when to try again.", PATIENCE),
    ("500", "Failed", "The hub failed at this. What was to be changed may be changed.", None),
    ("503", "Unavailable", "The hub can't answer now; `Retry-After` says when to try again.", PATIENCE),
];
/// Failures of calls with a body.
const BODY: [Failure; 3] = [
    ("408", "BodyTooSlow", "The body took too long, or too little of it came.", None),
    ("413", "BodyTooLarge", "The body is larger than this server takes.", None),
    ("415", "UnsupportedBody", "The body isn't JSON, or is compressed.", None),
];

/// What a change that compares no tags can be answered as well.
const UNCOMPARED: Failure = (
    "412",
    "NothingToMatch",
    "`If-Match` names an entity tag, and this call has none to compare it with; nothing was changed.",
    None,
);

/// What a request with an `Idempotency-Key` can be answered as well.
const KEYED: [Failure; 2] = [
    (
        "409",
        "KeyInUse",
        "The first request with this `Idempotency-Key` isn't answered yet, or its answer was lost.",
        PATIENCE,
    ),
    ("422", "KeyReused", "The `Idempotency-Key` was sent with another request.", None),
];

/// What a response says where the call itself adds nothing: the format asks for a text on each.
const USUAL: [(&str, &str); 4] = [
    ("200", "Success."),
    ("201", "Resource Created."),
    ("409", "What is asked for clashes with what is there."),
    ("412", "The record isn't as `If-Match` says it is; nothing was changed."),
];

/// What is said of the parameters of every list.
const PAGING: [(&str, &str); 3] = [
    ("limit", "How many rows; 50 unless given, without an upper bound."),
    ("offset", "How many rows to pass over; counts more than `page` unless it is 0."),
    ("page", "Which page of `limit` rows; 0 and 1 are the first."),
];

/// Adds the security scheme and the common failures to every operation.
pub fn complete(document: &mut Described) {
    let components = document.components.get_or_insert_default();
    add_security(components);
    for (_, name, description, header) in ANY_CALL.into_iter().chain(BODY).chain(KEYED).chain([UNCOMPARED]) {
        components.responses.insert(name.to_owned(), problem(description, header).into());
    }
    refer_to_contents(&mut components.schemas);
    alternatives::split(&mut components.schemas);
    components.schemas.values_mut().for_each(texts::spell_out);
    let examples = examples::all();
    for item in document.paths.paths.values_mut() {
        if let Some(operation) = &mut item.post {
            take_idempotency_keys(operation);
        }
        let changes = [&mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        changes.into_iter().flatten().for_each(refuse_tags);
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            complete_operation(operation);
            if let Some(example) = operation.operation_id.as_ref().and_then(|id| examples.get(id)) {
                example.show(operation);
            }
        }
    }
}

fn add_security(components: &mut Components) {
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
}

/// Each POST does.
fn take_idempotency_keys(operation: &mut Operation) {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(255))
        .pattern(Some("^[!-~]+$"));
    let header = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .description(Some(
            "Visible ASCII, new for each request: sent again with the same key it changes nothing again.",
        ))
        .schema(Some(text));
    operation.parameters.get_or_insert_default().push(header.build().into());
    for (status, name, ..) in KEYED {
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert_with(|| Ref::from_response_name(name).into());
    }
}

/// Each change that doesn't say itself that it compares them does.
fn refuse_tags(operation: &mut Operation) {
    let (status, name, ..) = UNCOMPARED;
    if operation.responses.responses.contains_key(status) {
        return;
    }
    operation.responses.responses.insert(status.to_owned(), Ref::from_response_name(name).into());
    let header = ParameterBuilder::new()
        .name("If-Match")
        .parameter_in(ParameterIn::Header)
        .description(Some("`*` only: there is no `ETag` to compare. Anything else is 412."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
    operation.parameters.get_or_insert_default().push(header.build().into());
}

fn complete_operation(operation: &mut Operation) {
    operation.parameters.iter_mut().flatten().for_each(complete_parameter);
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        complete_body(body);
    }
    let of_body = if operation.request_body.is_some() { &BODY[..] } else { &[] };
    let responses = &mut operation.responses.responses;
    for (status, name, ..) in ANY_CALL.iter().chain(of_body) {
        let told =
            responses.entry((*status).to_owned()).or_insert_with(|| Ref::from_response_name(*name).into());
        if matches!(told, RefOr::T(response) if response.description.is_empty()) {
            *told = Ref::from_response_name(*name).into();
        }
    }
    for (status, response) in responses {
        let RefOr::T(response) = response else { continue };
        if status.starts_with('4') {
            response.content = problem("", None).content;
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

/// A body is there or it isn't. That null is as good as none needn't be known: clients made of a choice with it send no
/// body that they could write.
fn complete_body(body: &mut RequestBody) {
    for content in body.content.values_mut() {
        let RefOr::T(Content { schema: Some(schema), .. }) = content else { continue };
        alternatives::refuse_null(schema);
    }
}

fn complete_parameter(parameter: &mut RefOr<Parameter>) {
    let RefOr::T(parameter) = parameter else { return };
    let Some(schema) = &mut parameter.schema else { return };
    // A parameter is there or it isn't: there is no null.
    alternatives::refuse_null(schema);
    if parameter.parameter_in != ParameterIn::Query {
        return;
    }
    if let Some((_, text)) = PAGING.iter().find(|(name, _)| *name == parameter.name) {
        parameter.description.get_or_insert_with(|| (*text).to_owned());
    }
    let RefOr::T(Schema::Object(object)) = schema else { return };
    if parameter.name == "limit" {
        object.minimum = Some(1_u64.into());
    }
    // One without a value is as good as absent.
    if parameter.required == Required::True {
        object.pattern = Some("\\S".to_owned());
        object.min_length = Some(1);
    } else if let Some(pattern) = object.pattern.as_deref().and_then(|pattern| pattern.strip_suffix(")$")) {
        object.pattern = Some(format!("{pattern})?$"));
    }
}

/// An envelope of some contents is described with all of them written out; it may as well refer to them.
fn refer_to_contents(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    let names: Vec<String> = schemas.keys().cloned().collect();
    for (name, schema) in schemas {
        let Some(contents) = name.strip_prefix("Envelope_") else { continue };
        let one = contents.strip_prefix("Vec_").unwrap_or(contents);
        if let RefOr::T(Schema::Object(envelope)) = schema
            && names.iter().any(|name| name == one)
        {
            let one = Ref::from_schema_name(one);
            let data = if contents.starts_with("Vec_") { Array::new(one).into() } else { one.into() };
            envelope.properties.insert("data".into(), data);
        }
    }
}

fn problem(description: &str, header: Option<(&str, &str)>) -> Response {
    let schema = Ref::from_schema_name("Problem");
    let mut response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", ContentBuilder::new().schema(Some(schema)).build());
    if let Some((name, text)) = header {
        response = response.header(name, HeaderBuilder::new().description(Some(text)).build());
    }
    response.build()
}
