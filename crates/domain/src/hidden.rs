//! What a model is not shown, since it is above its clearance, and what stands in its place.

use serde::{Deserialize, Serialize};

use crate::finding::Carried;
use crate::id::{CallId, TurnId};
use crate::label::{Category, Level};

/// The key under which [`AboveClearance`] is recorded and stored.
pub const ABOVE_CLEARANCE: &str = "above_clearance";

/// The key under which [`OwnDetectors`] are recorded and stored.
pub const DETECTION: &str = "detection";

/// What becomes of data whose level is above what a model is cleared for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum AboveClearance {
    /// Values that were found are replaced by pseudonyms; what is above it as a whole is kept out.
    #[default]
    Redact,
    /// Whatever holds something above it is kept out as a whole; a question that does is not put to the model.
    Block,
}

impl AboveClearance {
    /// Both, the default first.
    pub const ALL: [Self; 2] = [Self::Redact, Self::Block];

    /// The word for it, as written in files and on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Redact => "redact",
            Self::Block => "block",
        }
    }
}

/// What a person looks for besides what Tieout knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct OwnDetectors {
    /// Patterns.
    pub patterns: Vec<OwnPattern>,
    /// Lists of words.
    pub lists: Vec<OwnList>,
}

/// A pattern of a person's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct OwnPattern {
    /// The kind of what it finds: lower-case letters, digits, `_` and `.`.
    pub name: String,
    /// What that is about.
    pub category: Category,
    /// A regular expression, in the syntax of RE2.
    pub expression: String,
}

/// A list of words of a person's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct OwnList {
    /// The kind of what it finds: lower-case letters, digits, `_` and `.`.
    pub name: String,
    /// What that is about.
    pub category: Category,
    /// Whole words, in any case of the letters A to Z.
    pub words: Vec<String>,
}

/// What a model was not shown: the payload `hidden` of a `model.called`. It holds places and no values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hidden {
    /// Every pseudonym of the conversation so far, in the order in which they were given.
    pub values: Vec<HiddenValue>,
    /// The calls whose results it was shown nothing of.
    pub kept_out: Vec<KeptOut>,
}

/// A value that stands as a pseudonym.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HiddenValue {
    /// What the model reads in its place: `‹email-2›`.
    pub pseudonym: String,
    /// What was found there.
    pub kind: String,
    /// Where it was found first.
    pub place: HiddenPlace,
}

/// Where a hidden value stands on record.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "snake_case", deny_unknown_fields)]
pub enum HiddenPlace {
    /// In a person's question.
    Question {
        /// The turn that it began.
        turn: TurnId,
        /// Its first byte.
        start: u32,
        /// The byte after its last.
        end: u32,
    },
    /// In a call.
    Call {
        /// Which.
        call: CallId,
        /// In which of its payloads.
        carried: Carried,
        /// Where in it (RFC 6901).
        pointer: String,
        /// Its first byte in the string there.
        start: u32,
        /// The byte after its last.
        end: u32,
    },
}

/// A result of which a model was shown nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptOut {
    /// Whose.
    pub call: CallId,
    /// Its level, which is above what the model is cleared for.
    pub level: Level,
}
