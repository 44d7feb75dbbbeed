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
            // A number may have a sign elsewhere, but not here.
            Some((_, prefix)) if prefix.starts_with('+') => return None,
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
    use axum::http::HeaderValue;
    use rstest::rstest;

    use super::*;

    fn source(proxies: &[&str], peer: &str, chain: &[&str]) -> String {
        let proxies: Vec<String> = proxies.iter().map(ToString::to_string).collect();
        let mut headers = HeaderMap::new();
        for line in chain {
            headers.append("x-forwarded-for", HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        TrustedProxies::parse(&proxies).unwrap().source_address(peer.parse().unwrap(), &headers).to_string()
    }

    const PROXIES: &[&str] = &["10.0.0.0/8", "fd00::/8", "192.0.2.1"];

    /// Peer, header lines, and whose call it is.
    #[rstest]
    #[case::no_proxy_at_all("203.0.113.9", &[], "203.0.113.9")]
    #[case::a_stranger_claims("203.0.113.9", &["1.2.3.4"], "203.0.113.9")]
    #[case::a_stranger_claims_to_be_a_proxy("203.0.113.9", &["10.1.1.1"], "203.0.113.9")]
    #[case::a_stranger_claims_loopback("203.0.113.9", &["127.0.0.1"], "203.0.113.9")]
    #[case::a_stranger_in_ipv6("2001:db8::9", &["1.2.3.4"], "2001:db8::9")]
    #[case::just_outside_the_network("11.0.0.0", &["1.2.3.4"], "11.0.0.0")]
    #[case::just_before_the_network("9.255.255.255", &["1.2.3.4"], "9.255.255.255")]
    #[case::the_proxy_itself("10.1.1.1", &[], "10.1.1.1")]
    #[case::the_proxy_with_an_empty_header("10.1.1.1", &[""], "10.1.1.1")]
    #[case::one_client("10.1.1.1", &["1.2.3.4"], "1.2.3.4")]
    #[case::the_networks_first_address("10.0.0.0", &["1.2.3.4"], "1.2.3.4")]
    #[case::the_networks_last_address("10.255.255.255", &["1.2.3.4"], "1.2.3.4")]
    #[case::a_single_address_as_proxy("192.0.2.1", &["1.2.3.4"], "1.2.3.4")]
    #[case::beside_the_single_address("192.0.2.2", &["1.2.3.4"], "192.0.2.2")]
    #[case::a_mapped_peer("::ffff:10.1.1.1", &["1.2.3.4"], "1.2.3.4")]
    #[case::a_mapped_stranger("::ffff:203.0.113.9", &["1.2.3.4"], "203.0.113.9")]
    #[case::a_mapped_client("10.1.1.1", &["::ffff:1.2.3.4"], "1.2.3.4")]
    #[case::a_mapped_proxy_in_the_chain("10.1.1.1", &["1.2.3.4, ::ffff:10.2.2.2"], "1.2.3.4")]
    #[case::a_proxy_in_ipv6("fd12::1", &["2001:db8::7"], "2001:db8::7")]
    #[case::ipv6_in_capitals("fd12::1", &["2001:DB8::7"], "2001:db8::7")]
    #[case::ipv6_written_out("fd12::1", &["2001:0db8:0000:0000:0000:0000:0000:0007"], "2001:db8::7")]
    #[case::outside_the_ipv6_network("fe80::1", &["1.2.3.4"], "fe80::1")]
    #[case::two_proxies("10.1.1.1", &["1.2.3.4, 10.2.2.2"], "1.2.3.4")]
    #[case::proxies_of_both_kinds("10.1.1.1", &["1.2.3.4, fd12::1, 10.2.2.2"], "1.2.3.4")]
    #[case::only_proxies("10.1.1.1", &["10.3.3.3, 10.2.2.2"], "10.3.3.3")]
    #[case::a_claim_before_the_client("10.1.1.1", &["6.6.6.6, 1.2.3.4"], "1.2.3.4")]
    #[case::a_claimed_proxy_before_the_client("10.1.1.1", &["6.6.6.6, 10.9.9.9, 1.2.3.4"], "1.2.3.4")]
    #[case::a_claim_and_two_proxies("10.1.1.1", &["6.6.6.6, 1.2.3.4, 10.2.2.2"], "1.2.3.4")]
    #[case::two_lines("10.1.1.1", &["6.6.6.6", "1.2.3.4"], "1.2.3.4")]
    #[case::two_lines_and_a_proxy("10.1.1.1", &["6.6.6.6, 1.2.3.4", "10.2.2.2"], "1.2.3.4")]
    #[case::without_blanks("10.1.1.1", &["6.6.6.6,1.2.3.4,10.2.2.2"], "1.2.3.4")]
    #[case::with_many_blanks("10.1.1.1", &["  1.2.3.4  ,\t10.2.2.2  "], "1.2.3.4")]
    #[case::nonsense("10.1.1.1", &["nonsense"], "10.1.1.1")]
    #[case::unknown("10.1.1.1", &["unknown"], "10.1.1.1")]
    #[case::nonsense_nearest("10.1.1.1", &["1.2.3.4, nonsense"], "10.1.1.1")]
    #[case::nonsense_behind_a_proxy("10.1.1.1", &["1.2.3.4, nonsense, 10.2.2.2"], "10.2.2.2")]
    #[case::nonsense_behind_the_client("10.1.1.1", &["nonsense, 1.2.3.4"], "1.2.3.4")]
    #[case::an_empty_hop("10.1.1.1", &["1.2.3.4,"], "10.1.1.1")]
    #[case::a_port("10.1.1.1", &["1.2.3.4:5678"], "10.1.1.1")]
    #[case::brackets("10.1.1.1", &["[2001:db8::7]"], "10.1.1.1")]
    #[case::a_zone("10.1.1.1", &["fe80::1%eth0"], "10.1.1.1")]
    #[case::leading_zeros("10.1.1.1", &["010.2.2.2"], "10.1.1.1")]
    #[case::a_short_form("10.1.1.1", &["10.2"], "10.1.1.1")]
    #[case::a_number("10.1.1.1", &["167772161"], "10.1.1.1")]
    #[case::too_large_an_octet("10.1.1.1", &["1.2.3.256"], "10.1.1.1")]
    #[case::a_network("10.1.1.1", &["1.2.3.0/24"], "10.1.1.1")]
    #[case::a_name("10.1.1.1", &["client.example.com"], "10.1.1.1")]
    #[case::quotes("10.1.1.1", &["\"1.2.3.4\""], "10.1.1.1")]
    #[case::the_other_header("10.1.1.1", &["for=1.2.3.4"], "10.1.1.1")]
    #[case::not_ascii("10.1.1.1", &["1.2.3.4, é"], "10.1.1.1")]
    fn the_source_is_the_nearest_hop_that_is_no_proxy(
        #[case] peer: &str,
        #[case] chain: &[&str],
        #[case] expected: &str,
    ) {
        assert_eq!(source(PROXIES, peer, chain), expected);
    }

    #[test]
    fn without_proxies_nobody_is_believed() {
        for peer in ["10.1.1.1", "127.0.0.1", "::1"] {
            assert_eq!(source(&[], peer, &["1.2.3.4"]), peer);
        }
    }

    #[test]
    fn a_chain_of_any_length_is_followed() {
        let hops = vec!["10.2.2.2"; 1000].join(",");
        assert_eq!(source(PROXIES, "10.1.1.1", &[&format!("6.6.6.6,1.2.3.4,{hops}")]), "1.2.3.4");
    }

    #[test]
    fn wrong_networks_are_named() {
        for text in ["", "10.0.0.0/33", "fd00::/129", "host", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/", "/8"]
        {
            assert!(TrustedProxies::parse(&[text.to_owned()]).is_err(), "{text:?}");
        }
    }
}
