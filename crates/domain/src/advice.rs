//! Advice on tools: what a definition makes slower or less safe than it needs to be, and how to mend it.

use serde::{Deserialize, Serialize};

use crate::tool::{SourceName, ToolId};

/// One piece of advice (`tieout tools lint`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Advice {
    /// The source that it concerns.
    pub source: SourceName,
    /// The tools that it concerns, in the file's order; empty if it is the source as a whole.
    pub tools: Vec<ToolId>,
    /// What it is about.
    pub kind: AdviceKind,
    /// What was found, in one sentence that names it.
    pub words: String,
    /// What to do about it, in one sentence.
    pub mend: String,
}

/// What a piece of advice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum AdviceKind {
    /// A tool takes a list of ids where one would do: one slow or failing id holds up the rest.
    ListOfIds,
    /// Tools change and read the same resource, so their calls wait for one another.
    SharedState,
    /// Tools of several sources are served by one host and so hit one rate limit together.
    SharedLimit,
    /// A write has no idempotency header, so it is never sent a second time.
    NoIdempotencyHeader,
    /// A tool needs a value that only another tool gives, and its schema does not say so.
    HiddenDependency,
    /// A write touches its whole source, since its resource names no single thing.
    WholeSource,
    /// No limit of requests per second is set.
    NoRate,
}
