//! Whether a write comes from one of our own pages: Fetch Metadata and Origin. Absent headers are no pass.

use axum::http::{HeaderMap, header};

/// The origin under which browsers reach the hub.
#[derive(Clone, Debug)]
pub enum PublicOrigin {
    /// As configured.
    Fixed(String),
    /// None configured: whatever loopback name the request itself was sent to, over plain HTTP.
    Loopback,
}

impl PublicOrigin {
    pub fn new(public_url: &str) -> Self {
        if public_url.is_empty() { Self::Loopback } else { Self::Fixed(as_browsers_write(public_url)) }
    }

    /// The origin to put before a path, where a link is handed over.
    pub fn to_link(&self, headers: &HeaderMap) -> String {
        match self {
            Self::Fixed(own) => own.clone(),
            Self::Loopback => {
                let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
                format!("http://{}", host.unwrap_or("localhost"))
            }
        }
    }

    /// Whether browsers would refuse to keep a session here: its cookie needs HTTPS, or one's own machine.
    pub fn needs_https(&self, headers: &HeaderMap) -> bool {
        match self {
            Self::Fixed(own) => own.strip_prefix("http://").is_some_and(|host| !is_loopback(host)),
            Self::Loopback => {
                let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
                !host.is_some_and(is_loopback)
            }
        }
    }

    /// Where whoever sent this request reaches the hub: shown on pages, decides nothing.
    pub fn address(&self, headers: &HeaderMap) -> String {
        match self {
            Self::Fixed(own) => own.clone(),
            Self::Loopback => {
                let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
                format!("http://{}", host.filter(|host| is_loopback(host)).unwrap_or("localhost"))
            }
        }
    }

    fn is(&self, origin: &str, headers: &HeaderMap) -> bool {
        match self {
            Self::Fixed(own) => own == origin,
            Self::Loopback => {
                let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
                host.is_some_and(|host| is_loopback(host) && origin.strip_prefix("http://") == Some(host))
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

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "[::1]")
        || name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
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

    #[test]
    fn only_our_own_pages_may_write() {
        let own = PublicOrigin::new("https://hub.example.com");
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
        for (configured, origin) in [
            ("https://Hub.example.com:443", "https://hub.example.com"),
            ("http://hub.example.com:80", "http://hub.example.com"),
            ("https://hub.example.com:80", "https://hub.example.com:80"),
            ("https://hub.example.com:8443", "https://hub.example.com:8443"),
        ] {
            let sent = headers(&[("sec-fetch-site", "same-origin"), ("origin", origin)]);
            assert!(is_own_page(&sent, &PublicOrigin::new(configured)), "{configured}");
        }
    }

    #[test]
    fn without_a_public_address_only_loopback_names_count() {
        let own = PublicOrigin::new("");
        let same = ("sec-fetch-site", "same-origin");
        for host in ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"] {
            let origin = format!("http://{host}");
            assert!(is_own_page(&headers(&[same, ("host", host), ("origin", &origin)]), &own), "{host}");
        }
        let rebound = [same, ("host", "evil.test:8080"), ("origin", "http://evil.test:8080")];
        assert!(!is_own_page(&headers(&rebound), &own));
    }
}
