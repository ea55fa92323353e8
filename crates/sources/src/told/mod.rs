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
    let pause = [asked_to_wait, quota::used_up(headers)]
        .into_iter()
        .flatten()
        .filter(|pause| pause.lasts.0 > 0)
        .max_by_key(|pause| pause.lasts);
    let usable = outcome == Outcome::Returned && status == 200 && method == Method::Get;
    let fresh_for = if usable { fresh::fresh_for(headers, phases) } else { None };
    Told { transient: TRANSIENT.contains(&status), retry_after, pause, fresh_for, phases }
}
