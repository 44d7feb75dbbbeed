//! `GET /authinfo`: who calls, and for which tenant.

use std::convert::Infallible;

use automation_hub_domain::role::{ACCOUNT_OWNER, DEFAULT_ROLES, SYSTEM_ADMIN};
use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::envelope,
    app::App,
    auth::{
        actor::Actor,
        principal::{TenantRecord, UserRecord},
    },
    json::{self, Members},
};

/// The answer as the API document describes it. It is written without such a value.
#[derive(Serialize, ToSchema)]
pub struct AuthInfo<'a> {
    r#type: &'static str,
    tenant: TenantInfo<'a>,
    /// Null for a tenant-level token.
    user: Option<UserInfo<'a>>,
}

#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names are those of the wire")]
struct TenantInfo<'a> {
    /// A UUID.
    tenant_uuid: String,
    /// Organisation and tenant.
    tenant_company_name: String,
    tenant_url: String,
    tenant_currency: &'a str,
}

#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names are those of the wire")]
struct UserInfo<'a> {
    user_id: i64,
    user_email: &'a str,
    user_first_name: &'a str,
    user_last_name: &'a str,
    user_job_title: Option<&'a str>,
    user_department: Option<&'a str>,
    /// `Not Specified` if none is known.
    user_business_unit: &'a str,
    user_is_admin: u8,
    user_is_active: u8,
    /// Slugs of roles.
    user_roles: &'a [String],
}

/// Who the token acts for. The usual test of a connection.
#[utoipa::path(get, path = "/authinfo", tag = "Session", responses((status = 200, body = envelope::Envelope<AuthInfo<'_>>)))]
pub async fn auth_info(actor: Actor, Origin(origin): Origin) -> Response {
    envelope::success_object(512, |m| {
        m.text("type", "openapi-token");
        m.object("tenant", |m| tenant(m, &actor.tenant, &origin));
        match actor.user.as_deref() {
            Some(caller) => m.object("user", |m| user(m, caller)),
            None => m.null("user"),
        }
    })
}

fn tenant(m: &mut Members<'_>, tenant: &TenantRecord, origin: &str) {
    let (organization, name) = (tenant.organization_slug.as_str(), tenant.tenant_slug.as_str());
    m.text("tenant_uuid", tenant.uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    m.joined("tenant_company_name", &[&tenant.organization_name, " - ", &tenant.tenant_name]);
    m.joined("tenant_url", &[origin, "/", organization, "/", name, "/automationhub_"]);
    m.text("tenant_currency", &tenant.currency);
}

/// Where the caller reaches us. An extractor of its own, as one of all headers would copy them.
pub struct Origin(String);

impl FromRequestParts<App> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self(app.public_origin.address(&parts.headers)))
    }
}

fn user(m: &mut Members<'_>, user: &UserRecord) {
    let is_admin_role = |slug: &String| {
        DEFAULT_ROLES.iter().any(|role| {
            role.slug == slug && (role.id == ACCOUNT_OWNER.get() || role.id == SYSTEM_ADMIN.get())
        })
    };
    m.integer("user_id", user.id.get());
    m.text("user_email", &user.email);
    m.text("user_first_name", &user.first_name);
    m.text("user_last_name", &user.last_name);
    m.optional_text("user_job_title", user.job_title.as_deref());
    m.optional_text("user_department", user.department.as_deref());
    m.text("user_business_unit", user.business_unit.as_deref().unwrap_or("Not Specified"));
    m.flag("user_is_admin", user.role_slugs.iter().any(is_admin_role));
    m.flag("user_is_active", user.is_active);
    m.array("user_roles", &user.role_slugs, |buffer, slug| json::string(buffer, slug));
}
