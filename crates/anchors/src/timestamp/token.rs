//! A time stamp, checked: that it was granted, is about our bytes, answers our request, and is signed.

use std::time::Duration;

use der::{DateTime, Decode as _};
use domain::time::Micros;

use super::asn1::{SHA_256, SIGNED_DATA, StatusInfo, TST_INFO, TimeStampResp, TstInfo};
use super::signature;
use crate::asked::{MAX_BYTES, printable};
use crate::note::{Unproven, unproven};

/// What a time stamp must be about.
pub(super) struct Expected {
    /// SHA-256 of our bytes.
    pub(super) imprint: [u8; 32],
    /// The nonce of our request, if it is at hand.
    pub(super) nonce: Option<u64>,
}

/// Checks a TimeStampResp, and gives the time that it states.
pub(super) fn checked(response: &[u8], expected: &Expected) -> Result<Micros, Unproven> {
    if response.len() > MAX_BYTES {
        return Err(unproven("the time stamp is longer than any that an authority gives"));
    }
    let malformed = |_| unproven("what came is no time stamp as RFC 3161 writes it (in DER)");
    let response = TimeStampResp::from_der(response).map_err(malformed)?;
    // 0: granted; 1: granted with modifications of what the request left open.
    if response.status.status > 1 {
        return Err(refusal(&response.status));
    }
    let token = response.token.ok_or_else(|| unproven("it was granted, and there is no token in it"))?;
    let data = token.content;
    if token.kind != SIGNED_DATA || data.encapsulated.kind != TST_INFO {
        return Err(unproven("its token is no time stamp token"));
    }
    let content = data.encapsulated.content.as_bytes();
    let info = TstInfo::from_der(content).map_err(malformed)?;
    if info.imprint.algorithm.oid != SHA_256 || info.imprint.hash.as_bytes() != expected.imprint {
        return Err(unproven("the time stamp is over other bytes than this checkpoint's"));
    }
    if expected.nonce.is_some() && info.nonce != expected.nonce {
        return Err(unproven(
            "the time stamp answers another request (its nonce is not ours): it may be an old one",
        ));
    }
    let at = time(info.time.text()).ok_or_else(|| unproven("the time that it states is none"))?;
    signature::checked(&data, content)?;
    Ok(at)
}

/// Why the authority gave none.
fn refusal(status: &StatusInfo<'_>) -> Unproven {
    let mut words =
        status.words.map(|words| words.texts().collect::<Vec<_>>().join("; ")).unwrap_or_default();
    let named = FAILURES.iter().filter(|(bit, _)| {
        status.failure.is_some_and(|failure| failure.bits().nth(*bit).unwrap_or_default())
    });
    for (_, name) in named {
        words = if words.is_empty() { (*name).to_owned() } else { format!("{words}; {name}") };
    }
    if words.is_empty() {
        words = "it gives no reason".to_owned();
    }
    unproven(format!("the authority gave no time stamp (status {}): {}", status.status, printable(&words)))
}

/// PKIFailureInfo, by bit.
const FAILURES: [(usize, &str); 8] = [
    (0, "it does not take SHA-256"),
    (2, "it finds the request wrong"),
    (5, "it could not read the request"),
    (14, "its clock is not available"),
    (15, "it does not give time stamps under this policy"),
    (16, "it does not know an extension of the request"),
    (17, "it does not give what the request asked for besides"),
    (25, "it failed"),
];

/// `20261122204500[.123]Z`
fn time(text: &[u8]) -> Option<Micros> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let two = |at: usize| whole.get(at..at + 2)?.parse::<u8>().ok();
    let year = whole.get(..4)?.parse().ok()?;
    let time = DateTime::new(year, two(4)?, two(6)?, two(8)?, two(10)?, two(12)?).ok()?;
    let micros: u64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    let since = time.unix_duration() + Duration::from_micros(micros);
    i64::try_from(since.as_micros()).ok().map(Micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_to_the_microsecond_and_no_further() {
        let read = |text: &str| time(text.as_bytes()).map(|micros| micros.0);
        assert_eq!(read("19700101000001Z"), Some(1_000_000));
        assert_eq!(read("20261122204500Z"), Some(1_795_380_300_000_000));
        assert_eq!(read("20261122204500.5Z"), Some(1_795_380_300_500_000));
        assert_eq!(read("20261122204500.1234567Z"), Some(1_795_380_300_123_456));
        for text in [
            "",
            "Z",
            "20261122204500",
            "2026112220450Z",
            "20261322204500Z",
            "20261122204560Z",
            "20261122204500.Z",
            "20261122204500.x1Z",
            "+0261122204500Z",
            "20261122204500+0100",
            "2026112220450\u{e9}Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
