//! What each figure of an answer comes from, as it is recorded with the answer and shown.
//!
//! The record is `docs/trail-format.md`'s: whoever has the answer and the results can follow every tie to its place and
//! see whether the value stands there.

use serde::{Deserialize, Serialize};

use crate::id::{CallId, ConversationId, Handle, Seq, TurnId};
use crate::time::Micros;

/// Every figure, date, identifier, name and quotation of an answer that was looked for in what the model was shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Ties {
    /// In the order of the answer; none overlap.
    pub spans: Vec<TiedSpan>,
    /// How many are what.
    pub counts: TieCounts,
    /// Why some were not looked for, in words: more was shown than is searched. Empty if all were.
    pub limit: String,
}

/// How many spans have which status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TieCounts {
    /// [`TieStatus::Tied`].
    pub tied: u32,
    /// [`TieStatus::Possible`].
    pub possible: u32,
    /// [`TieStatus::Untied`].
    pub untied: u32,
    /// [`TieStatus::Contradicted`].
    pub contradicted: u32,
}

/// A span of an answer and what it was found to come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TiedSpan {
    /// Its first byte in the answer's text, as UTF-8.
    pub start: u32,
    /// The byte after its last.
    pub end: u32,
    /// The text between, as it stands there.
    pub text: String,
    /// What was found.
    pub status: TieStatus,
    /// How span and places agree; none where there are no places.
    pub kind: Option<TieKind>,
    /// One place, or all that a derived figure was computed from, in the operation's order.
    pub places: Vec<TiePlace>,
    /// How it was computed, if it was.
    pub derivation: Option<Derivation>,
    /// How many of so many random figures of the same form were explained as well; none where none were tried.
    pub chance: Option<Chance>,
    /// How many other places hold the same value, though the words around them fit less.
    pub alternatives: u32,
    /// The result that the model named for it, if it named one.
    pub cited: Option<Handle>,
    /// Whether a place is in the result that the model named; none if it named none or nothing was found.
    pub cite_agrees: Option<bool>,
}

/// What was found of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TieStatus {
    /// It comes from its places.
    Tied,
    /// Its places explain it, but they would explain too many random figures as well.
    Possible,
    /// No result that the model was shown supports it.
    Untied,
    /// It is the result of an equation written in the answer that does not come out.
    Contradicted,
}

/// How a span and its places agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TieKind {
    /// It stands there, in this or another notation.
    Exact,
    /// It stands there in another unit: in thousands, in cents, as a part of one.
    Scaled,
    /// What stands there is it when rounded to the digits shown.
    Rounded,
    /// It was computed from what stands there.
    Derived,
}

/// A place in a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TiePlace {
    /// The call whose result it is.
    pub call: CallId,
    /// The value there: an RFC 6901 pointer into the recorded result.
    pub pointer: String,
    /// The value as it stands there, cut to 200 characters.
    pub raw: String,
}

/// How a figure was computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Derivation {
    /// By which operation, on the places in their order.
    pub operation: TieOperation,
    /// The computation as people write it: `1,204 − 877 = 327`.
    pub expression: String,
    /// What comes out, in exact decimals or cut to 12 digits; before it is rounded or scaled to the figure shown.
    pub computed: String,
}

/// An operation on places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TieOperation {
    /// The first place less the second.
    Difference,
    /// The first place less the second, as a share of the second.
    PercentChange,
    /// The first place over the second, in hundredths if the figure is a percentage.
    Ratio,
    /// All places together.
    Sum,
    /// All places together, over their number.
    Average,
    /// How many places there are.
    Count,
    /// The first place as a share of all places together, itself among them.
    Share,
    /// All places but the last together, as a share of the last.
    ShareOfSum,
}

/// How often chance does as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Chance {
    /// So many fit too …
    pub fit: u32,
    /// … of so many random figures of the same form.
    pub of: u32,
}

/// An answer that was given with a call's result in view, and which places of the result it used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CallUse {
    /// The turn that it answers.
    pub turn: TurnId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The entry that says that it was given.
    pub seq: Seq,
    /// When.
    pub at: Micros,
    /// Whether the answer can still be read; of one that was erased nobody knows what it used.
    pub known: bool,
    /// What it used, in the order of the answer. None: it was given without anything from this call.
    pub places: Vec<UsedPlace>,
}

/// A place of a call's result that an answer used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UsedPlace {
    /// The value there: an RFC 6901 pointer into the recorded result.
    pub pointer: String,
    /// The value as it stands there, cut to 200 characters.
    pub raw: String,
    /// What the answer made of it, as it stands in the answer.
    pub text: String,
    /// Whether it is tied or only possible.
    pub status: TieStatus,
    /// How both agree.
    pub kind: TieKind,
}

/// What one argument of a call was taken from, most likely: computed when it is read, and not on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ArgumentSource {
    /// The argument: an RFC 6901 pointer into the call's arguments.
    pub argument: String,
    /// The value as it stands in the earlier result, cut to 200 characters.
    pub raw: String,
    /// The earlier call.
    pub call: CallId,
    /// As the model names that call.
    pub handle: Handle,
    /// Where the value stands: an RFC 6901 pointer into the earlier call's recorded result.
    pub pointer: String,
    /// How many other places hold the same, though their names agree less.
    pub others: u32,
}

/// How well a model's answers of one week tie out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TieWeek {
    /// When the week began: a Monday, in UTC.
    pub at: Micros,
    /// The model, as people read it.
    pub model: String,
    /// How many answers it gave.
    pub answers: u32,
    /// How many of their figures are what.
    pub counts: TieCounts,
}
