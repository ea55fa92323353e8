//! The other way round: which answers were given with a call's result in view, and which of its places they used.

use domain::answer::Answer;
use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::{CallId, Seq};
use domain::payload::Commitment;
use domain::tie::{CallUse, TieStatus, Ties, UsedPlace};
use domain::view::EntryView;
use rusqlite::Connection;

use super::Reader;
use crate::error::StoreError;
use crate::stored;

impl Reader {
    /// The answers among these entries of a call's story, in their order, each with the places of the call's result that it
    /// used.
    pub async fn uses(&self, call: CallId, entries: &[EntryView]) -> Result<Vec<CallUse>, StoreError> {
        let answers = answers(entries)?;
        self.run(move |sql| uses(sql, call, answers)).await
    }
}

/// Entries by which answers were given.
pub(super) fn answers(entries: &[EntryView]) -> Result<Vec<Entry>, StoreError> {
    let given = entries.iter().filter(|entry| entry.kind == "answer.given");
    let read = |entry: &EntryView| {
        Entry::from_body(entry.body.canonical().as_bytes())
            .map_err(|error| StoreError::damaged(entry.seq, error.to_string()))
    };
    given.map(read).collect()
}

pub(super) fn uses(sql: &Connection, call: CallId, answers: Vec<Entry>) -> Result<Vec<CallUse>, StoreError> {
    let mut uses = Vec::new();
    for entry in answers {
        let Fact::AnswerGiven { turn, answer, .. } = entry.fact else { continue };
        let Some(link) = entry.link else { continue };
        let ties = ties(sql, entry.seq, &answer)?;
        uses.push(CallUse {
            turn,
            conversation: link.conversation,
            seq: entry.seq,
            at: entry.at,
            known: ties.is_some(),
            places: ties.map(|ties| used(ties, call)).unwrap_or_default(),
        });
    }
    Ok(uses)
}

/// An answer's ties; none if it was erased, or is none.
fn ties(sql: &Connection, seq: Seq, answer: &Commitment) -> Result<Option<Ties>, StoreError> {
    let stored = stored::payload(sql, seq, answer, u64::MAX)?;
    Ok(stored.and_then(|stored| Some(serde_json::from_slice::<Answer>(&stored.bytes).ok()?.ties)))
}

fn used(ties: Ties, call: CallId) -> Vec<UsedPlace> {
    let mut used = Vec::new();
    for span in ties.spans {
        let (Some(kind), TieStatus::Tied | TieStatus::Possible) = (span.kind, span.status) else { continue };
        for place in span.places.into_iter().filter(|place| place.call == call) {
            let (text, status) = (span.text.clone(), span.status);
            used.push(UsedPlace { pointer: place.pointer, raw: place.raw, text, status, kind });
        }
    }
    used
}
