//! Times as people write them, by their own days, and instants as they are written back.

use std::ops::Range;

use domain::time::Micros;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::amount;

/// What a person's words for time are read against.
pub(crate) struct Clock<'a> {
    pub(crate) now: Micros,
    pub(crate) zone: &'a TimeZone,
}

/// What was written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// An instant.
    At(Micros),
    /// A day of the person's, to before the next.
    Day(Range<Micros>),
}

/// The first and the last year that can be written: calls lie between.
const YEARS: Range<i16> = 1970..9999;
/// How far back a time ago may lie: a hundred years.
const LONGEST_AGO: i64 = 36_525 * 86_400;

/// What `text` means; none if it is no time.
pub(crate) fn moment(text: &str, clock: &Clock<'_>) -> Option<Moment> {
    let known =
        [("today", 0), ("yesterday", 1)].into_iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
    if let Some((_, ago)) = known {
        let now = Timestamp::from_microsecond(clock.now.0).ok()?;
        return day(now.to_zoned(clock.zone.clone()).date().checked_sub(ago.days()).ok()?, clock.zone);
    }
    if let Some(seconds) = ago(text) {
        return Some(Moment::At(Micros(clock.now.0.saturating_sub(seconds * 1_000_000))));
    }
    // What the calendar's own library takes besides (basic formats, weeks) is left out: one way to write a day.
    let dated = text.len() >= 10
        && text.bytes().take(10).enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !dated {
        return None;
    }
    if text.len() == 10 {
        return day(text.parse().ok()?, clock.zone);
    }
    // An instant with a zone of its own first: read as a person's, it would lose that.
    let instant = match text.parse::<Timestamp>() {
        Ok(instant) => instant,
        Err(_) => text.parse::<DateTime>().ok()?.to_zoned(clock.zone.clone()).ok()?.timestamp(),
    };
    let year = instant.to_zoned(TimeZone::UTC).year();
    YEARS.contains(&year).then(|| Moment::At(Micros(instant.as_microsecond())))
}

fn day(date: Date, zone: &TimeZone) -> Option<Moment> {
    if !YEARS.contains(&date.year()) {
        return None;
    }
    let begins = |date: Date| {
        let first = date.to_zoned(zone.clone()).ok()?.start_of_day().ok()?;
        Some(Micros(first.timestamp().as_microsecond()))
    };
    Some(Moment::Day(begins(date)?..begins(date.tomorrow().ok()?)?))
}

/// `90m`, `24h`, `7d`, `2w` in seconds. A day ago is 24 hours ago.
fn ago(text: &str) -> Option<i64> {
    let (number, unit) = amount::parts(text);
    let worth = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(worth).filter(|seconds| *seconds <= LONGEST_AGO)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Micros {
        Micros(text.parse::<Timestamp>().unwrap().as_microsecond())
    }

    #[test]
    fn days_are_the_persons_own_also_when_the_clocks_change() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let clock = Clock { now: at("2026-11-20T23:30:00Z"), zone: &zone };
        let day = |from: &str, to: &str| Some(Moment::Day(at(from)..at(to)));
        // Half past midnight already, over there.
        assert_eq!(moment("today", &clock), day("2026-11-20T23:00:00Z", "2026-11-21T23:00:00Z"));
        assert_eq!(moment("Yesterday", &clock), day("2026-11-19T23:00:00Z", "2026-11-20T23:00:00Z"));
        assert_eq!(moment("2026-03-29", &clock), day("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"));
        assert_eq!(moment("2026-10-25", &clock), day("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"));
    }

    #[test]
    fn moments_are_the_persons_own_unless_they_name_a_zone() {
        let zone = TimeZone::posix("<-03>3").unwrap();
        let clock = Clock { now: at("2026-11-20T12:00:00Z"), zone: &zone };
        for (text, meant) in [
            ("2026-11-01T12:00", "2026-11-01T15:00:00Z"),
            ("2026-11-01 12:00:30", "2026-11-01T15:00:30Z"),
            ("2026-11-01T12:00:00Z", "2026-11-01T12:00:00Z"),
            ("2026-11-01T12:00:00.000001+02:00", "2026-11-01T10:00:00.000001Z"),
            ("7d", "2026-11-13T12:00:00Z"),
            ("90m", "2026-11-20T10:30:00Z"),
        ] {
            assert_eq!(moment(text, &clock), Some(Moment::At(at(meant))), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let clock = Clock { now: Micros(i64::MAX), zone: &TimeZone::UTC };
        for text in [
            "",
            "today",
            "2026-02-30",
            "20261101",
            "2026-W01",
            "1.5d",
            "99999999999w",
            "-7d",
            "0001-01-01",
            "9999-12-31",
        ] {
            assert_eq!(moment(text, &clock), None, "{text}");
        }
    }
}
