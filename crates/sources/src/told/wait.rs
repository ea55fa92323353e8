//! `Retry-After` (RFC 9110 §10.2.3), and `Backoff`, by which servers of Kinto's kind ask for time with a good answer.

use domain::outcome::Pause;
use domain::time::Span;

use super::headers::{Headers, seconds};

/// How long the source asks to wait: seconds or a date. What is neither says nothing.
pub(super) fn retry_after(headers: &Headers) -> Option<Span> {
    let text = headers.get("retry-after")?;
    seconds(text).or_else(|| headers.until_date(text))
}

/// For how long a source asks to be left alone, whatever it answered: seconds.
pub(super) fn backoff(headers: &Headers) -> Option<Pause> {
    let lasts = seconds(headers.get("backoff")?)?;
    Some(Pause { lasts, words: format!("Backoff: {}", headers.shown("backoff")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_may_ask_for_time_with_a_good_answer() {
        let asked = |text| backoff(&Headers::made_of(&[("backoff", text)])).map(|pause| pause.lasts);
        assert_eq!(asked("30"), Some(Span(30_000_000)));
        assert_eq!(asked("later"), None);
        assert_eq!(backoff(&Headers::made_of(&[])), None);
    }

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
