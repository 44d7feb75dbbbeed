//! `GET /authinfo`: who calls, and for which tenant.

use automation_hub_domain::role::{ACCOUNT_OWNER, DEFAULT_ROLES, SYSTEM_ADMIN};
use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::Response,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{envelope, error::ApiError},
    app::App,
    auth::{actor::Actor, principal::UserRecord},
};

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
pub async fn auth_info(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let tenant = &actor.tenant;
    let (organization, name) = (tenant.organization_slug.as_str(), tenant.tenant_slug.as_str());
    envelope::success(AuthInfo {
        r#type: "openapi-token",
        tenant: TenantInfo {
            tenant_uuid: tenant.uuid.to_string(),
            tenant_company_name: format!("{} - {}", tenant.organization_name, tenant.tenant_name),
            tenant_url: format!("{}/{organization}/{name}/automationhub_", origin(&app, &headers)),
            tenant_currency: &tenant.currency,
        },
        user: actor.user.as_deref().map(user_info),
    })
}

/// As configured; without that, as the caller itself reached us.
fn origin(app: &App, headers: &HeaderMap) -> String {
    let configured = app.config.server.public_url.trim_end_matches('/');
    if configured.is_empty() {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        format!("http://{}", host.unwrap_or("localhost"))
    } else {
        configured.to_owned()
    }
}

fn user_info(user: &UserRecord) -> UserInfo<'_> {
    let is_admin_role = |slug: &String| {
        DEFAULT_ROLES.iter().any(|role| {
            role.slug == slug && (role.id == ACCOUNT_OWNER.get() || role.id == SYSTEM_ADMIN.get())
        })
    };
    UserInfo {
        user_id: user.id.get(),
        user_email: &user.email,
        user_first_name: &user.first_name,
        user_last_name: &user.last_name,
        user_job_title: user.job_title.as_deref(),
        user_department: user.department.as_deref(),
        user_business_unit: user.business_unit.as_deref().unwrap_or("Not Specified"),
        user_is_admin: u8::from(user.role_slugs.iter().any(is_admin_role)),
        user_is_active: u8::from(user.is_active),
        user_roles: &user.role_slugs,
    }
}
