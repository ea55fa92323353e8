//! How long a result may be used again (RFC 9111), for a cache that one person has alone.

use domain::time::{Phases, Span};

use super::headers::{Headers, seconds};

/// What is left of the result's freshness, now that it is here. None where the source says nothing of it, forbids it,
/// or says it in a way that we can't read: then each call is a request.
pub(super) fn fresh_for(headers: &Headers, phases: Phases) -> Option<Span> {
    // `Vary: *` says that no two requests are alike (RFC 9110 §12.5.5). Other values don't matter: a result is used
    // again for the very same request only, its headers included.
    if headers.get("vary").is_some_and(|vary| vary.split(',').any(|name| name.trim() == "*")) {
        return None;
    }
    let directives = directives(headers.get("cache-control").unwrap_or_default());
    if directives.iter().any(|(name, _)| matches!(name.as_str(), "no-store" | "no-cache")) {
        return None;
    }
    let mut ages = directives.iter().filter(|(name, _)| name == "max-age").map(|(_, value)| seconds(value));
    let lasts = match (ages.next(), ages.next()) {
        (Some(age), None) => age?,
        // Twice is not to be trusted (§4.2.1).
        (Some(_), Some(_)) => return None,
        (None, _) => headers.until_date(headers.get("expires")?)?,
    };
    // An age that can't be read may be any age.
    let age = headers.get("age").map_or(Some(Span(0)), seconds)?;
    // §4.2.3: what was under way grew older meanwhile.
    let left = lasts.0.saturating_sub(age.0).saturating_sub(phases.answer.0).saturating_sub(phases.body.0);
    (left > 0).then_some(Span(left))
}

/// The directives of `Cache-Control` in lower case, each with its value, without quotes.
fn directives(text: &str) -> Vec<(String, String)> {
    let mut quoted = false;
    let outside = |char: char| {
        quoted ^= char == '"';
        char == ',' && !quoted
    };
    text.split(outside)
        .map(|directive| {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned())
        })
        .filter(|(name, _)| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[(&str, &str)], left: Option<u64>) {
        let found = fresh_for(&Headers::made_of(headers), Phases::default());
        assert_eq!(found, left.map(|seconds| Span(seconds * 1_000_000)), "{headers:?}");
    }

    #[test]
    fn a_result_is_fresh_only_if_its_source_says_so() {
        check(&[], None);
        check(&[("cache-control", "max-age=60")], Some(60));
        check(&[("cache-control", "private, Max-Age=\"60\", must-revalidate")], Some(60));
        check(&[("cache-control", "public, s-maxage=600, max-age=60")], Some(60));
        check(&[("cache-control", "private")], None);
        for wrong in [
            "no-store",
            "max-age=60, no-store",
            "max-age=60, No-Cache",
            "no-cache=\"set-cookie, x\", max-age=60",
            "max-age=0",
            "max-age=-5",
            "max-age=soon",
            "max-age",
            "max-age=60, max-age=600",
            "s-maxage=60",
            "private=\"a, max-age=9\"",
        ] {
            check(&[("cache-control", wrong)], None);
        }
    }

    #[test]
    fn what_is_old_already_is_fresh_for_less() {
        let control = ("cache-control", "max-age=60");
        check(&[control, ("age", "45")], Some(15));
        check(&[control, ("age", "60")], None);
        check(&[control, ("age", "old")], None);
        let phases = Phases { answer: Span(2_000_000), body: Span(1_000_000), ..Phases::default() };
        assert_eq!(fresh_for(&Headers::made_of(&[control]), phases), Some(Span(57_000_000)));
    }

    #[test]
    fn a_date_of_expiry_counts_where_there_is_no_age() {
        let date = ("date", "Sun, 22 Nov 2026 12:00:00 GMT");
        let expires = ("expires", "Sun, 22 Nov 2026 12:01:00 GMT");
        check(&[date, expires], Some(60));
        check(&[date, expires, ("cache-control", "private")], Some(60));
        check(&[date, expires, ("cache-control", "max-age=5")], Some(5));
        check(&[date, expires, ("cache-control", "no-store")], None);
        check(&[date, ("expires", "0")], None);
        check(&[date, ("expires", "Sun, 22 Nov 2026 11:00:00 GMT")], None);
    }

    #[test]
    fn an_answer_that_varies_by_everything_is_used_once() {
        let control = ("cache-control", "max-age=60");
        check(&[control, ("vary", "*")], None);
        check(&[control, ("vary", "Accept, *")], None);
        check(&[control, ("vary", "Accept, Authorization")], Some(60));
    }
}
