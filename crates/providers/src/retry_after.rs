//! How long a server asks us to wait.

use std::time::Duration;

use jiff::fmt::rfc2822;

/// The longest wait that is believed: what is longer is a mistake, or a quota that no waiting brings back.
const MOST: Duration = Duration::from_secs(24 * 60 * 60);

/// From an answer's headers: `retry-after-ms`, or `Retry-After` as seconds or as a date (RFC 9110 §10.2.3). A date is
/// compared with the answer's own `Date`, so that neither our clock nor its error matters.
pub fn retry_after<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Option<Duration> {
    let number = |name: &str| header(name)?.trim().parse::<f64>().ok().filter(|number| *number >= 0.0);
    let wait = if let Some(millis) = number("retry-after-ms") {
        Duration::try_from_secs_f64(millis / 1000.0).ok()?
    } else if let Some(seconds) = number("retry-after") {
        Duration::try_from_secs_f64(seconds).ok()?
    } else {
        let until = rfc2822::parse(header("retry-after")?.trim()).ok()?;
        let now = rfc2822::parse(header("date")?.trim()).ok()?;
        Duration::try_from(until.timestamp().duration_since(now.timestamp())).ok()?
    };
    Some(wait.min(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(headers: &[(&str, &'static str)]) -> Option<Duration> {
        retry_after(|name| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value))
    }

    #[test]
    fn every_way_of_saying_how_long() {
        assert_eq!(wait(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(wait(&[("retry-after", "0.5")]), Some(Duration::from_millis(500)));
        assert_eq!(
            wait(&[("retry-after", "7"), ("retry-after-ms", "250")]),
            Some(Duration::from_millis(250))
        );
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(
            wait(&[("retry-after", "Sun, 06 Nov 1994 08:50:00 GMT"), date]),
            Some(Duration::from_secs(23))
        );
        assert_eq!(wait(&[("retry-after", "99999999999")]), Some(MOST));
        for nonsense in ["", "soon", "-1", "NaN", "inf", "Sun, 06 Nov 1994 08:00:00 GMT"] {
            assert_eq!(wait(&[("retry-after", nonsense), date]), None, "{nonsense}");
        }
    }
}
