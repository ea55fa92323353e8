//! The headers that are read, and the time of day to which they refer.

use std::collections::BTreeMap;
use std::time::SystemTime;

use domain::time::Span;
use egress::Inbound;

use crate::schema::short;

/// The most that any header makes us wait or keep, in microseconds: a day. A source that names a year by mistake is
/// asked again tomorrow, and no sum of times overflows.
pub(super) const LONGEST: u64 = 86_400_000_000;

/// Every header that one of our readers asks for.
pub(super) const READ: [&str; 17] = [
    "age",
    "backoff",
    "cache-control",
    "date",
    "expires",
    "link",
    "location",
    "ratelimit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "retry-after",
    "vary",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-ratelimit-reset-after",
];

/// An answer's headers, of those that are read.
pub(crate) struct Headers {
    values: BTreeMap<&'static str, String>,
    now: SystemTime,
}

impl Headers {
    /// Those of an answer that has just come.
    pub(crate) fn of(inbound: &Inbound) -> Self {
        let value = |name: &str| match name {
            // Each of their lines counts: a `no-store` in a second one is no less an order.
            "cache-control" | "link" | "ratelimit" | "vary" => inbound.list(name),
            name => inbound.header(name).map(str::to_owned),
        };
        Self::read(value, SystemTime::now())
    }

    fn read(value: impl Fn(&str) -> Option<String>, clock: SystemTime) -> Self {
        let values: BTreeMap<_, _> =
            READ.iter().filter_map(|name| Some((*name, value(name)?.trim().to_owned()))).collect();
        // A time that the source names is a time of its own clock, which may differ from ours.
        let now = values.get("date").and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(clock);
        Self { values, now }
    }

    /// A header's value, without the spaces around it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// A header's value as words may show it.
    pub(super) fn shown(&self, name: &str) -> String {
        short(self.get(name).unwrap_or_default(), 40)
    }

    /// How long it is until an HTTP date (RFC 9110 §5.6.7) by the source's clock; nothing if that is past.
    pub(super) fn until_date(&self, date: &str) -> Option<Span> {
        Some(self.until(httpdate::parse_http_date(date).ok()?))
    }

    /// How long it is until so many seconds after 1970 by the source's clock; nothing if that is past.
    pub(super) fn until_epoch(&self, since_1970: Span) -> Span {
        let at = SystemTime::UNIX_EPOCH.checked_add(since_1970.into());
        at.map_or(Span(LONGEST), |at| self.until(at))
    }

    fn until(&self, then: SystemTime) -> Span {
        let wait = then.duration_since(self.now).unwrap_or_default();
        bounded(Span::from(wait).0)
    }

    #[cfg(test)]
    pub(super) fn made_of(headers: &[(&str, &str)]) -> Self {
        let at = httpdate::parse_http_date("Sun, 22 Nov 2026 12:00:00 GMT").unwrap();
        assert!(headers.iter().all(|(name, _)| READ.contains(name)));
        let value =
            |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string());
        Self::read(value, at)
    }
}

/// Seconds as headers write them: `30`, and `1.5` from those that are more exact than they need to be. Bounded, unlike
/// [`long_seconds`].
pub(super) fn seconds(text: &str) -> Option<Span> {
    long_seconds(text).map(|span| bounded(span.0))
}

/// Seconds that may be an instant: the time since 1970.
pub(super) fn long_seconds(text: &str) -> Option<Span> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(rest) {
        return None;
    }
    // More digits than 64 bits hold are more seconds than anyone waits.
    let whole = whole.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1_000_000);
    let millionths: String = rest.chars().chain("000000".chars()).take(6).collect();
    Some(Span(whole.saturating_add(millionths.parse().unwrap_or(0))))
}

fn bounded(micros: u64) -> Span {
    Span(micros.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_digits_and_never_too_many() {
        for (text, micros) in [
            ("0", 0),
            ("30", 30_000_000),
            ("1.5", 1_500_000),
            ("0.1234567", 123_456),
            ("99999999999999999999999", LONGEST),
        ] {
            assert_eq!(seconds(text), Some(Span(micros)), "{text}");
        }
        for wrong in ["", "-1", "+1", "1e3", "soon", "1.", ".5", "1 s", "1,5"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_date_counts_by_the_clock_of_whoever_wrote_it() {
        let date = "Sun, 22 Nov 2026 13:00:30 GMT";
        assert_eq!(Headers::made_of(&[]).until_date(date), Some(Span(3_630_000_000)));
        let skewed = Headers::made_of(&[("date", "Sun, 22 Nov 2026 13:00:00 GMT")]);
        assert_eq!(skewed.until_date(date), Some(Span(30_000_000)));
        assert_eq!(skewed.until_date("Sunday, 22-Nov-26 13:00:01 GMT"), Some(Span(1_000_000)));
        assert_eq!(skewed.until_date("Sun, 22 Nov 2026 12:00:00 GMT"), Some(Span(0)));
        assert_eq!(skewed.until_date("Sun, 22 Nov 2099 12:00:00 GMT"), Some(Span(LONGEST)));
        assert_eq!(skewed.until_date("tomorrow"), None);
    }
}
