//! Payloads: bytes that may be erased while the proof stays whole.
//!
//! An entry holds a commitment, SHA-256 over a salt and the bytes; the bytes lie beside the trail with the secret
//! that the salt comes from. Without the secret the commitment says nothing about the bytes, so deleting secret
//! and bytes erases them. Layout: `docs/trail-format.md`.

use std::fmt;

use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::json::{hex, unhex};

/// What commitments begin with, so that no other hash can be taken for one.
pub const COMMITMENT_PREFIX: &[u8] = b"tieout/payload/v1\0";
/// HKDF's info for the salt.
pub const SALT_INFO: &[u8] = b"tieout/payload/salt/v1";

/// SHA-256([`COMMITMENT_PREFIX`] ‖ salt ‖ bytes); 64 hexadecimal digits as text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(try_from = "String", into = "String")]
#[specta(transparent)]
pub struct Commitment(#[specta(type = String)] pub [u8; 32]);

impl fmt::Display for Commitment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl TryFrom<String> for Commitment {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let bytes = unhex(&text).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.map(Self).ok_or_else(|| format!("`{text}` is not 64 hexadecimal digits"))
    }
}

impl From<Commitment> for String {
    fn from(commitment: Commitment) -> String {
        commitment.to_string()
    }
}

/// The salt that a secret gives (HKDF-SHA256, RFC 5869, no salt of its own).
pub fn salt(secret: &[u8; 32]) -> [u8; 32] {
    let mut salt = [0; 32];
    // Expanding fails only for more than 255 blocks; this is one.
    let _one_block = Hkdf::<Sha256>::new(None, secret).expand(SALT_INFO, &mut salt);
    salt
}

/// The commitment to `bytes` under a salt.
pub fn commitment(salt: &[u8; 32], bytes: &[u8]) -> Commitment {
    let hash = Sha256::new().chain_update(COMMITMENT_PREFIX).chain_update(salt).chain_update(bytes);
    Commitment(hash.finalize().into())
}

/// What a payload is to the entry that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum PayloadRole {
    /// A person's question.
    Question,
    /// A request to a model, as sent, secrets left out.
    Prompt,
    /// A model's response: the bytes as received.
    Response,
    /// A call's arguments as the model wrote them.
    Arguments,
    /// A request to a source, as sent, secrets replaced by their names.
    Request,
    /// What a source answered.
    Result,
    /// What happened, in words.
    Words,
    /// An answer's text with its exposure and citations.
    Answer,
    /// What a person was shown when asked.
    Shown,
    /// A person's reason.
    Reason,
    /// A setting's new value.
    Setting,
    /// What an anchor gave back: a cosigned checkpoint, or a time stamp.
    Anchor,
    /// What was detected in a call, and where: places and no values.
    Findings,
    /// What a model was not shown, and what stood in its place: places and no values.
    Hidden,
}

impl PayloadRole {
    /// Every role.
    pub const ALL: [Self; 14] = [
        Self::Question,
        Self::Prompt,
        Self::Response,
        Self::Arguments,
        Self::Request,
        Self::Result,
        Self::Words,
        Self::Answer,
        Self::Shown,
        Self::Reason,
        Self::Setting,
        Self::Anchor,
        Self::Findings,
        Self::Hidden,
    ];

    /// The word for it, as stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Prompt => "prompt",
            Self::Response => "response",
            Self::Arguments => "arguments",
            Self::Request => "request",
            Self::Result => "result",
            Self::Words => "words",
            Self::Answer => "answer",
            Self::Shown => "shown",
            Self::Reason => "reason",
            Self::Setting => "setting",
            Self::Anchor => "anchor",
            Self::Findings => "findings",
            Self::Hidden => "hidden",
        }
    }
}

/// Bytes with what is needed to commit to them. `commitment` always fits `secret` and `bytes`.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload {
    commitment: Commitment,
    secret: [u8; 32],
    /// What it is.
    pub role: PayloadRole,
    /// Its media type.
    pub media: String,
    bytes: Vec<u8>,
}

impl Payload {
    /// Commits to `bytes` under 32 fresh random bytes.
    pub fn seal(secret: [u8; 32], role: PayloadRole, media: impl Into<String>, bytes: Vec<u8>) -> Self {
        let commitment = commitment(&salt(&secret), &bytes);
        Self { commitment, secret, role, media: media.into(), bytes }
    }

    /// What stands in the entry.
    pub fn commitment(&self) -> Commitment {
        self.commitment
    }

    /// The secret that the salt comes from; it is stored beside the bytes and erased with them.
    pub fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Payload {
    /// Neither the bytes nor the secret: a payload is private data.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Payload({} {}, {} bytes)", self.role.word(), self.commitment, self.bytes.len())
    }
}
