//! Anchors: places outside this machine that hold a checkpoint, so that nobody who has the machine and the key can show
//! another history without being seen.

use serde::{Deserialize, Serialize};

use crate::id::Seq;
use crate::time::Micros;

/// What an anchor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum AnchorKind {
    /// A C2SP tlog-witness: it cosigns a checkpoint only if it continues the last that it signed.
    Witness,
    /// A folder or share that others can read and we can't take back from.
    Folder,
    /// An RFC 3161 time stamp authority.
    Timestamp,
}

/// One anchor, as configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AnchorSpec {
    /// Its name in the workspace: 1 to 40 letters, digits, `-` and `_`.
    pub name: String,
    /// Where it is and what it needs.
    #[serde(flatten)]
    pub place: AnchorPlace,
}

/// Where an anchor is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AnchorPlace {
    /// A witness.
    Witness {
        /// The submission prefix, to which `/add-checkpoint` is added.
        url: String,
        /// Its verifier key (C2SP signed-note vkey, signature type 0x04).
        vkey: String,
    },
    /// A folder.
    Folder {
        /// Its path; it must exist.
        path: String,
    },
    /// A time stamp authority.
    Timestamp {
        /// Where it takes `application/timestamp-query`.
        url: String,
    },
}

impl AnchorPlace {
    /// What it is.
    pub fn kind(&self) -> AnchorKind {
        match self {
            Self::Witness { .. } => AnchorKind::Witness,
            Self::Folder { .. } => AnchorKind::Folder,
            Self::Timestamp { .. } => AnchorKind::Timestamp,
        }
    }
}

/// Whether a write waits until an anchor holds a checkpoint of the entry that announces it. Reads, and writes that have
/// the same effect however often they are sent, never do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum AnchorWrites {
    /// No: anchors get their checkpoints afterwards.
    #[default]
    Off,
    /// It waits for a while, and leaves all the same if no anchor answers. That none did is on record.
    Try,
    /// It is not sent if no anchor answers.
    Require,
}

/// One anchor with what the record says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AnchorView {
    /// As configured.
    pub spec: AnchorSpec,
    /// The last checkpoint that it holds.
    pub last: Option<Anchored>,
    /// Why the latest try failed, if it did.
    pub failure: Option<AnchorFailure>,
}

/// A checkpoint that an anchor holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Anchored {
    /// The entry that says so.
    pub seq: Seq,
    /// When.
    pub at: Micros,
    /// How many entries the checkpoint covers.
    #[specta(type = u32)]
    pub size: u64,
}

/// A try that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AnchorFailure {
    /// When.
    pub at: Micros,
    /// What happened.
    pub words: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_reads_back_as_it_was_written() {
        let (url, vkey) = ("https://witness.example".to_owned(), "w+1+B".to_owned());
        for place in [
            AnchorPlace::Witness { url: url.clone(), vkey },
            AnchorPlace::Folder { path: "/mnt/share".to_owned() },
            AnchorPlace::Timestamp { url },
        ] {
            let spec = AnchorSpec { name: "a".to_owned(), place };
            let text = serde_json::to_string(&spec).unwrap();
            assert_eq!(serde_json::from_str::<AnchorSpec>(&text).unwrap(), spec, "{text}");
        }
    }
}
