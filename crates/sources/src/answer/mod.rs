//! What a source did with a request, as an ending with words.

mod again;
mod asked;
mod detail;
mod reason;
mod verdict;

use domain::outcome::{Ending, FailureClass, Outcome, Pause};
use egress::{Inbound, Scrubber, SendError};

pub(crate) use asked::Asked;

use crate::told::{Headers, with_answer, without_answer};
use verdict::{Answer, Verdict};

/// Reads the answer to its end and says what it means. The body is kept in every case, as far as it came; where it
/// repeats a secret of the request, the secret's name stands instead, since the trail keeps the body.
pub(crate) async fn ended(asked: Asked, answer: Result<Inbound, SendError>, scrubber: &Scrubber) -> Ending {
    let mut inbound = match answer {
        Ok(inbound) => inbound,
        Err(error) => {
            let (outcome, failure, words) = broken(&asked, None, &error);
            return Ending { told: without_answer(&error), ..Ending::without_body(outcome, failure, words) };
        }
    };
    // Now, and not at the body's end: what the headers say of time, they say of this moment.
    let headers = Headers::of(&inbound);
    let mut body = Vec::with_capacity(inbound.expected());
    let broke = loop {
        match inbound.next().await {
            Ok(Some(bytes)) => body.extend_from_slice(&bytes),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    // A batch holds many bodies at once, and what a growing one had to spare would be held with each.
    body.shrink_to_fit();
    // What broke off in the middle may end in the middle of a secret.
    let whole = broke.is_none() && inbound.cut_from().is_none();
    let answer = Answer {
        status: inbound.status(),
        media: inbound.media(),
        body: if whole { scrubber.bytes(body) } else { scrubber.cut_bytes(body) },
        cut_from: inbound.cut_from(),
    };
    let verdict = match broke {
        Some(error) => Some(broken(&asked, Some(answer.status), &error)),
        None => answer.verdict(&asked, &headers),
    };
    let (outcome, failure, words) = verdict.unwrap_or((Outcome::Returned, None, String::new()));
    let mut told = with_answer(&headers, answer.status, asked.method, outcome, inbound.phases());
    // It goes into the next page's address, and that into the record.
    told.next_link = told.next_link.map(|link| scrubber.text(link));
    told.pause = told.pause.map(|pause| Pause { words: scrubber.text(pause.words), ..pause });
    Ending {
        outcome,
        failure,
        status: Some(answer.status),
        media: answer.media,
        body: answer.body,
        cut_from: answer.cut_from,
        words: scrubber.text(words),
        told,
    }
}

/// What an error on the way means. A write that was sent and to which nobody said no may have taken effect: to call that
/// failed would be to say that it did not.
fn broken(asked: &Asked, status: Option<u16>, error: &SendError) -> Verdict {
    let (class, then) = match error {
        SendError::Unsendable(_) => (Some(FailureClass::Internal), "; nothing was sent"),
        SendError::Connect(_) | SendError::Untrusted(_) => (Some(FailureClass::Connect), again::NOT_SENT),
        SendError::Forbidden(_) => (Some(FailureClass::Connect), again::UNFIT),
        SendError::Interrupted(_) => (Some(FailureClass::Interrupted), again::interrupted(asked.writes)),
        SendError::TimedOut(_) => (None, again::too_slow(asked.writes)),
        SendError::BadBody(_) => (Some(FailureClass::BadBody), again::unreadable(asked.writes)),
        SendError::Redirect(_) => (Some(FailureClass::Redirect), again::UNFIT),
    };
    let said_no = status.is_some_and(|status| status >= 400);
    let outcome = match error {
        SendError::TimedOut(_) => Outcome::TimedOut,
        SendError::Interrupted(_) | SendError::BadBody(_) if asked.writes && !said_no => Outcome::Unknown,
        _ => Outcome::Failed,
    };
    (outcome, class, format!("{}: {}{then}", asked.source, error.words()))
}
