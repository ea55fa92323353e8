//! What a verification found: part by part, and what is wrong.

use serde::{Deserialize, Serialize};

use crate::id::Seq;
use crate::time::Micros;

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct VerifyReport {
    /// When it ended.
    pub at: Micros,
    /// Entries looked at.
    #[specta(type = u32)]
    pub entries: u64,
    /// Checkpoints whose signature and root were checked.
    #[specta(type = u32)]
    pub checkpoints: u64,
    /// Payloads that were opened against their commitments.
    #[specta(type = u32)]
    pub payloads: u64,
    /// Calls that the entries tell of.
    #[specta(type = u32)]
    pub calls: u64,
    /// The root of the tree, base64; what an anchor would hold.
    pub root: String,
    /// Payloads that are gone, and of which the record says so.
    #[specta(type = u32)]
    pub erased: u64,
    /// How many entries the newest checkpoint covers of which a proof was checked that somebody outside holds it.
    #[specta(type = Option<u32>)]
    pub anchored: Option<u64>,
    /// The witnesses that the asker named, in that order, each with what it cosigned.
    pub witnesses: Vec<WitnessReport>,
    /// The keys that signed, oldest first (C2SP signed-note vkeys).
    pub vkeys: Vec<String>,
    /// Ties that can't be rechecked: the answer or a result that it leads to is not here, most often since it was erased.
    #[specta(type = u32)]
    pub unchecked_ties: u64,
    /// How long it took.
    pub took_ms: u32,
    /// What was looked at, part by part.
    pub parts: Vec<PartReport>,
    /// What is wrong, first by place; empty if the trail is sound.
    pub findings: Vec<Finding>,
}

/// How far a witness vouches for the trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct WitnessReport {
    /// Its key (C2SP cosignature vkey).
    pub vkey: String,
    /// How many entries the newest checkpoint covers that it cosigned and whose proof is here; `None` if there is none.
    #[specta(type = Option<u32>)]
    pub size: Option<u64>,
    /// When it cosigned that one, by its own clock.
    pub at: Option<Micros>,
}

/// What was found in one part of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PartReport {
    /// Which.
    pub part: Part,
    /// How much of it was looked at: entries, checkpoints, anchors, payloads, …; 0 if the part was not checked.
    #[specta(type = u32)]
    pub checked: u64,
    /// How much is wrong in it.
    pub findings: u32,
}

/// The parts of a verification, in the order in which each presumes the ones before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Entries, their order and their hashes; in a bundle, what files it has.
    Tree,
    /// Who signed what root, and whether the entries give it.
    Checkpoints,
    /// A checkpoint that was kept elsewhere.
    Known,
    /// Proofs that others hold checkpoints.
    Anchors,
    /// Whether what the entries tell could have happened.
    Story,
    /// Whether each conversation is whole.
    Conversations,
    /// Whether each payload opens its commitment, or was erased on record.
    Payloads,
    /// Whether each figure of an answer still stands where the answer's record says.
    Ties,
    /// Whether what screens query is what the entries say.
    Projections,
}

/// Something wrong with a trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// In which part.
    pub part: Part,
    /// The first entry that it concerns, if it concerns one.
    pub seq: Option<Seq>,
    /// In words.
    pub words: String,
}

/// The kinds of things that can be wrong with a trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Something that must be there isn't.
    Missing,
    /// Something is not what was recorded.
    Altered,
    /// A number is left out.
    Gap,
    /// The end was cut off.
    Truncated,
    /// Two histories.
    Forked,
    /// A checkpoint's signature is not the trail's.
    Unsigned,
    /// A payload does not open its commitment.
    Unopened,
    /// Something happened that had no leave to happen.
    OffPolicy,
    /// What screens query is not what the entries say.
    Projection,
}
