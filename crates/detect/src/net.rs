//! Addresses of machines: IP of both versions, and MAC.

use core::net::{Ipv4Addr, Ipv6Addr};

use domain::label::Category;

use crate::digits::Run;
use crate::hit::Hit;
use crate::near::Near;

/// The version 4 address that these groups of digits are. `0.0.0.0` and its like stand for no machine.
pub(crate) fn v4(run: &Run<'_>, near: &Near<'_>) -> Option<Hit> {
    let is_four = run.groups.len() >= 4 && (1..4).all(|group| run.before(group) == ".");
    if !is_four || (run.groups.len() > 4 && run.before(4) == ".") {
        return None;
    }
    let range = run.range(0..4);
    let address: Ipv4Addr = run.text[range.clone()].parse().ok()?;
    let is_none = address.is_unspecified() || address.is_broadcast();
    let is_version = near.says(&["version", "versions", "v", "ver", "release", "build", "oid"]);
    (!is_none && !is_version && address.octets()[0] > 0)
        .then(|| Hit::new("ip", Category::Identity, range, 90))
}

/// The MAC or version 6 address that begins at `start`, where a word of hexadecimal digits, or a colon, stands.
pub(crate) fn with_colons(text: &str, start: usize) -> Option<Hit> {
    let bytes = text.as_bytes();
    let is_of_one = |byte: u8| byte.is_ascii_hexdigit() || byte == b':';
    let length = bytes[start..].iter().take(46).take_while(|byte| is_of_one(**byte)).count();
    let mut whole = &text[start..start + length];
    if !whole.ends_with("::") {
        whole = whole.trim_end_matches(':');
    }
    let mut end = start + whole.len();
    if mac(whole, b':') {
        return Some(Hit::new("mac", Category::Identity, start..end, 95));
    }
    // An address of version 6 may end with one of version 4.
    if bytes.get(end) == Some(&b'.') {
        let rest = bytes[end..].iter().take(16).take_while(|byte| byte.is_ascii_digit() || **byte == b'.');
        end += rest.count();
        whole = text[start..end].trim_end_matches('.');
        end = start + whole.len();
    }
    let followed = bytes.get(end).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b':');
    let address: Ipv6Addr = whole.parse().ok()?;
    let is_none = address.is_unspecified() || address.is_loopback();
    // `a::b` is code more often than a machine.
    let digits = whole.bytes().filter(u8::is_ascii_digit).count();
    (!followed && !is_none && digits >= 3).then(|| Hit::new("ip", Category::Identity, start..end, 90))
}

/// The MAC that begins at `start` in one of its forms without colons: `00-1B-44-11-3A-B7`, `001b.4411.3ab7`.
pub(crate) fn without_colons(text: &str, start: usize) -> Option<Hit> {
    for (length, is_one) in [(17, dashes as fn(&str) -> bool), (14, dots)] {
        let Some(whole) = text.get(start..start + length) else { continue };
        let next = text.as_bytes().get(start + length);
        if is_one(whole) && !next.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-') {
            return Some(Hit::new("mac", Category::Identity, start..start + length, 95));
        }
    }
    None
}

fn dashes(text: &str) -> bool {
    mac(text, b'-')
}

fn dots(text: &str) -> bool {
    let groups: Vec<&str> = text.split('.').collect();
    let has_letter = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    groups.len() == 3 && has_letter && groups.iter().all(|group| group.len() == 4 && is_hex(group))
}

fn mac(text: &str, between: u8) -> bool {
    let mut pairs = 0;
    for pair in text.split(between as char) {
        if pair.len() != 2 || !is_hex(pair) {
            return false;
        }
        pairs += 1;
    }
    pairs == 6
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
