//! What a report is made from.

use std::collections::BTreeSet;

use domain::anchor::AnchorKind;
use domain::bundle::Manifest;
use domain::id::{ConversationId, Seq};
use domain::payload::Commitment;
use domain::time::Micros;
use domain::view::{CallDetail, EntryView, TurnView};

/// What a report is made from: everything on record about one answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The bundle's.
    pub manifest: Manifest,
    /// The bundle's signed note.
    pub checkpoint: String,
    /// The conversation.
    pub conversation: ConversationId,
    /// The turn, with its answer if it has one.
    pub turn: TurnView,
    /// The turn's calls in the model's order, then those that a person made again, then calls of earlier turns that the
    /// answer drew on. Texts of payloads are shown as far as they go.
    pub calls: Vec<CallDetail>,
    /// The turn's entries that belong to no call, ascending: question, requests to the model, batches, answer.
    pub entries: Vec<EntryView>,
    /// Payloads of all these entries that were erased on record; those whose view says so need not be here again.
    pub erased: BTreeSet<Commitment>,
    /// Which checkpoints are held elsewhere, newest first.
    pub anchors: Vec<ReportedAnchor>,
}

/// A checkpoint that an anchor holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedAnchor {
    /// The anchor's name in the workspace.
    pub name: String,
    /// What it is.
    pub kind: AnchorKind,
    /// How many entries the checkpoint covers.
    pub size: u64,
    /// When it was recorded.
    pub at: Micros,
    /// The entry that says so.
    pub seq: Seq,
}
