//! Networks in CIDR form, as the configuration lists trusted proxies.

use std::net::IpAddr;

use automation_hub_server::middleware::proxies::TrustedProxies;
use axum::http::{HeaderMap, HeaderValue};

pub const PIECES: &[&str] = &[
    "10.0.0.0/",
    "+8",
    "10.0.0.0",
    "192.0.2.7",
    "::ffff:10.0.0.1",
    "2001:db8::",
    "fd00::",
    "::",
    "/",
    "0",
    "8",
    "24",
    "32",
    "33",
    "96",
    "128",
    "129",
    "+",
    "-",
    " ",
    ".",
    ":",
    "%eth0",
    "[",
    "]",
];

/// Never a hop of its own list below.
const FORWARDED: &str = "203.0.113.77";

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let parsed = TrustedProxies::parse(&[text.to_owned()]);
    let expected = Network::parse(text);
    assert_eq!(parsed.is_ok(), expected.is_some(), "{text:?}");
    let (Ok(proxies), Some(network)) = (parsed, expected) else { return };
    let mut headers = HeaderMap::new();
    headers.insert("x-forwarded-for", HeaderValue::from_static(FORWARDED));
    for peer in network.neighbours() {
        let is_believed = proxies.source_address(peer, &headers) == FORWARDED.parse::<IpAddr>().unwrap();
        assert_eq!(is_believed, network.contains(peer), "{peer} in {text:?}");
    }
}

/// An address as 128 signs, and how many of them count.
pub struct Network {
    bits: String,
    length: usize,
}

impl Network {
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.trim().split('/').collect();
        let address: IpAddr = parts.first()?.parse().ok()?;
        let (width, before) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let prefix = match parts[1..] {
            [] => width,
            [prefix] if !prefix.is_empty() && prefix.chars().all(|c| c.is_ascii_digit()) => {
                match prefix.trim_start_matches('0') {
                    "" => 0,
                    digits => digits.parse().ok()?,
                }
            }
            _ => return None,
        };
        (prefix <= width).then(|| Self { bits: bits(address), length: before + prefix })
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        bits(address)[..self.length] == self.bits[..self.length]
    }

    /// The network's own address, and each that differs from it in one bit.
    fn neighbours(&self) -> Vec<IpAddr> {
        let own = u128::from_str_radix(&self.bits, 2).unwrap();
        let flipped = (0..128).map(|bit| own ^ 1 << bit).chain([own]);
        let address = |bits: u128| IpAddr::from(bits.to_be_bytes()).to_canonical();
        flipped.map(address).filter(|address| address.to_string() != FORWARDED).collect()
    }
}

fn bits(address: IpAddr) -> String {
    let v6 = match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    };
    format!("{:0128b}", v6.to_bits())
}
