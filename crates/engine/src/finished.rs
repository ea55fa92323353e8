//! What a call's end leaves behind: payloads for the record, and what a model is shown. Made where the call ran, so
//! that hashing a large result holds up nobody else, and the result itself is held once.

use std::sync::Arc;

use domain::finding::{Detected, MadeOf};
use domain::id::{CallId, Handle};
use domain::label::{Label, Level};
use domain::outcome::{Ending, FailureClass, Outcome, Told};
use domain::payload::{Payload, PayloadRole};

use crate::clock::seal;
use crate::detection;
use crate::error::EngineError;

/// All that one follow-up shows of its results together, in the size of one: past this many full results, each is
/// shown a smaller part.
const FULL_RESULTS: usize = 8;
/// The least that is shown of a result.
const LEAST: usize = 1024;

/// A call's end, sealed.
pub(crate) struct Finished {
    pub(crate) outcome: Outcome,
    pub(crate) failure: Option<FailureClass>,
    pub(crate) status: Option<u16>,
    /// What happened in words; if it returned, what there is to say of its pages.
    pub(crate) words: String,
    /// Bytes of the result.
    pub(crate) size: u64,
    pub(crate) cut_from: Option<u64>,
    pub(crate) told: Told,
    pub(crate) result: Option<Payload>,
    pub(crate) words_payload: Option<Payload>,
    pub(crate) shown: Shown,
    /// The least label of what came back, beside what its source and its tool say: what was detected, or what it shares.
    pub(crate) floor: Label,
    /// What its label is made of, if anything was detected.
    pub(crate) made: Option<MadeOf>,
    /// What was detected, for the record.
    pub(crate) findings: Option<Payload>,
    /// Itself, if it is above what its model is cleared for: then `shown` is not what the model may be shown.
    pub(crate) uncovered: Option<Arc<Uncovered>>,
}

/// A call's end that is above what its model is cleared for, until the model is told what it may know of it.
pub(crate) struct Uncovered {
    /// Whose it is: where its values stand on record.
    pub(crate) call: CallId,
    pub(crate) handle: Handle,
    pub(crate) ending: Ending,
    pub(crate) arguments: String,
    pub(crate) detected: Detected,
    /// The part of it that is shown, if the model reads on in it.
    pub(crate) part: Option<Part>,
    /// How much of it is shown.
    pub(crate) budget: usize,
}

/// A part of a result: what stands at `pointer`, from `offset` on.
pub(crate) struct Part {
    pub(crate) of: Handle,
    pub(crate) pointer: String,
    pub(crate) offset: u64,
}

/// What a model is shown of a call's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) text: String,
    /// Bytes of the result that stand in the text.
    pub(crate) bytes: u64,
    /// Bytes that the source sent, as far as we know.
    pub(crate) of: u64,
    /// Whether it is a result and not the words of a failure.
    pub(crate) ok: bool,
    /// How many bytes it was given room for.
    pub(crate) budget: usize,
}

impl Finished {
    /// Commits to what an ending holds, and makes what the model is shown of it: at most `budget` bytes.
    pub(crate) fn new(ending: Ending, handle: Handle, budget: usize) -> Result<Self, EngineError> {
        let shown = shown(&ending, handle, budget);
        let Ending { outcome, failure, status, media, body, cut_from, words, told } = ending;
        let size = body.len() as u64;
        let some = |role, media: &str, bytes: Vec<u8>| {
            if bytes.is_empty() { Ok(None) } else { seal(role, media, bytes).map(Some) }
        };
        let media = if media.is_empty() { "application/octet-stream" } else { &media };
        Ok(Self {
            result: some(PayloadRole::Result, media, body)?,
            words_payload: some(PayloadRole::Words, "text/plain", words.clone().into_bytes())?,
            outcome,
            failure,
            status,
            words,
            size,
            cut_from,
            told,
            shown,
            floor: Label::PUBLIC,
            made: None,
            findings: None,
            uncovered: None,
        })
    }

