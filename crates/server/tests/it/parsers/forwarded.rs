//! The source address behind proxies. The first line lists the trusted ones, the second is the peer, and each
//! other is an `X-Forwarded-For` header.

use std::net::IpAddr;

use automation_hub_server::middleware::proxies::TrustedProxies;
use axum::http::{HeaderMap, HeaderValue};

use super::networks::Network;

pub const PIECES: &[&str] = &[
    "10.0.0.0/8 fd00::/8\n10.1.1.1\n",
    "10.2.2.2, ",
    "1.2.3.4, ",
    "6.6.6.6, ",
    "10.0.0.0/8\n",
    "::/0\n",
    "\n",
    ",",
    ", ",
    " ",
    "\t",
    "10.2.2.2",
    "1.2.3.4",
    "::ffff:10.3.3.3",
    "fd12::1",
    "2001:db8::7",
    "[2001:db8::7]:443",
    "1.2.3.4:80",
    "fe80::1%eth0",
    "unknown",
    "é",
];

pub fn check(input: &[u8]) {
    let mut lines = input.split(|byte| *byte == b'\n');
    let mut text = || String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let networks: Vec<String> = text().split_whitespace().map(str::to_owned).collect();
    let Ok(peer) = text().parse::<IpAddr>() else { return };
    let (Ok(proxies), Some(trusted)) = (
        TrustedProxies::parse(&networks),
        networks.iter().map(|text| Network::parse(text)).collect::<Option<Vec<_>>>(),
    ) else {
        return;
    };
    let mut headers = HeaderMap::new();
    for line in lines {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append("x-forwarded-for", value);
        }
    }
    assert_eq!(proxies.source_address(peer, &headers), naive(&trusted, peer, &headers));
}

/// All hops in one list, the peer at its end; from there to the left for as long as there are proxies.
fn naive(trusted: &[Network], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut hops = Vec::new();
    for line in headers.get_all("x-forwarded-for") {
        let line: String = line.as_bytes().iter().map(|byte| char::from(*byte)).collect();
        if line.chars().all(|c| c == '\t' || (' '..='~').contains(&c)) {
            hops.extend(line.split(',').map(|hop| hop.trim_matches([' ', '\t']).parse::<IpAddr>().ok()));
        } else {
            hops.push(None);
        }
    }
    hops.push(Some(peer));
    let mut source = peer;
    for hop in hops.into_iter().rev() {
        let Some(address) = hop else { break };
        source = address;
        if !trusted.iter().any(|network| network.contains(address)) {
            break;
        }
    }
    source.to_canonical()
}
