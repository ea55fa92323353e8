//! How long a provider asks us to wait: in headers, and in words.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// The longest wait that is believed: what is longer is a mistake, or a quota that no waiting brings back.
const MOST: Duration = Duration::from_secs(24 * 60 * 60);

/// What is limited, as the headers name it: `x-ratelimit-reset-tokens`, `anthropic-ratelimit-tokens-reset`.
const LIMITED: [&str; 4] = ["tokens", "requests", "input-tokens", "output-tokens"];

/// From an answer's headers: `retry-after-ms`, `Retry-After` as seconds or as a date (RFC 9110 §10.2.3), or when the
/// limit that is used up begins anew. A date is compared with the answer's own `Date`, so that neither our clock nor its
/// error matters.
pub fn retry_after<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Option<Duration> {
    let number = |name: &str| header(name)?.trim().parse::<f64>().ok().filter(|number| *number >= 0.0);
    let now = || Some(rfc2822::parse(header("date")?.trim()).ok()?.timestamp());
    let wait = if let Some(millis) = number("retry-after-ms") {
        Duration::try_from_secs_f64(millis / 1000.0).ok()?
    } else if let Some(seconds) = number("retry-after") {
        Duration::try_from_secs_f64(seconds).ok()?
    } else if let Some(date) = header("retry-after") {
        until(rfc2822::parse(date.trim()).ok()?.timestamp(), now()?)?
    } else {
        reset(&header, now())?
    };
    Some(wait.min(MOST))
}

/// From a provider's words: “try again in 20s”, “Please retry in 1m30.5s”.
pub(crate) fn wait_in_words(message: &str) -> Option<Duration> {
    let text = message.to_ascii_lowercase();
    let wait = ["try again in ", "retry in ", "retry after ", "try again after ", "wait for ", "wait "]
        .iter()
        .find_map(|sign| lasting(text.split_once(sign)?.1))?;
    Some(wait.min(MOST))
}

/// When what is used up begins anew. Of limits that are not used up the tokens' counts: a request may ask for more of
/// them than are left, while that of requests may be one of a whole day.
fn reset<'a>(header: &impl Fn(&str) -> Option<&'a str>, now: Option<Timestamp>) -> Option<Duration> {
    let of = |what: &str| {
        let either = |one: String, other: String| header(&one).or_else(|| header(&other));
        let reset = either(format!("x-ratelimit-reset-{what}"), format!("anthropic-ratelimit-{what}-reset"))?;
        let left =
            either(format!("x-ratelimit-remaining-{what}"), format!("anthropic-ratelimit-{what}-remaining"));
        Some((moment(reset, now)?, left.is_some_and(|left| left.trim() == "0")))
    };
    let used_up = LIMITED.iter().filter_map(|what| of(what)).filter(|(_, used_up)| *used_up);
    used_up
        .map(|(wait, _)| wait)
        .max()
        .or_else(|| moment(header("x-ratelimit-reset")?, now))
        .or_else(|| of("tokens").map(|(wait, _)| wait))
}

/// `6m0s`, `120ms`, `30`, a time in seconds or milliseconds since 1970, or RFC 3339.
fn moment(text: &str, now: Option<Timestamp>) -> Option<Duration> {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(number) if number >= 1e12 => until(Timestamp::from_millisecond(whole(number)?).ok()?, now?),
        Ok(number) if number >= 1e9 => until(Timestamp::from_second(whole(number)?).ok()?, now?),
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => match text.parse::<Timestamp>() {
            Ok(time) => until(time, now?),
            Err(_) => lasting(text),
        },
    }
}

fn whole(number: f64) -> Option<i64> {
    format!("{:.0}", number.floor()).parse().ok()
}

fn until(then: Timestamp, now: Timestamp) -> Option<Duration> {
    Duration::try_from(then.duration_since(now)).ok()
}

/// `20s`, `1m30.5s`, `2 minutes`, `250 ms`; a number alone is seconds. What follows does not matter.
pub(crate) fn lasting(text: &str) -> Option<Duration> {
    let mut rest = text.trim_start();
    let mut seconds: Option<f64> = None;
    loop {
        let end = rest.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(rest.len());
        let Ok(number) = rest[..end].trim_end_matches('.').parse::<f64>() else { break };
        let unit = rest[end..].trim_start();
        let letters = unit.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(unit.len());
        let factor = match &unit[..letters] {
            "ms" | "millisecond" | "milliseconds" => 0.001,
            "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
            "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
            "h" | "hr" | "hour" | "hours" => 3600.0,
            _ if seconds.is_none() => return Duration::try_from_secs_f64(number).ok(),
            _ => break,
        };
        seconds = Some(seconds.unwrap_or_default() + number * factor);
        rest = unit[letters..].trim_start();
    }
    Duration::try_from_secs_f64(seconds?).ok()
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

    #[test]
    fn a_limit_says_when_it_begins_anew() {
        // OpenAI and Groq: tokens are used up, and the day's requests are not.
        let groq = [
            ("x-ratelimit-remaining-requests", "14370"),
            ("x-ratelimit-reset-requests", "23h59m59s"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-tokens", "1m7.66s"),
        ];
        assert_eq!(wait(&groq), Some(Duration::from_millis(67_660)));
        let left = [("x-ratelimit-remaining-tokens", "12"), ("x-ratelimit-reset-tokens", "120ms")];
        assert_eq!(wait(&left), Some(Duration::from_millis(120)));
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        let anthropic = [
            ("anthropic-ratelimit-input-tokens-remaining", "0"),
            ("anthropic-ratelimit-input-tokens-reset", "1994-11-06T08:49:40Z"),
            date,
        ];
        assert_eq!(wait(&anthropic), Some(Duration::from_secs(3)));
        assert_eq!(wait(&[("x-ratelimit-reset", "12")]), Some(Duration::from_secs(12)));
        // OpenRouter: milliseconds since 1970.
        assert_eq!(wait(&[("x-ratelimit-reset", "1784112580000")]), None, "without a date nobody knows");
        let date = ("date", "Wed, 15 Jul 2026 10:49:37 GMT");
        assert_eq!(wait(&[("x-ratelimit-reset", "1784112580000"), date]), Some(Duration::from_secs(3)));
    }

    #[test]
    fn words_say_how_long_too() {
        for (words, millis) in [
            ("Rate limit reached for gpt-x. Limit: 3 / min. Please try again in 20s. Visit …", 20_000),
            ("Please try again in 6m0.5s.", 360_500),
            ("Please try again in 250ms.", 250),
            ("Please retry in 34.074824224s.", 34_074),
            ("Please retry after 60 seconds.", 60_000),
            ("Rate limited. Wait 2 minutes and 3 things", 120_000),
            ("please retry after 7", 7000),
        ] {
            assert_eq!(wait_in_words(words).map(|wait| wait.as_millis()), Some(millis), "{words}");
        }
        for words in ["Please wait before trying again.", "retry in a while", "Slow down"] {
            assert_eq!(wait_in_words(words), None, "{words}");
        }
    }
}
