//! Whether trying again makes sense: the last words of a failure. They speak to whoever may call once more, a model
//! or a person; attempts that make sense without asking anyone were made before.

/// After a write whose end nobody knows.
pub(super) const DONE_OR_NOT: &str = "; what was asked may have been done: look before asking again";
/// Where no connection came about.
pub(super) const NOT_SENT: &str = "; nothing was sent, and the same call may work later";
/// Where source and definition don't fit each other, whatever the arguments.
pub(super) const UNFIT: &str = "; the same call will fail again until a person has corrected the source";

const LATER: &str = "; the same call may work a little later";
const SAME_AGAIN: &str = "; the same call will probably fail again";

/// After a status that means no.
pub(super) fn refused(status: u16, writes: bool) -> &'static str {
    match status {
        400 | 422 => "; correct the arguments before you call again",
        401 | 402 | 407 => "; the same call will fail again until a person has mended that",
        403 => "; the same call will be refused again",
        404 | 410 => "; there is no such thing there: check the arguments, the same call will fail again",
        405 | 406 | 415 | 501 | 505 => UNFIT,
        409 | 412 | 428 => "; what is there is not what the call expects: read it before you call again",
        408 | 423 | 425 | 429 => LATER,
        413 | 414 | 431 => "; ask for less at once",
        500..=599 if writes => DONE_OR_NOT,
        502..=504 => LATER,
        500..=599 => "; the fault is the source's, and the same call may fail again",
        _ => SAME_AGAIN,
    }
}

/// After a connection that ended in the middle.
pub(super) fn interrupted(writes: bool) -> &'static str {
    if writes { DONE_OR_NOT } else { LATER }
}

/// After a deadline.
pub(super) fn too_slow(writes: bool) -> &'static str {
    if writes { DONE_OR_NOT } else { "; ask for less at once, or later" }
}

/// After an answer that is not what it says it is.
pub(super) fn unreadable(writes: bool) -> &'static str {
    if writes { DONE_OR_NOT } else { SAME_AGAIN }
}
