//! How batches run in a workspace: the limits that a person sets, and what one question may say otherwise.

use serde::{Deserialize, Serialize};

use crate::time::Span;

/// The key under which [`RunSettings`] are recorded and stored.
pub const RUN_SETTINGS: &str = "run";

/// The key under which the names of the sources that a person paused are recorded and stored.
pub const PAUSED_SOURCES: &str = "paused_sources";

/// How batches run in a workspace. What a setting leaves out has its default, so that an older record still reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct RunSettings {
    /// Calls under way at one time, of all sources and conversations together; at least 1.
    pub in_flight: u32,
    /// Calls that one message of a model may ask for; a larger batch is held until a person lets it go. At least 1.
    pub batch_calls: u32,
    /// How long a batch may take in milliseconds, waiting for a person apart; at least 1.
    pub batch_deadline_ms: u32,
    /// Whether an allowed read may start while the model still writes its message.
    pub early: bool,
    /// Whether calls run one after another.
    pub sequential: bool,
    /// How many bytes of one result a model is shown; the rest it can ask for with `read_result`. At least 1024.
    pub shown_bytes: u32,
    /// What becomes of a read that holds up its batch.
    pub straggler: Straggler,
    /// How long a model may take to its first word in milliseconds; at least 1000.
    pub first_word_ms: u32,
    /// How long it may pause between two words in milliseconds; at least 1000.
    pub word_pause_ms: u32,
    /// How often a model is asked for one message, if its provider is busy or its stream is cut; at least 1.
    pub model_attempts: u32,
    /// How long a busy provider is waited for in milliseconds, all waits for one message together.
    pub model_wait_ms: u32,
}

impl Default for RunSettings {
    /// 64 calls at one time, 128 a message, 10 minutes a batch, early start, together, 96 KiB of a result, no
    /// straggler budget; 5 minutes to a model's first word and 3 between two, asked 4 times and waited for 2 minutes.
    fn default() -> Self {
        Self {
            in_flight: 64,
            batch_calls: 128,
            batch_deadline_ms: 600_000,
            early: true,
            sequential: false,
            shown_bytes: 96 << 10,
            straggler: Straggler::Wait,
            first_word_ms: 300_000,
            word_pause_ms: 180_000,
            model_attempts: 4,
            model_wait_ms: 120_000,
        }
    }
}

/// What becomes of a read that is still under way when its straggler budget is used up. Writes are always waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Straggler {
    /// It is waited for.
    #[default]
    Wait,
    /// It is sent once more beside the first request; whichever answers first counts.
    Hedge {
        /// How long after it was sent, in milliseconds.
        after_ms: u32,
    },
    /// The batch goes back to the model without it; the model can read the result later with `read_result`.
    Pending {
        /// How long after it was sent, in milliseconds.
        after_ms: u32,
    },
}

impl Straggler {
    /// The budget, if there is one.
    pub fn after(self) -> Option<Span> {
        match self {
            Self::Wait => None,
            Self::Hedge { after_ms } | Self::Pending { after_ms } => Some(Span(u64::from(after_ms) * 1000)),
        }
    }
}

/// What one conversation says otherwise than its workspace and model; `None` follows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct ConversationSettings {
    /// Whether its calls run one after another.
    pub sequential: Option<bool>,
    /// Whether its reads may start while the model still writes.
    pub early: Option<bool>,
}

impl ConversationSettings {
    /// The key under which a conversation's settings are recorded and stored.
    pub fn key(conversation: crate::id::ConversationId) -> String {
        format!("conversation.{conversation}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_record_leaves_out_has_its_default() {
        let settings: RunSettings = serde_json::from_str(r#"{"in_flight": 3}"#).unwrap();
        assert_eq!(settings, RunSettings { in_flight: 3, ..RunSettings::default() });
        assert!(serde_json::from_str::<RunSettings>(r#"{"inflight": 3}"#).is_err());
    }

    #[test]
    fn a_budget_is_what_its_kind_says() {
        assert_eq!(Straggler::Wait.after(), None);
        assert_eq!(Straggler::Hedge { after_ms: 2 }.after(), Some(Span(2000)));
        let json = serde_json::to_string(&Straggler::Pending { after_ms: 7 }).unwrap();
        assert_eq!(json, r#"{"kind":"pending","after_ms":7}"#);
    }
}
