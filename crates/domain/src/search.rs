//! What a search of the trail gives back.

use serde::{Deserialize, Serialize};

use crate::id::{ConversationId, Seq, TurnId};
use crate::label::Label;
use crate::time::Micros;
use crate::view::{CallRow, Count};

/// One page of calls, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct SearchPage {
    /// The calls.
    pub rows: Vec<CallRow>,
    /// Where the next page begins; none if this is the last.
    pub next: Option<Seq>,
}

/// How many calls a search finds, by what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Facets {
    /// Calls that fit.
    #[specta(type = u32)]
    pub total: u64,
    /// Whether counting ended early: then every number is the least there are.
    pub at_least: bool,
    /// By source, most first.
    pub by_source: Vec<Count>,
    /// By outcome, most first; `open` for those without.
    pub by_outcome: Vec<Count>,
    /// By level, highest first.
    pub by_level: Vec<Count>,
    /// By what policy said, most first.
    pub by_verdict: Vec<Count>,
}

/// What charts show of the calls that fit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Overview {
    /// The last days on which there was a call, oldest first, at most 90.
    pub days: Vec<Day>,
    /// Tools by the time that their calls took in all, most first, at most 20.
    pub tools: Vec<ToolTime>,
    /// Failures by class, most first.
    pub failures: Vec<Count>,
    /// What people said when asked: `allowed`, `refused`, `edited`.
    pub approvals: Vec<Count>,
    /// What each model was shown, by level: requests of the model, most first.
    pub exposure: Vec<ModelExposure>,
}

/// The calls of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Day {
    /// Its first instant, UTC.
    pub at: Micros,
    /// Calls by level: public, internal, confidential, restricted.
    pub by_level: [u32; 4],
    /// Of them, those that did not return.
    pub failures: u32,
}

/// How long a tool's calls take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ToolTime {
    /// `source.tool`.
    pub tool: String,
    /// Calls that were sent.
    pub calls: u32,
    /// Of them, those that did not return.
    pub failures: u32,
    /// The middle one of their times.
    pub p50_ms: u32,
    /// The time that 95 of 100 stay under.
    pub p95_ms: u32,
}

/// What a model was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ModelExposure {
    /// The model's name in the workspace.
    pub model: String,
    /// Requests to it by level of what was in them: public, internal, confidential, restricted.
    pub by_level: [u32; 4],
}

/// An answer, as a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct AnswerRow {
    /// The turn.
    pub turn: TurnId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The entry of the question.
    pub seq: Seq,
    /// When it was asked.
    pub at: Micros,
    /// The beginning of the question; empty if it was erased.
    pub question: String,
    /// Whether there is an answer.
    pub answered: bool,
    /// How many calls the turn made.
    pub calls: u32,
    /// The sources of those calls, by name.
    pub sources: Vec<String>,
    /// The join of the turn's calls and answer.
    pub label: Label,
}

/// A mistake in what somebody wrote to search for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FilterMistake {
    /// Where it begins, in UTF-16 code units, as the page counts.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// What is wrong, and what to write instead.
    pub words: String,
}

/// Something that would go well at the cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Completion {
    /// From where, in UTF-16 code units.
    pub start: u32,
    /// To where it replaces what is written.
    pub end: u32,
    /// What to put there.
    pub insert: String,
    /// What it means, in a few words.
    pub hint: String,
}
