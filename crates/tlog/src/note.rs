//! C2SP signed-note v1.0.0 with Ed25519 (signature type 0x01): how a checkpoint is signed, and how a
//! stranger who holds the verifier key opens it.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroize;

use crate::checkpoint::{Checkpoint, CheckpointError, Origin};
use crate::lines::{SignatureLine, signature_line, split};
use crate::public_key::{PublicKey, VkeyError};

/// The signature type byte of Ed25519.
const ED25519: u8 = 0x01;

/// A key that signs checkpoints. It can't be cloned, printed or taken out again, and its memory is
/// wiped when it is dropped.
pub struct Signer {
    key: SigningKey,
    verifier: Verifier,
}

impl Signer {
    /// The signer with this 32-byte Ed25519 seed. The caller wipes its own copy of the seed.
    #[must_use]
    pub fn from_seed(origin: Origin, mut seed: [u8; 32]) -> Self {
        let key = SigningKey::from_bytes(&seed);
        seed.zeroize();
        let verifier = Verifier { key: PublicKey::new(origin, ED25519, key.verifying_key()) };
        Self { key, verifier }
    }

    /// The name that stands in its signature lines, and that its checkpoints must have.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        self.verifier.origin()
    }

    /// The key that opens what this one signs.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        self.verifier.clone()
    }

    /// The signed note over this checkpoint. Whoever signs a trail gives the checkpoint this
    /// signer's own origin; a verifier refuses any other.
    #[must_use]
    pub fn sign(&self, checkpoint: &Checkpoint) -> String {
        let text = checkpoint.to_string();
        let line = self.signature_line(&text);
        format!("{text}\n{line}")
    }

    fn signature_line(&self, text: &str) -> String {
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        signature_line(self.origin().as_str(), self.verifier.key.id(), &signature)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

/// A public key that opens the notes of one signer.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    key: PublicKey,
}

impl Verifier {
    /// The verifier that a C2SP verifier key describes:
    /// `<name>+<key id in hex>+<Base64 of 0x01 and the public key>`.
    pub fn from_vkey(vkey: &str) -> Result<Self, VkeyError> {
        Ok(Self { key: PublicKey::from_vkey(ED25519, vkey)? })
    }

    /// The C2SP verifier key: what a stranger is given once, by a way they trust.
    #[must_use]
    pub fn to_vkey(&self) -> String {
        self.key.to_vkey()
    }

    /// The origin whose checkpoints it opens.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        self.key.name()
    }

    /// The checkpoint in this note, if our key signed it and it is about our origin. Signatures by
    /// other keys, such as witnesses, are passed over, as the specification demands.
    pub fn open(&self, note: &str) -> Result<Checkpoint, NoteError> {
        let (text, signatures) = split(note).ok_or(NoteError::Malformed)?;
        let signature = only_line(&self.key, &signatures)?;
        if !self.key.signed(text.as_bytes(), &signature.signature) {
            return Err(NoteError::Forged);
        }

        let checkpoint: Checkpoint = text.parse()?;
        if checkpoint.origin == *self.origin() { Ok(checkpoint) } else { Err(NoteError::OtherOrigin) }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Verifier").field(&self.to_vkey()).finish()
    }
}

/// The one line of this key. Lines of other keys are passed over, as the specification demands.
pub(crate) fn only_line<'a, 'note>(
    key: &PublicKey,
    lines: &'a [SignatureLine<'note>],
) -> Result<&'a SignatureLine<'note>, NoteError> {
    let mut ours = lines.iter().filter(|line| key.names(line));
    let line = ours.next().ok_or(NoteError::Unsigned)?;
    // A signer signs once; a second line of its own would be another text of the same note.
    if ours.next().is_some() { Err(NoteError::Malformed) } else { Ok(line) }
}

/// Why a note was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is no signed note, or too long, or has two signatures of our key.
    #[error("not a signed note")]
    Malformed,
    /// Our key's signature is not on it.
    #[error("the note lacks a signature by this key")]
    Unsigned,
    /// A signature claims to be our key's and is not: the text or the signature was changed.
    #[error("the signature does not fit the text")]
    Forged,
    /// Our key signed it, but it is no checkpoint.
    #[error(transparent)]
    NotCheckpoint(#[from] CheckpointError),
    /// Our key signed a checkpoint of something else.
    #[error("the checkpoint is of another origin")]
    OtherOrigin,
}
