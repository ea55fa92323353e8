//! What a call's end leaves behind, committed to: the same for a model's call and one by hand.

use domain::outcome::Ending;
use domain::payload::{Payload, PayloadRole};

use crate::clock::seal;
use crate::error::EngineError;

/// The payloads of a `call.ended`.
pub(crate) struct SealedEnd {
    /// What the source sent, if anything came.
    pub(crate) result: Option<Payload>,
    /// What happened in words, if there are any.
    pub(crate) words: Option<Payload>,
}

/// Commits to what an ending holds.
pub(crate) fn seal_end(ending: &Ending) -> Result<SealedEnd, EngineError> {
    let some = |role, media: &str, bytes: &[u8]| {
        if bytes.is_empty() { Ok(None) } else { seal(role, media, bytes.to_vec()).map(Some) }
    };
    let media = if ending.media.is_empty() { "application/octet-stream" } else { &ending.media };
    Ok(SealedEnd {
        result: some(PayloadRole::Result, media, &ending.body)?,
        words: some(PayloadRole::Words, "text/plain", ending.words.as_bytes())?,
    })
}
