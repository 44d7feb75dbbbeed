//! Mail: what the hub sends, and the conversation with the server that takes it.

use std::{
    io,
    time::{Duration, UNIX_EPOCH},
};

use anyhow::{Context, anyhow};
use automation_hub_domain::{clock::Timestamp, text, user::Email};
use lettre::{
    Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        extension::ClientId,
    },
};

use crate::config::{Config, MailTls};

/// A mail to one person. Both forms say the same.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to_name: String,
    pub to: Email,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The same for each attempt, so that servers and readers know a repetition when they see one.
    pub id: String,
    pub at: Timestamp,
}

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server refuses this very mail, and will again.
    #[error("the mail server refuses the mail")]
    Refused(#[source] anyhow::Error),
    /// No server, or one that can't take it now, or not from us.
    #[error("the mail can't be sent now")]
    Unsent(#[source] anyhow::Error),
}

/// Speaks SMTP with the configured server, a connection for each mail.
pub struct Mailer {
    server: (String, u16),
    tls: MailTls,
    credentials: Option<Credentials>,
    from: Mailbox,
    /// What the hub calls itself.
    hello: ClientId,
    timeout: Duration,
}

impl Mailer {
    /// None if no server is configured.
    pub fn new(config: &Config) -> anyhow::Result<Option<Self>> {
        let mail = &config.mail;
        if mail.smtp_host.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            server: (mail.smtp_host.clone(), mail.smtp_port),
            tls: mail.smtp_tls,
            credentials: (!mail.smtp_user.is_empty())
                .then(|| Credentials::new(mail.smtp_user.clone(), mail.smtp_password.clone())),
            from: mail.from.parse().context("configuration: mail.from")?,
            hello: hello(&config.server.public_url),
            timeout: Duration::from_secs(mail.timeout_secs),
        }))
    }

    /// Done when the server has said that it has the mail.
    pub async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = self.message(mail).map_err(MailError::Refused)?;
        let connected = tokio::time::timeout(self.timeout, self.connect()).await;
        let mut connection = connected.unwrap_or_else(|_| Err(timed_out())).map_err(MailError::Unsent)?;
        let content = message.formatted();
        let sending = connection.send(message.envelope(), &content);
        let sent = match tokio::time::timeout(self.timeout, sending).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(MailError::Refused(error.into())),
            Ok(Err(error)) => Err(MailError::Unsent(error.into())),
            Err(_) => Err(MailError::Unsent(timed_out())),
        };
        // The answer is known: how the conversation ends changes nothing.
        let _ = tokio::time::timeout(self.timeout, connection.abort()).await;
        sent
    }

    async fn connect(&self) -> anyhow::Result<AsyncSmtpConnection> {
        let (host, port) = (self.server.0.as_str(), self.server.1);
        let parameters = || TlsParameters::new(host.to_owned());
        let from_the_start = match self.tls {
            MailTls::Tls => Some(parameters()?),
            MailTls::None | MailTls::StartTls => None,
        };
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (host, port),
            Some(self.timeout),
            &self.hello,
            from_the_start,
            None,
        )
        .await?;
        if self.tls == MailTls::StartTls {
            connection.starttls(parameters()?, &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await.context("the hub can't sign in")?;
        }
        Ok(connection)
    }

    fn message(&self, mail: &Mail) -> anyhow::Result<Message> {
        let address = mail.to.as_str().parse().context("the address isn't one that mail can be sent to")?;
        let millis = u64::try_from(mail.at.millis()).map_err(|_| anyhow!("before 1970"))?;
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Ok(Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(one_line(&mail.to_name)), address))
            .subject(one_line(&mail.subject))
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            .date(UNIX_EPOCH + Duration::from_millis(millis))
            // So that nobody's absence notice answers it (RFC 3834).
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))?)
    }
}

/// The name in the hub's address. A bare address has a form of its own there (RFC 5321 section 4.1.3).
fn hello(public_url: &str) -> ClientId {
    let place = public_url.split("://").nth(1).unwrap_or_default();
    if let Some((host, _)) = place.strip_prefix('[').and_then(|place| place.split_once(']')) {
        return host.parse().map_or_else(|_| ClientId::default(), ClientId::Ipv6);
    }
    let host = place.split(':').next().unwrap_or_default();
    host.parse().map_or_else(|_| ClientId::Domain(host.to_owned()), ClientId::Ipv4)
}

/// Header fields are lines. Names are too, by the rules of their forms; that alone isn't relied on here.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if text::is_unprintable(c) { ' ' } else { c }).collect();
    line.trim().to_owned()
}

fn timed_out() -> anyhow::Error {
    io::Error::from(io::ErrorKind::TimedOut).into()
}

#[cfg(test)]
mod tests {
    use super::hello;

    #[test]
    fn the_hub_is_called_by_its_name_or_an_address_literal() {
        for (public_url, told) in [
            ("https://hub.example.com", "hub.example.com"),
            ("https://hub.example.com:8443", "hub.example.com"),
            ("http://127.0.0.1:8080", "[127.0.0.1]"),
            ("http://[::1]", "[IPv6:::1]"),
            ("http://[::1]:8080", "[IPv6:::1]"),
        ] {
            assert_eq!(hello(public_url).to_string(), told);
        }
    }
}
