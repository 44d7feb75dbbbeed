//! Who can sign in to a demo, and the two forms in which that is told: words for people, one line for scripts.

use std::fmt::Write as _;

use automation_hub_storage::{StorageError, users};
use serde::Serialize;
use uuid::Uuid;

use super::{Workshop, organization::Directory};
use crate::{
    auth::{
        password::{Password, Passwords},
        random,
    },
    sample::TENANT,
};

/// Three people with different rights; the role is the one that tells most about them.
const SIGN_INS: [(&str, &str); 3] = [
    ("ines.moreau@nordwind.test", "System Admin"),
    ("priya.raman@nordwind.test", "Program Manager"),
    ("prisca.adeyemi@nordwind.test", "Standard User"),
];

/// Letters and digits that nobody takes for one another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// How to get in. Values work until the next start.
#[derive(Serialize)]
pub struct Access {
    address: String,
    organization: &'static str,
    tenant: &'static str,
    tenant_id: String,
    users: Vec<SignIn>,
    tokens: Vec<TokenAccess>,
}

#[derive(Serialize)]
pub struct SignIn {
    pub email: &'static str,
    pub password: String,
    pub role: &'static str,
}

#[derive(Serialize)]
pub struct TokenAccess {
    pub name: &'static str,
    #[serde(rename = "type")]
    pub token_type: &'static str,
    pub user: Option<&'static str>,
    pub token: String,
    pub app_key: Option<String>,
}

/// Draws a new password for each of them, and lets them in again if somebody switched them off.
pub(super) async fn renew_passwords(
    workshop: &Workshop<'_>,
    directory: &Directory,
) -> anyhow::Result<Vec<SignIn>> {
    let passwords = Passwords::new(workshop.passwords)?;
    let now = workshop.now;
    let mut sign_ins = Vec::new();
    for (email, role) in SIGN_INS {
        let Some(&user) = directory.people.get(email) else { continue };
        let password = draw_password()?;
        let hash = passwords.hash(Password::choose(&password, email)?).await?;
        let work = move |s: &mut automation_hub_storage::Session<'_>| -> Result<(), StorageError> {
            users::set_active(s, user, true, now)?;
            users::set_password(s, user, &hash, now)?;
            Ok(())
        };
        workshop.store.write(directory.tenant, work).await?;
        sign_ins.push(SignIn { email, password, role });
    }
    Ok(sign_ins)
}

/// 80 random bits, in groups that can be read aloud.
fn draw_password() -> anyhow::Result<String> {
    let random: [u8; 16] = random::draw()?;
    let mut password = String::with_capacity(19);
    for (position, byte) in random.into_iter().enumerate() {
        if position > 0 && position % 4 == 0 {
            password.push('-');
        }
        password.extend(LETTERS.get(usize::from(byte & 31)).map(|&letter| char::from(letter)));
    }
    Ok(password)
}

impl Access {
    pub(super) fn new(tenant_id: Uuid, users: Vec<SignIn>, tokens: Vec<TokenAccess>) -> Self {
        Self {
            address: String::new(),
            organization: TENANT.organization_slug,
            tenant: TENANT.tenant_slug,
            tenant_id: tenant_id.to_string(),
            users,
            tokens,
        }
    }

    /// Says where it is, once that is known.
    #[must_use]
    pub fn at(mut self, address: String) -> Self {
        self.address = address;
        self
    }

    /// For people, with a call they can paste.
    pub fn in_words(&self) -> String {
        let mut text = format!("\nAutomation Hub with sample data\n\n  Open       {}\n\n", self.address);
        let _ = writeln!(text, "  Sign in    (new passwords and token values at each start)");
        for user in &self.users {
            let _ = writeln!(text, "    {:16} {:30} {}", user.role, user.email, user.password);
        }
        let _ = writeln!(text, "\n  Tenant ID  {}\n", self.tenant_id);
        let keyed = self.tokens.iter().find(|token| token.app_key.is_some() && token.user.is_some());
        let plain = self.tokens.iter().find(|token| token.app_key.is_none());
        for token in [plain, keyed].into_iter().flatten() {
            let _ = writeln!(text, "  Token      {} ({})", token.token, token.name);
            if let Some(app_key) = &token.app_key {
                let _ = writeln!(text, "    app key  {app_key}");
            }
        }
        if let Some(token) = plain.or(keyed) {
            let _ = write!(text, "\n  Try it\n\n{}\n", self.curl(token));
        }
        text
    }

    fn curl(&self, token: &TokenAccess) -> String {
        let app_key = token.app_key.as_deref();
        let app_key =
            app_key.map(|key| format!(" \\\n  -H 'x-ah-openapi-app-key: {key}'")).unwrap_or_default();
        format!(
            "curl -s '{}/{}/{}/automationhub_/api/v1/openapi/automations?limit=3' \\\n  \
             -H 'Authorization: Bearer {}/{}' \\\n  -H 'x-ah-openapi-auth: openapi-token'{app_key}",
            self.address, self.organization, self.tenant, self.tenant_id, token.token
        )
    }
}
