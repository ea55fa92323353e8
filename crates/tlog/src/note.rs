//! C2SP signed-note v1.0.0 with Ed25519 (signature type 0x01): how a checkpoint is signed, and how a
//! stranger who holds the verifier key opens it.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use crate::checkpoint::{Checkpoint, CheckpointError, Origin};
use crate::strict;

/// The signature type byte of Ed25519.
const ED25519: u8 = 0x01;
/// What each signature line begins with: an em dash and a space.
const SIGNATURE_LINE: &str = "\u{2014} ";
/// The longest note that is read: room for the sixteen signatures of up to 5 kB that the
/// specification tells readers to accept, and a bound on what a hostile note can cost.
const MAX_NOTE_LEN: usize = 128 * 1024;

/// The first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key): which key signed, as a hint.
type KeyId = [u8; 4];

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
        let verifier = Verifier::new(origin, key.verifying_key());
        Self { key, verifier }
    }

    /// The name that stands in its signature lines, and that its checkpoints must have.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.verifier.origin
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
        let blob = [self.verifier.id.as_slice(), &signature].concat();
        format!("{SIGNATURE_LINE}{} {}\n", self.origin(), strict::to_base64(&blob))
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
    origin: Origin,
    /// Always what `origin` and `key` give.
    id: KeyId,
    key: VerifyingKey,
}

impl Verifier {
    fn new(origin: Origin, key: VerifyingKey) -> Self {
        let digest = Sha256::new()
            .chain_update(origin.as_str())
            .chain_update([b'\n', ED25519])
            .chain_update(key.as_bytes())
            .finalize();
        let id = [digest[0], digest[1], digest[2], digest[3]];
        Self { origin, id, key }
    }

    /// The verifier that a C2SP verifier key describes:
    /// `<name>+<key id in hex>+<Base64 of 0x01 and the public key>`.
    pub fn from_vkey(vkey: &str) -> Result<Self, VkeyError> {
        let mut parts = vkey.splitn(3, '+');
        let (Some(name), Some(_), Some(material)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(VkeyError);
        };
        let origin = Origin::from_str(name).map_err(|_| VkeyError)?;
        let material = strict::base64(material).ok_or(VkeyError)?;
        let Some((&ED25519, public)) = material.split_first() else {
            return Err(VkeyError);
        };
        let public = public.try_into().map_err(|_| VkeyError)?;
        let key = VerifyingKey::from_bytes(public).map_err(|_| VkeyError)?;
        // Under a key of small order one signature fits every text.
        if key.is_weak() {
            return Err(VkeyError);
        }
        let verifier = Self::new(origin, key);
        // Covers the key id and every other spelling that decodes to the same key.
        if verifier.to_vkey() == vkey { Ok(verifier) } else { Err(VkeyError) }
    }

    /// The C2SP verifier key: what a stranger is given once, by a way they trust.
    #[must_use]
    pub fn to_vkey(&self) -> String {
        let material = [[ED25519].as_slice(), self.key.as_bytes()].concat();
        format!("{}+{}+{}", self.origin, strict::to_hex(&self.id), strict::to_base64(&material))
    }

    /// The origin whose checkpoints it opens.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The checkpoint in this note, if our key signed it and it is about our origin. Signatures by
    /// other keys, such as witnesses, are passed over, as the specification demands.
    pub fn open(&self, note: &str) -> Result<Checkpoint, NoteError> {
        let (text, signatures) = split(note).ok_or(NoteError::Malformed)?;
        let mut ours =
            signatures.iter().filter(|line| line.name == self.origin.as_str() && line.id == self.id);
        let signature = ours.next().ok_or(NoteError::Unsigned)?;
        // A signer signs once; a second line of its own would be another text of the same note.
        if ours.next().is_some() {
            return Err(NoteError::Malformed);
        }
        let signature = Signature::from_slice(&signature.signature).map_err(|_| NoteError::Forged)?;
        // Strict: refuses the signatures on which implementations of Ed25519 disagree.
        self.key.verify_strict(text.as_bytes(), &signature).map_err(|_| NoteError::Forged)?;

        let checkpoint: Checkpoint = text.parse()?;
        if checkpoint.origin == self.origin { Ok(checkpoint) } else { Err(NoteError::OtherOrigin) }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Verifier").field(&self.to_vkey()).finish()
    }
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

/// This text is no Ed25519 verifier key, or its key id does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 verifier key")]
pub struct VkeyError;

struct SignatureLine<'a> {
    name: &'a str,
    id: KeyId,
    signature: Vec<u8>,
}

/// The text of a note, its last newline included, and its signature lines.
fn split(note: &str) -> Option<(&str, Vec<SignatureLine<'_>>)> {
    if note.len() > MAX_NOTE_LEN || note.chars().any(|c| c < ' ' && c != '\n') {
        return None;
    }
    let end = note.rfind("\n\n")?;
    let (text, lines) = (&note[..=end], &note[end + 2..]);
    let lines = lines.strip_suffix('\n')?.split('\n').map(signature_line).collect::<Option<_>>()?;
    Some((text, lines))
}

fn signature_line(line: &str) -> Option<SignatureLine<'_>> {
    let (name, blob) = line.strip_prefix(SIGNATURE_LINE)?.split_once(' ')?;
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') {
        return None;
    }
    let blob = strict::base64(blob)?;
    let (id, signature) = blob.split_first_chunk()?;
    (!signature.is_empty()).then(|| SignatureLine { name, id: *id, signature: signature.to_vec() })
}
