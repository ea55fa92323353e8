//! What a bundle tells, as screens show it: its entries and payloads go where the same queries answer as for a workspace.

use domain::filter::Filter;
use domain::id::{CallId, Seq, TurnId};
use domain::payload::commitment;
use domain::view::{CallDetail, CallRow, ConversationRow, EntryView, TurnView, WireView};
use evidence::{Bundle, Piece};
use store::{Foreign, Snapshot, StoreError};
use tempfile::TempDir;

use super::container::Container;
use crate::clock::random_key;
use crate::error::EngineError;
use crate::export::of_evidence;

/// Calls that a view lists at most, the newest; whoever needs all of a larger bundle has its tables.
const MOST_CALLS: usize = 10_000;
/// Turns and conversations that a view lists at most, the newest.
const MOST_TURNS: u32 = 1000;
/// Rows that are fetched at a time.
const PAGE: u32 = 1000;
/// The most of a payload that comes with a call, in bytes.
const DETAIL_BYTES: usize = 256 * 1024;

/// The lists of a view.
pub(super) struct Lists {
    pub(super) conversations: Vec<ConversationRow>,
    pub(super) turns: Vec<TurnView>,
    pub(super) calls: Vec<CallRow>,
}

/// A bundle's entries and payloads, to be queried.
pub(super) struct Shown {
    snapshot: Snapshot,
    /// Where they lie. The fields go in this order.
    _folder: TempDir,
}

impl Shown {
    /// Takes in what is there. A payload that does not open its commitment says nothing, so nothing of it is shown.
    pub(super) fn of(bundle: &mut Bundle<Container>) -> Result<Self, EngineError> {
        let no_place =
            |error| EngineError::BadInput(format!("there is no place to lay the bundle out: {error}"));
        let folder = tempfile::tempdir().map_err(no_place)?;
        let mut foreign = Foreign::begin(folder.path(), random_key()?).map_err(of_bundle)?;
        for piece in bundle.pieces() {
            match piece.map_err(of_evidence)? {
                Piece::Entry { seq, body } => {
                    foreign.entry(seq, &body).map_err(of_bundle)?;
                }
                Piece::Payload { commitment: stored, salt, bytes } if commitment(&salt, &bytes) == stored => {
                    foreign.payload(&stored, &bytes).map_err(of_bundle)?;
                }
                _ => {}
            }
        }
        Ok(Self { snapshot: foreign.finish().map_err(of_bundle)?, _folder: folder })
    }

    /// Everything that is listed, newest first.
    pub(super) fn lists(&self) -> Result<Lists, EngineError> {
        let mut calls: Vec<CallRow> = Vec::new();
        let mut before = None;
        while calls.len() < MOST_CALLS {
            let page = self.snapshot.search(&Filter::default(), before, PAGE).map_err(of_bundle)?;
            calls.extend(page.rows);
            match page.next {
                Some(next) => before = Some(next),
                None => break,
            }
        }
        let mut turns = Vec::new();
        for place in self.snapshot.turns(MOST_TURNS).map_err(of_bundle)? {
            turns.extend(self.snapshot.turn(place.turn).map_err(of_bundle)?);
        }
        let conversations = self.snapshot.conversations(MOST_TURNS).map_err(of_bundle)?;
        Ok(Lists { conversations, turns, calls })
    }

    /// One entry.
    pub(super) fn entry(&self, seq: Seq) -> Result<EntryView, EngineError> {
        let entry = self.snapshot.entry(seq).map_err(of_bundle)?;
        entry.ok_or_else(|| EngineError::NotFound(format!("the bundle has no entry {seq} that can be shown")))
    }

    /// One call.
    pub(super) fn call(&self, id: CallId) -> Result<CallDetail, EngineError> {
        let detail = self.snapshot.call(id, DETAIL_BYTES).map_err(of_bundle)?;
        detail.ok_or_else(|| EngineError::NotFound(format!("the bundle has no call {id}")))
    }

    /// What went to models in a turn and what came back.
    pub(super) fn wire(&self, turn: TurnId, max: usize) -> Result<Vec<WireView>, EngineError> {
        self.snapshot.wire(turn, max).map_err(of_bundle)
    }
}

/// What failed is the place where a stranger's bundle was laid out: no trail of ours is hurt, and nothing has to stop.
fn of_bundle(error: StoreError) -> EngineError {
    EngineError::BadInput(format!("the bundle can't be shown: {error}"))
}
