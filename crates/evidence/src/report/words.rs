//! Values as a report writes them.

use domain::anchor::AnchorKind;
use domain::answer::Exposure;
use domain::call::Verdict;
use domain::fact::{Dropped, Stopped};
use domain::label::Level;
use domain::outcome::{FailureClass, Outcome};
use domain::time::Micros;
use jiff::Timestamp;

/// As in a sentence: `24 November 2025, 16:00:00 UTC`.
pub(crate) fn moment(at: Micros) -> String {
    Timestamp::from_microsecond(at.0)
        .map_or_else(|_| at.0.to_string(), |at| at.strftime("%-d %B %Y, %H:%M:%S UTC").to_string())
}

/// As in a row: `2025-11-24 16:00:00.000`.
pub(super) fn clock(at: Micros) -> String {
    Timestamp::from_microsecond(at.0)
        .map_or_else(|_| at.0.to_string(), |at| at.strftime("%Y-%m-%d %H:%M:%S.%3f").to_string())
}

/// `840 ms`, `2.4 s`, `3 min 5 s`.
pub(super) fn lasting(ms: u32) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

/// `12,408`.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

pub(super) fn count(count: u64, one: &str, more: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { more })
}

pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allowed by policy",
        Verdict::Ask => "a person was asked",
        Verdict::Deny => "denied by policy",
    }
}

pub(super) fn outcome(outcome: Option<Outcome>) -> &'static str {
    outcome.map_or("still open", Outcome::word)
}

pub(super) fn failure(failure: FailureClass) -> &'static str {
    match failure {
        FailureClass::UnknownTool => "no such tool is connected",
        FailureClass::InvalidArguments => "the arguments are not what the tool takes",
        FailureClass::MissingSecret => "the source's secret is missing",
        FailureClass::Connect => "no connection",
        FailureClass::Interrupted => "the connection ended in the middle",
        FailureClass::Status => "the source refused or failed",
        FailureClass::BadBody => "the response is not what its headers say",
        FailureClass::Redirect => "redirected too often",
        FailureClass::Paused => "the source asked to wait too long",
        FailureClass::Internal => "an error of our own",
    }
}

pub(super) fn dropped(dropped: Dropped) -> &'static str {
    match dropped {
        Dropped::Length => "its message reached the model's length limit",
        Dropped::Filter => "the provider's filter stopped its message",
        Dropped::Failed => "its message was cut off",
        Dropped::Cancelled => "a person stopped the turn",
        Dropped::Changed => "the model changed the call after it had begun",
    }
}

pub(super) fn stopped(stopped: Stopped) -> &'static str {
    match stopped {
        Stopped::Cancelled => "A person stopped it.",
        Stopped::Model => "The model could not be asked or did not answer.",
        Stopped::StepLimit => "The limit of steps was reached.",
        Stopped::Crashed => "The program ended in the middle.",
        Stopped::Trail => "The trail could not be written.",
    }
}

pub(super) fn exposure(exposure: Exposure) -> String {
    match exposure {
        Exposure::Full => "all of it".to_owned(),
        Exposure::Truncated { shown, of } => format!("the first {} of {} bytes", number(shown), number(of)),
        Exposure::Words => "why there is no result".to_owned(),
    }
}

pub(super) fn anchor(kind: AnchorKind) -> &'static str {
    match kind {
        AnchorKind::Witness => "witness",
        AnchorKind::Folder => "folder",
        AnchorKind::Timestamp => "time stamp",
    }
}

/// The class of a level's badge; the word in it says the same.
pub(super) fn badge(level: Level) -> &'static str {
    match level {
        Level::Public => "<span class=\"badge public\">",
        Level::Internal => "<span class=\"badge internal\">",
        Level::Confidential => "<span class=\"badge confidential\">",
        Level::Restricted => "<span class=\"badge restricted\">",
    }
}
