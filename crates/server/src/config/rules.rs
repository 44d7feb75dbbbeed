//! Rules of single keys that types alone can't hold.

use std::{
    fmt::Display,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU16,
    ops::RangeInclusive,
};

use automation_hub_storage::Location;
use lettre::message::Mailbox;

use super::{
    Config, ConfigError, FileStoreKind, Files, Keys, Log, Mail, MailTls, OpenApi, Passwords, Server,
    Sessions, Storage,
};
use crate::{auth::origin::is_loopback, logging, middleware::proxies::TrustedProxies};

/// All values that break their rule.
pub(super) fn violations(config: &Config) -> Vec<ConfigError> {
    let mut found = Violations::default();
    server(&config.server, &mut found);
    storage(&config.storage, &mut found);
    files(&config.files, &mut found);
    keys(&config.keys, &mut found);
    sessions(&config.sessions, &mut found);
    passwords(&config.passwords, &mut found);
    open_api(&config.open_api, &mut found);
    mail(&config.mail, &config.server, &mut found);
    log(&config.log, &mut found);
    found.0
}

#[derive(Default)]
struct Violations(Vec<ConfigError>);

impl Violations {
    fn unless(&mut self, holds: bool, key: &str, value: &dyn Display, rule: &str) {
        if !holds {
            let (key, value, rule) = (key.to_owned(), value.to_string(), rule.to_owned());
            self.0.push(ConfigError { key, value, rule });
        }
    }

    /// `unit` begins with a blank where there is one.
    fn outside<T: PartialOrd + Display>(
        &mut self,
        range: RangeInclusive<T>,
        key: &str,
        value: &T,
        unit: &str,
    ) {
        let rule = format!("{} to {}{unit}", range.start(), range.end());
        self.unless(range.contains(value), key, value, &rule);
    }
}

fn server(server: &Server, found: &mut Violations) {
    found.unless(
        server.public_url.is_empty() || is_origin(&server.public_url),
        "server.public_url",
        &server.public_url,
        "an origin is needed: http:// or https://, a host, and nothing after it",
    );
    if let Err(error) = TrustedProxies::parse(&server.trusted_proxies) {
        let value = server.trusted_proxies.join(", ");
        found.unless(false, "server.trusted_proxies", &value, &error.to_string());
    }
    found.outside(0..=3600, "server.shutdown_grace_secs", &server.shutdown_grace_secs, " seconds");
    found.outside(1..=300, "server.header_timeout_secs", &server.header_timeout_secs, " seconds");
    found.outside(1..=3600, "server.body_timeout_secs", &server.body_timeout_secs, " seconds");
    found.outside(1024..=1_073_741_824, "server.body_limit_bytes", &server.body_limit_bytes, " bytes");
}

fn storage(storage: &Storage, found: &mut Violations) {
    found.unless(!storage.data_dir.as_os_str().is_empty(), "storage.data_dir", &"", "a folder is needed");
    let url = &storage.database_url;
    let is_address = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    found.unless(
        url.is_empty() || (is_address && Location::is_postgres_address(url)),
        "storage.database_url",
        &"…",
        "postgres://user:password@host/database, or empty for embedded SQLite",
    );
    found.outside(1..=1000, "storage.postgres_connections", &storage.postgres_connections, "");
    found.outside(1..=16_777_216, "storage.sqlite_cache_kib", &storage.sqlite_cache_kib, " KiB");
}

fn keys(keys: &Keys, found: &mut Violations) {
    for (setting, given, file) in [
        ("keys.pepper", &keys.pepper, &keys.pepper_file),
        ("keys.previous_pepper", &keys.previous_pepper, &keys.previous_pepper_file),
        ("keys.outer_key", &keys.outer_key, &keys.outer_key_file),
    ] {
        found.unless(
            given.key().is_none() || file.as_os_str().is_empty(),
            setting,
            &"…",
            &format!("{setting}_file is set too, and only one of them can count"),
        );
    }
}

