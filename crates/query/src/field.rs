//! The fields that a filter can name.

/// A field: what stands before a colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The source's name.
    Source,
    /// The tool's name.
    Tool,
    /// What the tool does.
    Effect,
    /// The level.
    Label,
    /// A category of the label.
    Category,
    /// What policy said.
    Verdict,
    /// What a person said.
    Approved,
    /// How it ended.
    Outcome,
    /// How it failed.
    Failure,
    /// The source's status.
    Status,
    /// How long it took.
    Took,
    /// How large its result is.
    Size,
    /// How many requests it needed.
    Attempts,
    /// Not before.
    Since,
    /// Not after.
    Until,
    /// On a day.
    On,
    /// One call.
    Call,
    /// One conversation.
    Conversation,
    /// One turn.
    Turn,
    /// One batch.
    Batch,
    /// A mark.
    Is,
}

impl Field {
    /// Every field, in the order in which they are offered.
    pub const ALL: [Self; 21] = [
        Self::Source,
        Self::Tool,
        Self::Label,
        Self::Outcome,
        Self::Since,
        Self::Until,
        Self::On,
        Self::Effect,
        Self::Category,
        Self::Verdict,
        Self::Approved,
        Self::Failure,
        Self::Status,
        Self::Took,
        Self::Size,
        Self::Attempts,
        Self::Is,
        Self::Conversation,
        Self::Turn,
        Self::Batch,
        Self::Call,
    ];

    /// As it is written, without the colon.
    pub fn word(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Tool => "tool",
            Self::Effect => "effect",
            Self::Label => "label",
            Self::Category => "category",
            Self::Verdict => "verdict",
            Self::Approved => "approved",
            Self::Outcome => "outcome",
            Self::Failure => "failure",
            Self::Status => "status",
            Self::Took => "took",
            Self::Size => "size",
            Self::Attempts => "attempts",
            Self::Since => "since",
            Self::Until => "until",
            Self::On => "on",
            Self::Call => "call",
            Self::Conversation => "conversation",
            Self::Turn => "turn",
            Self::Batch => "batch",
            Self::Is => "is",
        }
    }

    /// What it means, in a few words.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Source => "the source's name",
            Self::Tool => "the tool, with its source or without",
            Self::Effect => "what the tool does",
            Self::Label => "the level: ≥confidential, public",
            Self::Category => "what the data is about",
            Self::Verdict => "what policy said",
            Self::Approved => "what a person said when asked",
            Self::Outcome => "how it ended",
            Self::Failure => "how it failed",
            Self::Status => "the source's status: 404, 5xx, ≥400",
            Self::Took => "how long it took: >2s, ≤250ms",
            Self::Size => "how large the result is: >10kB",
            Self::Attempts => "how many requests it needed: >1",
            Self::Since => "not before: 7d, today, 2026-11-01",
            Self::Until => "not after: a day with all of it, or a moment",
            Self::On => "on one day of yours: today, 2026-11-20",
            Self::Call => "one call, by its id",
            Self::Conversation => "one conversation, by its id",
            Self::Turn => "one turn, by its id",
            Self::Batch => "one batch, by its id",
            Self::Is => "a mark: shared, retry, edited, erased, held",
        }
    }

    /// The field of that name; capitals don't matter.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.word().eq_ignore_ascii_case(word))
    }

    /// Whether its values have an order, so that they can be compared.
    pub(crate) fn compares(self) -> bool {
        matches!(self, Self::Label | Self::Status | Self::Took | Self::Size | Self::Attempts)
    }
}
