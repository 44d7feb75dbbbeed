//! Proxies that are believed when they say where a request came from.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;

/// An address range in CIDR form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    bits: u128,
    prefix: u8,
}

/// The configured proxies. Without one, the peer's own address always counts.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<Network>);

#[derive(Debug, thiserror::Error)]
#[error("“{0}” isn't an address or a network such as 10.0.0.0/8")]
pub struct NetworkError(String);

impl TrustedProxies {
    pub fn parse(networks: &[String]) -> Result<Self, NetworkError> {
        let parse = |text: &String| Network::parse(text).ok_or_else(|| NetworkError(text.clone()));
        networks.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// The rightmost address of the forwarded chain that isn't a trusted proxy itself. What stands further
    /// left was written by whoever that is, and proves nothing.
    pub fn source_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut source = peer.to_canonical();
        if self.0.is_empty() || !self.trusts(source) {
            return source;
        }
        let chain = headers.get_all("x-forwarded-for");
        let lines: Vec<_> = chain.iter().collect();
        for line in lines.into_iter().rev() {
            let Ok(line) = line.to_str() else { return source };
            for hop in line.rsplit(',') {
                let Ok(address) = hop.trim().parse::<IpAddr>() else { return source };
                source = address.to_canonical();
                if !self.trusts(source) {
                    return source;
                }
            }
        }
        source
    }

    fn trusts(&self, address: IpAddr) -> bool {
        let bits = bits_of(address);
        self.0.iter().any(|network| network.contains(bits))
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (width, offset) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let prefix = prefix.unwrap_or(width);
        (prefix <= width).then(|| Self { bits: bits_of(address), prefix: prefix + offset })
    }

    fn contains(self, bits: u128) -> bool {
        self.prefix == 0 || (self.bits ^ bits) >> (128 - u32::from(self.prefix)) == 0
    }
}

/// IPv4 addresses count as their mapped IPv6 form, so that one comparison serves both.
fn bits_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => Ipv6Addr::to_bits(v4.to_ipv6_mapped()),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(proxies: &[&str], peer: &str, chain: &[&str]) -> String {
        let proxies: Vec<String> = proxies.iter().map(ToString::to_string).collect();
        let mut headers = HeaderMap::new();
        for line in chain {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        TrustedProxies::parse(&proxies).unwrap().source_address(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_configured_proxies_are_believed() {
        let proxies = &["10.0.0.0/8", "fd00::/8"];
        for (peer, chain, expected) in [
            ("203.0.113.9", &["1.2.3.4"][..], "203.0.113.9"),
            ("10.1.1.1", &[], "10.1.1.1"),
            ("10.1.1.1", &["1.2.3.4"], "1.2.3.4"),
            ("::ffff:10.1.1.1", &["1.2.3.4"], "1.2.3.4"),
            ("10.1.1.1", &["6.6.6.6, 1.2.3.4, 10.2.2.2"], "1.2.3.4"),
            ("10.1.1.1", &["6.6.6.6", "1.2.3.4"], "1.2.3.4"),
            ("10.1.1.1", &["nonsense"], "10.1.1.1"),
            ("10.1.1.1", &["1.2.3.4, nonsense"], "10.1.1.1"),
            ("fd12::1", &["2001:db8::7"], "2001:db8::7"),
        ] {
            assert_eq!(source(proxies, peer, chain), expected, "{peer} {chain:?}");
        }
    }

    #[test]
    fn wrong_networks_are_named() {
        for text in ["", "10.0.0.0/33", "fd00::/129", "host", "10.0.0.0/-1"] {
            assert!(TrustedProxies::parse(&[text.to_owned()]).is_err(), "{text:?}");
        }
    }
}