    /// The same with what was detected in it. Whoever goes to a model with this clearance keeps it whole until it is
    /// known what the model may be shown.
    pub(crate) fn looked(uncovered: Uncovered, clearance: Level) -> Result<Self, EngineError> {
        let label = detection::label(&uncovered.detected);
        let (handle, budget) = (uncovered.handle, uncovered.budget);
        let (made, findings) = if uncovered.detected.is_empty() {
            (None, None)
        } else {
            let bytes = serde_json::to_vec(&uncovered.detected);
            let bytes = bytes.map_err(|error| EngineError::Internal(error.to_string()))?;
            let findings = seal(PayloadRole::Findings, "application/json", bytes)?;
            (Some(uncovered.detected.made()), Some(findings))
        };
        if label.level > clearance {
            let finished = Self::new(uncovered.ending.clone(), handle, budget)?;
            let uncovered = Some(Arc::new(uncovered));
            return Ok(Self { floor: label, made, findings, uncovered, ..finished });
        }
        let finished = Self::new(uncovered.ending, handle, budget)?;
        Ok(Self { floor: label, made, findings, ..finished })
    }
}

/// What the model reads of an ending.
pub(crate) fn shown(ending: &Ending, handle: Handle, budget: usize) -> Shown {
    let of = ending.cut_from.unwrap_or(ending.body.len() as u64);
    match ending.outcome {
        Outcome::Returned => {
            let (text, bytes) = result_text(ending, handle, budget);
            Shown { text, bytes, of, ok: true, budget }
        }
        Outcome::Failed | Outcome::Refused | Outcome::Cancelled | Outcome::TimedOut | Outcome::Unknown => {
            let text = format!("{}: {}", ending.outcome.word(), ending.words);
            Shown { text, bytes: 0, of, ok: false, budget }
        }
    }
}

fn result_text(ending: &Ending, handle: Handle, budget: usize) -> (String, u64) {
    if ending.body.is_empty() {
        return ("(the source returned an empty body)".to_owned(), 0);
    }
    if std::str::from_utf8(&ending.body).is_err() {
        let words = format!(
            "(the source returned {} bytes of {}, which is not text)",
            ending.body.len(),
            ending.media
        );
        return (words, 0);
    }
    let excerpt = attribution::excerpt(handle, &ending.media, &ending.body, budget);
    let mut text = excerpt.text;
    if let Some(all) = ending.cut_from {
        text.push_str(&format!(
            "\n(the source sent {all} bytes; its limit here is {}, so the rest was not taken)",
            ending.body.len()
        ));
    }
    if !ending.words.is_empty() {
        text.push_str(&format!("\n({})", ending.words));
    }
    (text, excerpt.shown)
}

/// How many bytes of each result are shown, if that many come back together and `most` are shown of one.
pub(crate) fn budget(most: u32, calls: usize) -> usize {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    (most.saturating_mul(FULL_RESULTS) / calls.max(FULL_RESULTS)).clamp(LEAST.min(most), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: usize = 96 << 10;

    #[test]
    fn a_long_result_is_cut_and_says_so() {
        let mut ending = Ending::without_body(Outcome::Returned, None, "");
        ending.body = "ü".repeat(BUDGET).into_bytes();
        ending.media = "text/plain".to_owned();
        let shown = shown(&ending, Handle(3), BUDGET);
        assert!(shown.text.len() <= BUDGET && shown.bytes < shown.of, "{} {}", shown.text.len(), shown.bytes);
        assert!(shown.text.contains("read_result"), "it says how to read on");
        assert_eq!(shown.of, 2 * BUDGET as u64);
    }

    #[test]
    fn bytes_that_are_no_text_are_named_not_shown() {
        let mut ending = Ending::without_body(Outcome::Returned, None, "");
        ending.body = vec![0xff, 0xfe];
        ending.media = "image/png".to_owned();
        let shown = shown(&ending, Handle(3), BUDGET);
        assert_eq!(shown.text, "(the source returned 2 bytes of image/png, which is not text)");
    }

    #[test]
    fn a_failure_is_words() {
        let ending = Ending::without_body(Outcome::TimedOut, None, "no answer in 20 s");
        let shown = shown(&ending, Handle(3), BUDGET);
        assert_eq!((shown.text.as_str(), shown.ok, shown.bytes), ("timed out: no answer in 20 s", false, 0));
    }

    #[test]
    fn many_results_share_what_is_shown() {
        assert_eq!(budget(96 << 10, 1), 96 << 10);
        assert_eq!(budget(96 << 10, 8), 96 << 10);
        assert_eq!(budget(96 << 10, 16), 48 << 10);
        assert_eq!(budget(96 << 10, 100_000), LEAST);
        assert_eq!(budget(1024, 3), 1024);
    }
}
