//! Whether a write comes from one of our own pages: Fetch Metadata and Origin. Absent headers are no pass.

use std::net::{IpAddr, Ipv4Addr};

use axum::http::{HeaderMap, header};

use crate::config;

/// The origin under which browsers reach the hub.
#[derive(Clone, Debug)]
pub enum PublicOrigin {
    /// As configured.
    Fixed(String),
    /// None configured: whatever loopback name the request itself was sent to, over plain HTTP; else the address
    /// listened on.
    Loopback { listening: String },
}

impl PublicOrigin {
    pub fn new(server: &config::Server) -> Self {
        if !server.public_url.is_empty() {
            return Self::Fixed(as_browsers_write(&server.public_url));
        }
        let mut listen = server.listen;
        if listen.ip().is_unspecified() {
            listen.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        Self::Loopback { listening: format!("http://{listen}") }
    }

    /// What to put before a path, for whoever sent a request with these headers. A name that isn't ours is never
    /// repeated: whoever chose it would lead others there.
    pub fn address(&self, headers: &HeaderMap) -> String {
        match self {
            Self::Fixed(own) => own.clone(),
            Self::Loopback { listening } => {
                host(headers).map_or_else(|| listening.clone(), |host| format!("http://{host}"))
            }
        }
    }

    /// The same where nobody asked, as at the command line.
    pub fn own(&self) -> &str {
        match self {
            Self::Fixed(own) | Self::Loopback { listening: own } => own,
        }
    }

    /// Whether browsers would refuse to keep a session here: its cookie needs HTTPS, or one's own machine.
    pub fn needs_https(&self, headers: &HeaderMap) -> bool {
        match self {
            Self::Fixed(own) => own.strip_prefix("http://").is_some_and(|host| !is_loopback(host)),
            Self::Loopback { .. } => host(headers).is_none(),
        }
    }

    fn is(&self, origin: &str, headers: &HeaderMap) -> bool {
        match self {
            Self::Fixed(own) => own == origin,
            Self::Loopback { .. } => {
                host(headers).is_some_and(|host| origin.strip_prefix("http://") == Some(host))
            }
        }
    }
}

/// In lower case, and without the port that goes without saying.
fn as_browsers_write(origin: &str) -> String {
    let origin = origin.to_ascii_lowercase();
    let usual = if origin.starts_with("https://") { ":443" } else { ":80" };
    origin.strip_suffix(usual).map_or_else(|| origin.clone(), ToOwned::to_owned)
}

/// The host a request was sent to, if that is one's own machine.
fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok().filter(|host| is_loopback(host))
}

/// Whether a host, with or without a port, is one's own machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let is_address = |text: &str| text.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if is_address(host) {
        return true;
    }
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    name == "localhost" || is_address(name.trim_start_matches('[').trim_end_matches(']'))
}

/// Both must hold: the browser says the request comes from the same origin, and names that origin as ours.
pub fn is_own_page(headers: &HeaderMap, own: &PublicOrigin) -> bool {
    let only = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    };
    only("sec-fetch-site") == Some("same-origin")
        && only("origin").is_some_and(|origin| own.is(origin, headers))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn origin(listen: &str, public_url: &str) -> PublicOrigin {
        let server = config::Config::defaults().unwrap().server;
        let public_url = public_url.to_owned();
        PublicOrigin::new(&config::Server { listen: listen.parse().unwrap(), public_url, ..server })
    }

    #[test]
    fn only_our_own_pages_may_write() {
        let own = origin("127.0.0.1:8080", "https://hub.example.com");
        let same = ("sec-fetch-site", "same-origin");
        assert!(is_own_page(&headers(&[same, ("origin", "https://hub.example.com")]), &own));
        for pairs in [
            &[][..],
            &[same],
            &[("origin", "https://hub.example.com")],
            &[same, ("origin", "null")],
            &[same, ("origin", "https://evil.example.com")],
            &[same, ("origin", "http://hub.example.com")],
            &[("sec-fetch-site", "same-site"), ("origin", "https://hub.example.com")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://hub.example.com")],
            &[("sec-fetch-site", "none"), ("origin", "https://hub.example.com")],
        ] {
            assert!(!is_own_page(&headers(pairs), &own), "{pairs:?}");
        }
    }

    #[test]
    fn a_usual_port_goes_without_saying() {
        for (configured, browsers) in [
            ("https://Hub.example.com:443", "https://hub.example.com"),
            ("http://hub.example.com:80", "http://hub.example.com"),
            ("https://hub.example.com:80", "https://hub.example.com:80"),
            ("https://hub.example.com:8443", "https://hub.example.com:8443"),
        ] {
            let sent = headers(&[("sec-fetch-site", "same-origin"), ("origin", browsers)]);
            assert!(is_own_page(&sent, &origin("127.0.0.1:8080", configured)), "{configured}");
        }
    }

    #[test]
    fn without_a_public_address_only_loopback_names_count() {
        let own = origin("127.0.0.1:8080", "");
        let same = ("sec-fetch-site", "same-origin");
        for host in ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"] {
            let origin = format!("http://{host}");
            assert!(is_own_page(&headers(&[same, ("host", host), ("origin", &origin)]), &own), "{host}");
        }
        let rebound = [same, ("host", "evil.test:8080"), ("origin", "http://evil.test:8080")];
        assert!(!is_own_page(&headers(&rebound), &own));
    }

    #[test]
    fn only_names_of_one_s_own_machine_are_repeated() {
        let asked = |host| headers(&[("host", host)]);
        let own = origin("0.0.0.0:8080", "");
        for host in ["localhost:9000", "127.0.0.1", "127.3.2.1:1", "[::1]:8080"] {
            assert_eq!(own.address(&asked(host)), format!("http://{host}"));
        }
        for host in
            ["evil.test", "evil.test:8080", "192.0.2.1:8080", "localhost.evil.test", "127.0.0.1@evil.test"]
        {
            assert_eq!(own.address(&asked(host)), "http://127.0.0.1:8080", "{host}");
            assert_eq!(
                origin("[::]:80", "https://Hub.test").address(&asked(host)),
                "https://hub.test",
                "{host}"
            );
        }
        assert_eq!(own.address(&HeaderMap::new()), own.own());
        assert_eq!(origin("192.0.2.1:80", "").own(), "http://192.0.2.1:80");
    }

    #[test]
    fn one_s_own_machine_has_several_names() {
        for host in ["localhost", "localhost:1", "127.0.0.1", "::1", "[::1]", "[::1]:80"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["", "hub.test", "localhost:x", "::2", "[::2]:80", "128.0.0.1"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
