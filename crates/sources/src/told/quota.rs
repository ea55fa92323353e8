//! Quotas that are used up: the `RateLimit` headers, as the drafts of the IETF's httpapi group and common APIs have
//! written them over the years.
//!
//! - `RateLimit: "default";r=0;t=30` (drafts 08 on): quotas with what remains and the seconds until more come.
//! - `RateLimit: limit=100, remaining=0, reset=30` (draft 07).
//! - `RateLimit-Remaining: 0` and `RateLimit-Reset: 30` (drafts before).
//! - `X-RateLimit-Remaining: 0` with `X-RateLimit-Reset`, in seconds, or as the second since 1970; or with
//!   `X-RateLimit-Reset-After`, always in seconds.

use domain::outcome::Pause;
use domain::time::Span;
use sfv::{BareItem, Dictionary, List, ListEntry, Parser};

use super::headers::{Headers, long_seconds, seconds};

/// Beyond this many microseconds a number of seconds is an instant: the year 2001, or thirty years of waiting.
const AN_INSTANT: Span = Span(1_000_000_000_000_000);
/// Beyond this it is an instant in milliseconds.
const IN_MILLISECONDS: Span = Span(1_000_000_000_000_000_000);

/// The pause that a used-up quota means; of several the longest.
pub(super) fn used_up(headers: &Headers) -> Option<Pause> {
    let structured = headers.get("ratelimit").and_then(|text| listed(text).or_else(|| by_name(text)));
    let structured = structured.map(|lasts| Pause { lasts, words: "RateLimit: 0 remaining".to_owned() });
    let plain = ["RateLimit", "X-RateLimit", "X-Rate-Limit"].into_iter().filter_map(|name| {
        let value = |what| headers.get(&format!("{}-{what}", name.to_ascii_lowercase()));
        let none_left = value("remaining").and_then(seconds) == Some(Span(0));
        let reset = || value("reset-after").and_then(seconds).or_else(|| reset(headers, value("reset")?));
        let lasts = none_left.then(reset)??;
        Some(Pause { lasts, words: format!("{name}-Remaining: 0") })
    });
    structured.into_iter().chain(plain).max_by_key(|pause| pause.lasts)
}

/// `"default";r=0;t=30`: the longest wait of the quotas of which nothing remains.
fn listed(text: &str) -> Option<Span> {
    let list = Parser::new(text).parse::<List>().ok()?;
    list.iter()
        .filter_map(|entry| match entry {
            ListEntry::Item(item) => {
                let parameter = |name| whole(item.params.get(name)?);
                (parameter("r")? == 0).then(|| parameter("t")).flatten()
            }
            ListEntry::InnerList(_) => None,
        })
        .max()
        .and_then(|wait| seconds(&wait.to_string()))
}

/// `limit=100, remaining=0, reset=30`
fn by_name(text: &str) -> Option<Span> {
    let dictionary = Parser::new(text).parse::<Dictionary>().ok()?;
    let member = |name| match dictionary.get(name)? {
        ListEntry::Item(item) => whole(&item.bare_item),
        ListEntry::InnerList(_) => None,
    };
    (member("remaining")? == 0).then(|| member("reset")).flatten().and_then(|wait| seconds(&wait.to_string()))
}

fn whole(item: &BareItem) -> Option<i64> {
    item.as_integer().map(i64::from)
}

/// Seconds from now, or the second since 1970 (some count milliseconds): nobody waits for thirty years.
fn reset(headers: &Headers, text: &str) -> Option<Span> {
    let number = long_seconds(text)?;
    Some(if number < AN_INSTANT {
        seconds(text)?
    } else if number < IN_MILLISECONDS {
        headers.until_epoch(number)
    } else {
        headers.until_epoch(Span(number.0 / 1000))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[(&str, &str)], wait: Option<u64>) {
        let found = used_up(&Headers::made_of(headers));
        assert_eq!(found.map(|pause| pause.lasts), wait.map(|seconds| Span(seconds * 1_000_000)));
    }

    #[test]
    fn a_used_up_quota_pauses_and_others_do_not() {
        check(&[], None);
        check(&[("ratelimit", r#""default";r=0;t=30"#)], Some(30));
        check(&[("ratelimit", r#""default";r=5;t=30"#)], None);
        check(&[("ratelimit", r#""burst";r=0;t=3, "day, all";r=0;t=90;pk=:YQ==:, "x";r=1;t=900"#)], Some(90));
        check(&[("ratelimit", r#""default";r=0"#)], None);
        check(&[("ratelimit", r#""default";r=0;t=-4"#)], None);
        check(&[("ratelimit", "limit=100, remaining=0, reset=50")], Some(50));
        check(&[("ratelimit", "limit=100, remaining=1, reset=50")], None);
        check(&[("ratelimit", "lots")], None);
        check(&[("ratelimit-remaining", "0"), ("ratelimit-reset", "12")], Some(12));
        check(&[("ratelimit-remaining", "1"), ("ratelimit-reset", "12")], None);
        check(&[("ratelimit-remaining", "0")], None);
    }

    #[test]
    fn a_reset_is_seconds_or_an_instant() {
        let used_up = ("x-ratelimit-remaining", "0");
        check(&[used_up, ("x-ratelimit-reset", "45")], Some(45));
        // 2026-11-22 12:00:20 UTC, where the tests' clock shows 12:00:00.
        check(&[used_up, ("x-ratelimit-reset", "1795348820")], Some(20));
        check(&[used_up, ("x-ratelimit-reset", "1795348820000")], Some(20));
        check(&[used_up, ("x-ratelimit-reset", "1795348700")], Some(0));
        check(&[used_up, ("x-ratelimit-reset-after", "2"), ("x-ratelimit-reset", "1795348820")], Some(2));
        check(&[("x-ratelimit-remaining", "0.0"), ("x-ratelimit-reset", "300")], Some(300));
        check(&[("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", "1795348820")], Some(20));
        check(&[used_up, ("x-ratelimit-reset", "later")], None);
    }
}
