//! The printable report of an answer: what a compliance reviewer files.
//!
//! One HTML file without script, pictures, fonts or anything else from elsewhere; a policy in it forbids the rest.
//! Text of people, models and APIs goes through [`Html::text`](html::Html::text), and markup can only come from this
//! crate. In a bundle without payloads the report holds none either, whatever it is given.

mod call;
mod html;
mod indent;
mod page;
mod story;
mod words;

use std::collections::BTreeSet;

use domain::anchor::AnchorKind;
use domain::bundle::Manifest;
use domain::id::{ConversationId, Seq};
use domain::payload::Commitment;
use domain::time::Micros;
use domain::view::{CallDetail, EntryView, TurnView};

pub(crate) use words::instant;

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

/// The report as one HTML file. The same report gives the same bytes.
pub fn report(report: &Report) -> String {
    page::page(report)
}
