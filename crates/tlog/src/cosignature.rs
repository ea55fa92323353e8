//! C2SP tlog-cosignature v1 with Ed25519 (signature type 0x04): what a witness adds to a checkpoint
//! to say that, at that time, it was the largest it had seen and continued all that it saw before.

use std::fmt;

use crate::checkpoint::Checkpoint;
use crate::lines::{signature_line, split};
use crate::note::{NoteError, only_line};
use crate::public_key::{PublicKey, VkeyError};

/// The signature type byte of a timestamped Ed25519 cosignature.
const COSIGNATURE: u8 = 0x04;
/// The largest time that the specification allows.
const MAX_TIME: u64 = i64::MAX as u64;

/// The public key of one witness, which opens what it cosigned.
#[derive(Clone, PartialEq, Eq)]
pub struct CosignatureVerifier {
    key: PublicKey,
}

/// A checkpoint with a witness's word for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// What was cosigned. That the trail's own key signed it too is for
    /// [`Verifier::open`](crate::Verifier::open) to say, over the same note.
    pub checkpoint: Checkpoint,
    /// When, in seconds since 1970, by the witness's clock; never 0.
    pub time: u64,
}

impl CosignatureVerifier {
    /// The verifier that a C2SP verifier key of type 0x04 describes:
    /// `<name>+<key id in hex>+<Base64 of 0x04 and the public key>`.
    pub fn from_vkey(vkey: &str) -> Result<Self, VkeyError> {
        Ok(Self { key: PublicKey::from_vkey(COSIGNATURE, vkey)? })
    }

    /// The C2SP verifier key.
    #[must_use]
    pub fn to_vkey(&self) -> String {
        self.key.to_vkey()
    }

    /// The witness's name, which stands in its signature lines.
    #[must_use]
    pub fn name(&self) -> &str {
        self.key.name().as_str()
    }

    /// The checkpoint in this note, if this witness cosigned it. Signatures by other keys, the
    /// trail's own among them, are passed over.
    pub fn open(&self, note: &str) -> Result<Cosigned, NoteError> {
        let (text, lines) = split(note).ok_or(NoteError::Malformed)?;
        let line = only_line(&self.key, &lines)?;
        let (time, signature) = line.signature.split_first_chunk().ok_or(NoteError::Forged)?;
        let time = u64::from_be_bytes(*time);
        // A witness may not leave out the time, and 0 would say just that.
        let timed = (1..=MAX_TIME).contains(&time);
        if !timed || !self.key.signed(message(time, text).as_bytes(), signature) {
            return Err(NoteError::Forged);
        }
        Ok(Cosigned { checkpoint: text.parse()?, time })
    }

    /// The note with this witness's line added, out of the signature lines that it answered with,
    /// and what that line says. Lines by other keys are left behind: nobody has checked them.
    pub fn add(&self, note: &str, lines: &str) -> Result<(String, Cosigned), NoteError> {
        let (text, _) = split(note).ok_or(NoteError::Malformed)?;
        let answered = format!("{text}\n{lines}");
        let (same, lines) = split(&answered).ok_or(NoteError::Malformed)?;
        // An empty line among the lines would move the border between text and signatures.
        if same != text {
            return Err(NoteError::Malformed);
        }
        let line = only_line(&self.key, &lines)?;
        let note = format!("{note}{}", signature_line(line.name, line.id, &line.signature));
        let cosigned = self.open(&note)?;
        Ok((note, cosigned))
    }
}

impl fmt::Debug for CosignatureVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CosignatureVerifier").field(&self.to_vkey()).finish()
    }
}

/// What an Ed25519 cosignature signs.
fn message(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}
