//! An answer and what it drew on.

use serde::{Deserialize, Serialize};

use crate::id::{CallId, Handle};
use crate::label::{Category, Label};
use crate::model::{Finish, Usage};
use crate::tie::Ties;

/// An answer as recorded and shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct Answer {
    /// The model's words without citation marks.
    pub text: String,
    /// Every result that stood in the model's context when it wrote this, in order of their handles.
    pub exposure: Vec<Exposed>,
    /// Where the model said that it drew on what; its claim, not yet a tie.
    pub citations: Vec<Citation>,
    /// Marks that named no exposed result; they were taken out too.
    pub unknown_citations: u32,
    /// What each of its figures comes from; nothing in an answer of before there were ties.
    #[serde(default)]
    pub ties: Ties,
    /// The join of everything exposed.
    pub label: Label,
    /// What its model was not shown; nothing in an answer of before models had a clearance that counted.
    #[serde(default)]
    pub unseen: Unseen,
    /// What its results say together that none says alone.
    #[serde(default)]
    pub combined: Vec<Combined>,
    /// The model, as people read it.
    pub model: String,
    /// Why its message ended: anything but `stop` means that the text was cut.
    pub finish: Finish,
    /// Tokens of the whole turn.
    pub usage: Usage,
    /// What the turn's time went into.
    pub timings: Timings,
}

/// What a model was not shown, being above its clearance. The text holds the real values all the same: they were put in
/// the place of their pseudonyms when it had been written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Unseen {
    /// How many values stood as pseudonyms in its last request.
    pub values: u32,
    /// The calls whose results it was shown nothing of.
    pub results: Vec<CallId>,
    /// Where in the text a value stands for a pseudonym that the model wrote.
    pub spans: Vec<Revealed>,
}

/// A value that the model wrote as a pseudonym.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Revealed {
    /// Its first byte in the answer's text, as UTF-8.
    pub start: u32,
    /// The byte after its last.
    pub end: u32,
    /// What the model wrote: `‹email-2›`.
    pub pseudonym: String,
}

/// Categories that several calls brought together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Combined {
    /// The categories, in the order in which labels are written.
    pub categories: Vec<Category>,
    /// Whether the calls are about the same thing: each was asked with a value that all of them share.
    pub one_subject: bool,
    /// The sources, by name.
    pub sources: Vec<String>,
    /// The calls, in order of their handles.
    pub calls: Vec<CallId>,
}

impl Combined {
    /// `identity + health about one subject from 3 sources`
    pub fn words(&self) -> String {
        let categories: Vec<&str> = self.categories.iter().map(|category| category.word()).collect();
        let about = if self.one_subject { " about one subject" } else { "" };
        format!("{}{about} from {} sources", categories.join(" + "), self.sources.len())
    }
}

/// A result in the model's context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Exposed {
    /// The call it came from.
    pub call: CallId,
    /// How the model could cite it.
    pub handle: Handle,
    /// How much of it the model saw.
    pub mode: Exposure,
    /// Whether it was called for in an earlier turn of the conversation.
    pub earlier: bool,
}

/// How much of a result the model saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Exposure {
    /// All of it.
    Full,
    /// The first bytes of it.
    Truncated {
        /// How many the model saw.
        #[specta(type = u32)]
        shown: u64,
        /// Of how many.
        #[specta(type = u32)]
        of: u64,
    },
    /// The words of a failure or refusal: there was no result.
    Words,
}

/// A mark by which the model cited a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Citation {
    /// Where it stood: a UTF-8 byte offset into the answer's text, after what it vouches for.
    pub at: u32,
    /// The call it names.
    pub call: CallId,
    /// As the model wrote it.
    pub handle: Handle,
}

/// Where a turn's time went, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Timings {
    /// From the question to the end of the answer.
    pub turn_ms: u32,
    /// All batches.
    pub batches_ms: u32,
    /// What the same calls would have taken one after another.
    pub sequential_ms: u32,
    /// From the question to the first word of the answer.
    pub first_word_ms: u32,
}
