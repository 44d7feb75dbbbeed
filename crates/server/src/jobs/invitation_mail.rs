//! The mail that invites somebody. Its link is drawn with the change that asks for it, so that every attempt sends the
//! same one; until it is sent it rests sealed.

use anyhow::anyhow;
use askama::Template;
use automation_hub_domain::{
    audit::AuditAction,
    clock::Timestamp,
    id::UserId,
    tenant::Tenant,
    user::{InviteStatus, User},
};
use automation_hub_storage::{
    Session,
    audit::{self, AuditEvent},
    jobs, links, tenants, users,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Job, JobError};
use crate::{
    app::App,
    auth::{
        secret::Secret,
        vault::{Place, Vault},
    },
    error::Error,
    mail::{Mail, MailError},
};

#[derive(Clone, Serialize, Deserialize)]
pub struct InvitationMail {
    user: i64,
    /// By which it is seen whether the link is still the person's.
    digest: String,
    sealed_code: String,
}

#[derive(Template)]
#[template(path = "mail/invitation.txt")]
struct TextPart<'a> {
    first_name: &'a str,
    organization: &'a str,
    link: &'a str,
    hours: i64,
}

#[derive(Template)]
#[template(path = "mail/invitation.html")]
struct HtmlPart<'a> {
    first_name: &'a str,
    organization: &'a str,
    link: &'a str,
    hours: i64,
}

impl InvitationMail {
    pub fn seal(s: &Session<'_>, vault: &Vault, user: UserId, code: &Secret) -> Result<Self, Error> {
        let place = Place::Invitation { tenant: s.tenant(), user };
        Ok(Self {
            user: user.get(),
            digest: STANDARD.encode(code.digest()),
            sealed_code: STANDARD.encode(vault.seal(place, &code.expose())?),
        })
    }

    fn user(&self) -> UserId {
        UserId::new(self.user)
    }

    fn digest(&self) -> Result<[u8; 32], Error> {
        let bytes = STANDARD.decode(&self.digest).map_err(Error::internal)?;
        bytes.try_into().map_err(|_| Error::internal("a digest has 32 bytes"))
    }

    fn code(&self, app: &App, job: &jobs::Job) -> Result<String, Error> {
        let sealed = STANDARD.decode(&self.sealed_code).map_err(Error::internal)?;
        let place = Place::Invitation { tenant: job.tenant, user: self.user() };
        Ok(app.vault.open(place, &sealed)?.to_string())
    }

    /// Whom it is for, if they still wait for this very link.
    fn find_waiting(&self, s: &mut Session<'_>) -> Result<Option<User>, Error> {
        let (user, digest) = (self.user(), self.digest()?);
        if !links::has_link(s, user, &digest)? {
            return Ok(None);
        }
        let is_waiting = |user: &User| user.is_active && user.invite_status == InviteStatus::Pending;
        Ok(users::find(s, user)?.filter(is_waiting))
    }

    fn mail(&self, app: &App, job: &jobs::Job, user: &User, tenant: &Tenant) -> Result<Mail, Error> {
        let origin = &app.config.server.public_url;
        let link = format!("{origin}{}/invitation/{}", tenant.base_path(), self.code(app, job)?);
        let (first_name, organization) =
            (user.profile.first_name.as_str(), tenant.organization_name.as_str());
        let hours = app.config.sessions.invitation_hours;
        let text = TextPart { first_name, organization, link: &link, hours };
        let html = HtmlPart { first_name, organization, link: &link, hours };
        Ok(Mail {
            to_name: user.full_name(),
            to: user.email.clone(),
            subject: format!("{organization} invites you to Automation Hub"),
            text: text.render().map_err(Error::internal)?,
            html: html.render().map_err(Error::internal)?,
            id: format!("invitation-{}-{}", job.id, tenant.uuid.simple()),
            at: job.created_at,
        })
    }
}

impl Job for InvitationMail {
    const NAME: &'static str = "invitation-mail";

    async fn run(&self, app: &App, job: &jobs::Job) -> Result<(), JobError> {
        let work = self.clone();
        let read = app
            .store
            .read(job.tenant, move |s| -> Result<_, Error> { Ok((work.find_waiting(s)?, tenants::get(s)?)) });
        let (waiting, tenant) = read.await?;
        let Some(user) = waiting.filter(|_| tenant.is_active) else { return Ok(()) };
        if app.clock.now() >= job.created_at.plus_hours(app.config.sessions.invitation_hours) {
            return Err(JobError::Impossible(anyhow!("the link ran out before it could be sent")));
        }
        let Some(mailer) = &app.mailer else {
            return Err(JobError::Postponed(anyhow!("no mail server is configured")));
        };
        let mail = self.mail(app, job, &user, &tenant)?;
        mailer.send(&mail).await.map_err(|error| match error {
            MailError::Refused(cause) => JobError::Impossible(cause),
            MailError::Unsent(cause) => JobError::Postponed(cause),
        })
    }

    /// They are invited, but nothing was sent: the people's page says so, and lets somebody try again.
    fn give_up(
        &self,
        s: &mut Session<'_>,
        job: &jobs::Job,
        reason: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        let Some(user) = self.find_waiting(s)? else { return Ok(()) };
        users::set_invite_status(s, user.id, InviteStatus::PendingUnsent, at)?;
        let event = AuditEvent {
            happened_at: at,
            actor_user: None,
            actor_token: None,
            actor_name: "Automation Hub".to_owned(),
            action: AuditAction::USER_INVITATION_FAILED,
            object_type: "user",
            object_id: user.id.get(),
            object_name: user.full_name(),
            before: None,
            after: Some(json!({ "reason": reason, "attempts": job.attempts }).to_string()),
            address: String::new(),
            request_id: String::new(),
            claim: None,
        };
        Ok(audit::insert(s, &event)?)
    }
}
