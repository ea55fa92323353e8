//! What an answer says beside its result: whether to ask again, when, and how long the result may be used again.

mod fresh;
mod headers;
mod quota;
mod wait;

use domain::effect::Method;
use domain::outcome::{Outcome, Pause, Told};
use domain::time::Phases;
use egress::SendError;

pub(crate) use headers::Headers;

/// The statuses after which the same request may do better a moment later.
const TRANSIENT: [u16; 5] = [408, 429, 502, 503, 504];

/// What a request without an answer tells: with no connection, or one that ended before there was a status, the same
/// request may do better.
pub(crate) fn without_answer(error: &SendError) -> Told {
    Told { transient: matches!(error, SendError::Connect(_) | SendError::Interrupted(_)), ..Told::default() }
}

/// What an answer tells. `outcome` is how its call ended.
pub(crate) fn with_answer(
    headers: &Headers,
    status: u16,
    method: Method,
    outcome: Outcome,
    phases: Phases,
) -> Told {
    let retry_after = if status >= 400 { wait::retry_after(headers) } else { None };
    let asked_to_wait = match (status, retry_after) {
        (429 | 503, Some(lasts)) => {
            let words = format!("{status} with Retry-After: {}", headers.shown("retry-after"));
            Some(Pause { lasts, words })
        }
        _ => None,
    };
    let pause = [asked_to_wait, wait::backoff(headers), quota::used_up(headers)]
        .into_iter()
        .flatten()
        .filter(|pause| pause.lasts.0 > 0)
        .max_by_key(|pause| pause.lasts);
    let usable = outcome == Outcome::Returned && status == 200 && method == Method::Get;
    let fresh_for = if usable { fresh::fresh_for(headers, phases) } else { None };
    Told {
        transient: TRANSIENT.contains(&status),
        renewed: false,
        retry_after,
        pause,
        fresh_for,
        phases,
        next_link: headers.get("link").map(str::to_owned),
        label: None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values that headers have, and ones that they should not have.
    fn value() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "0",
            "1",
            "30",
            "-1",
            "1e9",
            "99999999999999999999",
            "1795348820",
            ".",
            ",",
            ";",
            "=",
            "\"",
            " ",
            "r=0",
            "t=",
            "remaining=0",
            "reset=5",
            "max-age=60",
            "no-store",
            "private",
            "*",
            "Sun, 22 Nov 2026 12:00:07 GMT",
        ]);
        prop_oneof!["[ -~]{0,24}", prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat()),]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn no_header_makes_us_wait_or_keep_for_longer_than_a_day(
            values in prop::collection::vec(value(), headers::READ.len()),
            status in prop::sample::select(vec![200, 404, 429, 503]),
        ) {
            let pairs: Vec<_> = headers::READ.iter().copied().zip(values.iter().map(String::as_str)).collect();
            let headers = Headers::made_of(&pairs);
            let told = with_answer(&headers, status, Method::Get, Outcome::Returned, Phases::default());
            let lasts = told.pause.as_ref().map(|pause| pause.lasts);
            for span in [told.retry_after, lasts, told.fresh_for].into_iter().flatten() {
                prop_assert!(span.0 <= headers::LONGEST, "{:?}", told);
            }
            prop_assert!(lasts.is_none_or(|lasts| lasts.0 > 0) && told.fresh_for.is_none_or(|left| left.0 > 0));
            prop_assert!(told.pause.is_none_or(|pause| pause.words.chars().count() < 80));
        }
    }
}
