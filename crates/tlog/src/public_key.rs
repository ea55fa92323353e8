//! Ed25519 keys as C2SP signed-note v1.0.0 names and writes them: a name, a signature type, a key.

use std::str::FromStr;

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::checkpoint::Origin;
use crate::lines::{KeyId, SignatureLine};
use crate::strict;

/// A public key with the name and the type under which it signs. The same key under another type
/// is another signer: it signs other bytes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PublicKey {
    name: Origin,
    kind: u8,
    /// Always what `name`, `kind` and `key` give.
    id: KeyId,
    key: VerifyingKey,
}

impl PublicKey {
    pub(crate) fn new(name: Origin, kind: u8, key: VerifyingKey) -> Self {
        let digest = Sha256::new()
            .chain_update(name.as_str())
            .chain_update([b'\n', kind])
            .chain_update(key.as_bytes())
            .finalize();
        let id = [digest[0], digest[1], digest[2], digest[3]];
        Self { name, kind, id, key }
    }

    /// The key of this type that a verifier key describes:
    /// `<name>+<key id in hex>+<Base64 of the type and the public key>`.
    pub(crate) fn from_vkey(kind: u8, vkey: &str) -> Result<Self, VkeyError> {
        let mut parts = vkey.splitn(3, '+');
        let (Some(name), Some(_), Some(material)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(VkeyError);
        };
        let name = Origin::from_str(name).map_err(|_| VkeyError)?;
        let material = strict::base64(material).ok_or(VkeyError)?;
        let Some((&found, public)) = material.split_first() else {
            return Err(VkeyError);
        };
        if found != kind {
            return Err(VkeyError);
        }
        let public = public.try_into().map_err(|_| VkeyError)?;
        let key = VerifyingKey::from_bytes(public).map_err(|_| VkeyError)?;
        // Under a key of small order one signature fits every text.
        if key.is_weak() {
            return Err(VkeyError);
        }
        let read = Self::new(name, kind, key);
        // Covers the key id and every other spelling that decodes to the same key.
        if read.to_vkey() == vkey { Ok(read) } else { Err(VkeyError) }
    }

    pub(crate) fn to_vkey(&self) -> String {
        let material = [[self.kind].as_slice(), self.key.as_bytes()].concat();
        format!("{}+{}+{}", self.name, strict::to_hex(&self.id), strict::to_base64(&material))
    }

    pub(crate) fn name(&self) -> &Origin {
        &self.name
    }

    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    /// Whether this line claims to be by this key.
    pub(crate) fn names(&self, line: &SignatureLine<'_>) -> bool {
        line.name == self.name.as_str() && line.id == self.id
    }

    /// Whether this key signed the message. Strict: refuses the signatures on which implementations
    /// of Ed25519 disagree.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

/// This text is no Ed25519 verifier key of the type that is asked for, or its key id does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 verifier key")]
pub struct VkeyError;