fn files(files: &Files, found: &mut Violations) {
    found.outside(1_048_576..=4_294_967_296, "files.upload_limit_bytes", &files.upload_limit_bytes, " bytes");
    found.outside(1024..=4_294_967_296, "files.media_limit_bytes", &files.media_limit_bytes, " bytes");
    found.outside(1..=600, "files.upload_timeout_secs", &files.upload_timeout_secs, " seconds");
    found.outside(1..=256, "files.parallel_uploads", &files.parallel_uploads, "");
    let s3 = &files.s3;
    found.unless(
        s3.endpoint.is_empty() || is_origin(&s3.endpoint),
        "files.s3.endpoint",
        &s3.endpoint,
        "an origin is needed: http:// or https://, a host, and nothing after it; or empty for AWS itself",
    );
    found.unless(
        s3.access_key_id.is_empty() == s3.secret_access_key.expose().is_empty(),
        "files.s3.secret_access_key",
        &"…",
        "it goes together with files.s3.access_key_id: both or neither",
    );
    if files.store == FileStoreKind::S3 {
        found.unless(!s3.bucket.is_empty(), "files.s3.bucket", &s3.bucket, "a bucket is needed");
        found.unless(!s3.region.is_empty(), "files.s3.region", &s3.region, "a region is needed");
    }
}

fn sessions(sessions: &Sessions, found: &mut Violations) {
    found.outside(1..=1440, "sessions.idle_minutes", &sessions.idle_minutes, "");
    found.outside(1..=720, "sessions.absolute_hours", &sessions.absolute_hours, "");
    found.outside(1..=720, "sessions.invitation_hours", &sessions.invitation_hours, "");
}

fn passwords(passwords: &Passwords, found: &mut Violations) {
    found.outside(8192..=1_048_576, "passwords.memory_kib", &passwords.memory_kib, " KiB");
    found.outside(1..=16, "passwords.passes", &passwords.passes, "");
    found.outside(1..=16, "passwords.lanes", &passwords.lanes, "");
    found.outside(1..=64, "passwords.parallel", &passwords.parallel, "");
}

fn open_api(api: &OpenApi, found: &mut Violations) {
    found.outside(1..=10, "open_api.flush_secs", &api.flush_secs, " seconds");
    found.outside(1024..=1_048_576, "open_api.queue", &api.queue, "");
    found.outside(1..=3650, "open_api.call_log_days", &api.call_log_days, " days");
}

/// Without a server no mail is sent, and the other keys mean nothing.
fn mail(mail: &Mail, server: &Server, found: &mut Violations) {
    found.outside(1..=120, "mail.timeout_secs", &mail.timeout_secs, " seconds");
    if mail.smtp_host.is_empty() {
        return;
    }
    let host = &mail.smtp_host;
    let is_host = !host.contains(|c: char| c.is_whitespace() || "/@".contains(c));
    found.unless(is_host, "mail.smtp_host", host, "a host's name or address is needed");
    found.unless(
        !host.contains(':') || host.parse::<IpAddr>().is_ok(),
        "mail.smtp_host",
        host,
        "a host's name or address is needed; its port stands in mail.smtp_port",
    );
    found.unless(
        !server.public_url.is_empty(),
        "mail.smtp_host",
        &mail.smtp_host,
        "server.public_url is needed with it, as mails hold links",
    );
    found.outside(1..=u16::MAX, "mail.smtp_port", &mail.smtp_port, "");
    found.unless(
        mail.from.parse::<Mailbox>().is_ok(),
        "mail.from",
        &mail.from,
        "a sender is needed, such as Automation Hub <hub@example.com>",
    );
    let has_user = !mail.smtp_user.is_empty();
    found.unless(
        has_user != mail.smtp_password.is_empty(),
        "mail.smtp_password",
        &"…",
        "smtp_user and smtp_password go together",
    );
    found.unless(
        !has_user || mail.smtp_tls != MailTls::None || is_loopback(&mail.smtp_host),
        "mail.smtp_tls",
        &"none",
        "a password isn't sent unencrypted to another machine: starttls or tls is needed",
    );
}

fn log(log: &Log, found: &mut Violations) {
    found.unless(
        logging::is_level(&log.level),
        "log.level",
        &log.level,
        "off, error, warn, info, debug or trace, or a list such as info,automation_hub_server=debug",
    );
}

fn is_origin(url: &str) -> bool {
    let place = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    place.is_some_and(|place| {
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !place.ends_with(']') => (host, Some(port)),
            _ => (place, None),
        };
        let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_host = address.map_or_else(|| is_name(host), |address| address.parse::<Ipv6Addr>().is_ok());
        is_host && port.is_none_or(is_port)
    })
}

fn is_name(host: &str) -> bool {
    !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "/\\?#@:[]".contains(c))
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<NonZeroU16>().is_ok()
}
