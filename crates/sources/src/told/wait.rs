//! `Retry-After` (RFC 9110 §10.2.3).

use domain::time::Span;

use super::headers::{Headers, seconds};

/// How long the source asks to wait: seconds or a date. What is neither says nothing.
pub(super) fn retry_after(headers: &Headers) -> Option<Span> {
    let text = headers.get("retry-after")?;
    seconds(text).or_else(|| headers.until_date(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_understood() {
        let wait = |text| retry_after(&Headers::made_of(&[("retry-after", text)]));
        assert_eq!(wait("7"), Some(Span(7_000_000)));
        assert_eq!(wait(" 7 "), Some(Span(7_000_000)));
        assert_eq!(wait("Sun, 22 Nov 2026 12:00:09 GMT"), Some(Span(9_000_000)));
        assert_eq!(wait("Sun Nov 22 12:00:09 2026"), Some(Span(9_000_000)));
        assert_eq!(wait("soon"), None);
        assert_eq!(retry_after(&Headers::made_of(&[])), None);
    }
}
