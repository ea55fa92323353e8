//! Evidence bundles: what one is of, and what it will hold.

use serde::{Deserialize, Serialize};

use crate::id::{ConversationId, TurnId};
use crate::label::Label;
use crate::time::Micros;

/// What a file that was taken out of the trail holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum BundleKind {
    /// Every entry.
    Trail,
    /// Every entry of one conversation, with proofs.
    Conversation,
    /// Every entry of the conversation of one answer up to that answer, with proofs.
    Answer,
    /// A view (CSV, JSON lines, OCSF or OpenTelemetry): convenience, not evidence.
    View,
}

/// What to put into a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BundleScope {
    /// Every entry.
    Trail,
    /// One conversation.
    Conversation {
        /// Which.
        conversation: ConversationId,
    },
    /// One answer: its conversation as far as that answer.
    Answer {
        /// The turn that it ended.
        turn: TurnId,
    },
}

impl BundleScope {
    /// What kind of file that makes.
    pub fn kind(self) -> BundleKind {
        match self {
            Self::Trail => BundleKind::Trail,
            Self::Conversation { .. } => BundleKind::Conversation,
            Self::Answer { .. } => BundleKind::Answer,
        }
    }
}

/// `manifest.json` of a bundle: what it claims to be. None of it is evidence; a verifier compares it with what is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// 1.
    pub v: u32,
    /// What it is of.
    pub scope: BundleScope,
    /// The trail's key at the bundle's checkpoint (C2SP signed-note vkey).
    pub vkey: String,
    /// How many entries the checkpoint covers.
    #[specta(type = u32)]
    pub size: u64,
    /// How many entries are in the bundle.
    #[specta(type = u32)]
    pub entries: u64,
    /// Whether payloads were put in.
    pub payloads: bool,
    /// When it was made.
    pub made_at: Micros,
    /// What made it.
    pub program: String,
}

/// What a bundle would hold, before it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BundlePreview {
    /// Entries.
    #[specta(type = u32)]
    pub entries: u64,
    /// Calls among them.
    #[specta(type = u32)]
    pub calls: u64,
    /// Payloads that are still there.
    #[specta(type = u32)]
    pub payloads: u64,
    /// Their bytes.
    #[specta(type = u32)]
    pub payload_bytes: u64,
    /// Payloads that were erased.
    #[specta(type = u32)]
    pub erased: u64,
    /// The join of everything in it.
    pub label: Label,
}

/// A bundle that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BundleMade {
    /// Where it lies.
    pub path: String,
    /// Its length in bytes.
    #[specta(type = u32)]
    pub size: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Entries in it.
    #[specta(type = u32)]
    pub entries: u64,
    /// Payloads in it.
    #[specta(type = u32)]
    pub payloads: u64,
}
