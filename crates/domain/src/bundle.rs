//! Evidence bundles: what one is of, and what it will hold.

use serde::{Deserialize, Serialize};

use crate::canonical;
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

/// How an answer is written as a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum DocumentForm {
    /// Markdown, with footnotes as GitHub and pandoc read them.
    Markdown,
    /// HTML that needs nothing besides itself, and runs nothing.
    Html,
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

/// These bytes are no manifest as we write them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a manifest: {0}")]
pub struct ManifestError(String);

impl Manifest {
    /// The bytes of `manifest.json` (RFC 8785).
    ///
    /// # Errors
    /// If a number is too large for the format.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ManifestError> {
        canonical::to_vec(self).map_err(|error| ManifestError(error.to_string()))
    }

    /// The manifest that these bytes are.
    ///
    /// # Errors
    /// For anything that [`Manifest::to_bytes`] would not have written.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ManifestError> {
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|error| ManifestError(error.to_string()))?;
        if manifest.v != 1 {
            return Err(ManifestError(format!("version {} is not 1", manifest.v)));
        }
        if manifest.to_bytes()? == bytes {
            Ok(manifest)
        } else {
            Err(ManifestError("the bytes are not in canonical form (RFC 8785)".to_owned()))
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_reads_back_from_its_own_bytes_alone() {
        for scope in [
            BundleScope::Trail,
            BundleScope::Conversation { conversation: ConversationId::new(1, 2) },
            BundleScope::Answer { turn: TurnId::new(1, 3) },
        ] {
            let manifest = Manifest {
                v: 1,
                scope,
                vkey: "name+00000000+key".to_owned(),
                size: 3,
                entries: 2,
                payloads: true,
                made_at: Micros(1),
                program: "0.1.0".to_owned(),
            };
            let bytes = manifest.to_bytes().unwrap();
            assert_eq!(Manifest::from_bytes(&bytes), Ok(manifest));
            let text = String::from_utf8(bytes).unwrap();
            for wrong in [
                text.replace("\"v\":1", "\"v\":2"),
                text.replace("\"v\":1", "\"v\": 1"),
                text.replace("\"v\":1", "\"v\":1,\"w\":1"),
                format!("{text}\n"),
            ] {
                assert!(Manifest::from_bytes(wrong.as_bytes()).is_err(), "{wrong}");
            }
        }
    }
}
