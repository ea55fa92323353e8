//! The two keys of a workspace: one opens the database, one signs checkpoints. Both come from one root, so that one
//! recovery key, shown once, brings both back.

use domain::json::{hex, unhex};
use domain::secret::{Secret, SecretName};
use hkdf::Hkdf;
use keychain::Keychain;
use sha2::Sha256;
use tlog::{Origin, Signer};
use zeroize::Zeroizing;

use crate::clock::random_key;
use crate::error::EngineError;

const ROOT: &str = "workspace-root";
const DATABASE_INFO: &[u8] = b"tieout/workspace/database/v1";
const SIGNER_INFO: &[u8] = b"tieout/workspace/signer/v1";

/// What a person writes down at the beginning: with it a workspace opens without its keychain. 64 hexadecimal
/// digits in groups of eight.
#[derive(Clone)]
pub struct RecoveryKey(Zeroizing<[u8; 32]>);

impl RecoveryKey {
    /// The text to write down. It is shown once and stored nowhere but in the keychain.
    pub fn expose(&self) -> Zeroizing<String> {
        let digits = Zeroizing::new(hex(&*self.0));
        let groups: Vec<&str> = (0..8).filter_map(|group| digits.get(group * 8..group * 8 + 8)).collect();
        Zeroizing::new(groups.join("-"))
    }

    /// The key that a person typed.
    ///
    /// # Errors
    /// If it is not one; the words don't repeat it.
    pub fn read(text: &str) -> Result<Self, EngineError> {
        let digits: Zeroizing<String> =
            Zeroizing::new(text.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect());
        let bytes = unhex(&digits.to_lowercase()).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.map(|bytes| Self(Zeroizing::new(bytes))).ok_or_else(|| {
            EngineError::BadInput(
                "a recovery key has 64 digits and letters a to f, in eight groups".to_owned(),
            )
        })
    }
}

/// The root of a workspace's keys, while it is opened.
pub(crate) struct Root(Zeroizing<[u8; 32]>);

impl Root {
    pub(crate) fn fresh() -> Result<Self, EngineError> {
        Ok(Self(Zeroizing::new(random_key()?)))
    }

    pub(crate) fn recovered(key: &RecoveryKey) -> Self {
        Self(key.0.clone())
    }

    pub(crate) fn recovery_key(&self) -> RecoveryKey {
        RecoveryKey(self.0.clone())
    }

    /// From the keychain; `None` if it holds none.
    pub(crate) async fn load(keychain: &Keychain) -> Result<Option<Self>, EngineError> {
        let Some(stored) = keychain.get(&name()?).await? else { return Ok(None) };
        let bytes = unhex(stored.expose()).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        match bytes {
            Some(bytes) => Ok(Some(Self(Zeroizing::new(bytes)))),
            None => Err(EngineError::WrongKey(
                "the workspace's key in the keychain is damaged; open it with the recovery key".to_owned(),
            )),
        }
    }

    pub(crate) async fn save(&self, keychain: &Keychain) -> Result<(), EngineError> {
        keychain.set(&name()?, Secret::new(hex(&*self.0))).await?;
        Ok(())
    }

    pub(crate) fn database(&self) -> [u8; 32] {
        self.derived(DATABASE_INFO)
    }

    pub(crate) fn signer(&self, origin: &str) -> Result<Signer, EngineError> {
        let origin: Origin = origin
            .parse()
            .map_err(|error| EngineError::Internal(format!("`{origin}` can't be an origin: {error}")))?;
        Ok(Signer::from_seed(origin, self.derived(SIGNER_INFO)))
    }

    fn derived(&self, info: &[u8]) -> [u8; 32] {
        let mut key = [0; 32];
        // Expanding fails only for more than 255 blocks; this is one.
        let _one_block = Hkdf::<Sha256>::new(None, &*self.0).expand(info, &mut key);
        key
    }
}

fn name() -> Result<SecretName, EngineError> {
    ROOT.parse().map_err(|error: domain::secret::SecretNameError| EngineError::Internal(error.to_string()))
}

/// Whether a name is one that only we may set.
pub(crate) fn is_reserved(name: &SecretName) -> bool {
    name.as_str() == ROOT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_key_reads_back_as_people_type_it() {
        let root = Root::fresh().unwrap();
        let written = root.recovery_key().expose();
        let typed = written.to_uppercase().replace('-', " ");
        let recovered = Root::recovered(&RecoveryKey::read(&typed).unwrap());
        assert_eq!(recovered.database(), root.database());
        assert_ne!(root.database(), root.derived(SIGNER_INFO));
        assert!(RecoveryKey::read(&written[1..]).is_err());
    }
}
