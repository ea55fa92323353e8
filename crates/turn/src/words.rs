//! How calls end that were never sent, in words that a model can use.

use domain::id::Handle;
use domain::outcome::{Ending, FailureClass, Outcome};

use crate::effect::Interruption;

/// Policy said no.
pub(crate) fn refused_by_policy(reason: &str) -> Ending {
    refused(format!("refused by policy: {}. Nothing was sent.", sentence(reason)))
}

/// A person said no.
pub(crate) fn refused_by_person(reason: &str) -> Ending {
    refused(match sentence(reason) {
        "" => "refused by the person, who gave no reason. Nothing was sent.".to_owned(),
        reason => format!("refused by the person: {reason}. Nothing was sent."),
    })
}

/// A person did not let a batch go that was larger than one message may ask for.
pub(crate) fn refused_with_batch(calls: u32, limit: u32, reason: &str) -> Ending {
    let refused_it = match sentence(reason) {
        "" => "the person refused".to_owned(),
        reason => format!("the person refused: {reason}"),
    };
    refused(format!(
        "this message asked for {calls} calls at once, more than the {limit} that are allowed, and {refused_it}; ask \
         for fewer"
    ))
}

/// A person took it back in time.
pub(crate) fn cancelled_by_person() -> Ending {
    cancelled("cancelled by the person before it was sent")
}

/// The batch's deadline came first.
fn out_of_time() -> Ending {
    cancelled("the batch's time was up before it could be sent")
}

/// Nobody will use its result.
fn needless() -> Ending {
    cancelled("it was not needed any more before it could be sent")
}

/// Nobody could record that it is about to be sent.
fn without_room() -> Ending {
    cancelled("the disk is full, so it could not be recorded that this is about to be sent; it was not sent")
}

/// Whoever took it back, it was not sent.
pub(crate) fn called_off(why: Interruption) -> Ending {
    match why {
        Interruption::Person => cancelled_by_person(),
        Interruption::BatchDeadline => out_of_time(),
        Interruption::Needless => needless(),
        Interruption::Full => without_room(),
    }
}

/// It reads the result of a call that runs after it.
pub(crate) fn reads_a_later_call(handle: Handle) -> Ending {
    let words = format!(
        "{handle} is not before this call in the same message, so it has no result yet; ask again in the next message"
    );
    Ending::without_body(Outcome::Failed, Some(FailureClass::InvalidArguments), words)
}

fn refused(words: String) -> Ending {
    Ending::without_body(Outcome::Refused, None, words)
}

fn cancelled(words: &str) -> Ending {
    Ending::without_body(Outcome::Cancelled, None, words)
}

/// Our sentence goes on behind it, so it brings no full stop of its own.
fn sentence(reason: &str) -> &str {
    reason.trim().trim_end_matches('.')
}
