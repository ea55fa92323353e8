//! How a call ends that is called off, or that nobody may send: what is known of it then, in words.

use domain::effect::Effect;
use domain::outcome::{Ending, FailureClass, Outcome};
use domain::time::Span;
use turn::Interruption;

/// Nobody could record that it is about to be sent.
pub(super) fn withheld(effect: Effect, attempt: u32) -> Ending {
    withdrawn(Interruption::Full, effect, attempt)
}

pub(super) fn paused(source: &str, lasts: Span, words: &str, attempt: u32, effect: Effect) -> Ending {
    let seconds = lasts.0.div_ceil(1_000_000);
    if attempt > 1 && effect.writes() {
        return Ending::without_body(
            Outcome::Unknown,
            None,
            format!(
                "{source} asks to wait {seconds} more seconds ({words}) and was not asked again; whether the attempts \
                 before took effect is not known. Look at the source before you try again."
            ),
        );
    }
    let words = format!(
        "{source} asks to wait {seconds} more seconds ({words}), longer than a call waits; it was not sent. Ask again \
         later."
    );
    Ending::without_body(Outcome::Failed, Some(FailureClass::Paused), words)
}

pub(super) fn withdrawn(why: Interruption, effect: Effect, attempt: u32) -> Ending {
    if attempt > 1 && effect.writes() {
        return unknown_between(why);
    }
    let words = match why {
        Interruption::Person => "cancelled by the person before it was sent",
        Interruption::BatchDeadline => "the batch's time was up before it could be sent",
        Interruption::Needless => "nobody needs its result any more; it was not sent",
        Interruption::Full => {
            "the disk is full, so it could not be recorded that this is about to be sent; it was not sent. Make room on \
             it first"
        }
    };
    Ending::without_body(Outcome::Cancelled, None, if attempt > 1 { between(why) } else { words })
}

fn between(why: Interruption) -> &'static str {
    match why {
        Interruption::Person => {
            "cancelled by the person between two attempts; being a read, it changed nothing"
        }
        Interruption::BatchDeadline => "the batch's time was up between two attempts",
        Interruption::Needless => "nobody needs its result any more; it was not sent again",
        Interruption::Full => {
            "the disk became full between two attempts, so it was not sent again; being a read, it changed nothing"
        }
    }
}

pub(super) fn recalled(why: Interruption, effect: Effect, attempt: u32) -> Ending {
    if attempt > 1 && effect.writes() {
        return unknown_between(why);
    }
    let words = match why {
        Interruption::Person => {
            "cancelled by the person when it was on record and nothing of it had left yet"
        }
        Interruption::BatchDeadline => {
            "the batch's time was up when it was on record and nothing of it had left yet"
        }
        Interruption::Needless => "nobody needs its result any more; nothing of it had left yet",
        Interruption::Full => "the disk became full when it was on record and nothing of it had left yet",
    };
    Ending::without_body(Outcome::Cancelled, None, words)
}

pub(super) fn stopped_read(why: Interruption) -> Ending {
    let (outcome, words) = match why {
        Interruption::Person => (
            Outcome::Cancelled,
            "cancelled by the person after it was sent; being a read, it changed nothing",
        ),
        Interruption::BatchDeadline => (
            Outcome::TimedOut,
            "the batch's time was up before it answered; being a read, it changed nothing. Asking for less at once may \
             help",
        ),
        Interruption::Needless => (
            Outcome::Cancelled,
            "stopped after it was sent, since nobody needs its result any more; being a read, it changed nothing",
        ),
        Interruption::Full => (
            Outcome::Cancelled,
            "stopped after it was sent, since the disk is full; being a read, it changed nothing",
        ),
    };
    Ending::without_body(outcome, None, words)
}

/// An attempt of a write came to nothing, but one before it was cut off after it was sent: what became of that, only the
/// source's own yes or no to the call tells, and not that it can't be reached or takes none for now.
pub(super) fn still_unknown(ending: Ending) -> Ending {
    let says_no = ending.failure == Some(FailureClass::Status) && !ending.told.transient;
    if ending.outcome != Outcome::Failed || says_no {
        return ending;
    }
    let words = format!(
        "{}. An attempt before this one was cut off after it was sent and may have taken effect: look at the source \
         before you try again.",
        ending.words
    );
    Ending { outcome: Outcome::Unknown, words, ..ending }
}

/// A write between two attempts: it was sent before, and that came to nothing that we know of.
fn unknown_between(why: Interruption) -> Ending {
    let words = format!(
        "{} between two attempts: whether the one before took effect is not known. Look at the source before you try \
         again.",
        who(why)
    );
    Ending::without_body(Outcome::Unknown, None, words)
}

fn who(why: Interruption) -> &'static str {
    match why {
        Interruption::Person => "stopped by the person",
        Interruption::BatchDeadline => "stopped since the batch's time was up",
        Interruption::Needless => "stopped since nobody needs its result any more",
        Interruption::Full => "stopped since the disk is full",
    }
}

pub(super) fn unknown_write(why: Interruption) -> Ending {
    let who = who(why);
    Ending::without_body(
        Outcome::Unknown,
        None,
        format!(
            "{who} after it was sent, and no answer came: it may or may not have taken effect. Look at the source \
             before you try again."
        ),
    )
}
