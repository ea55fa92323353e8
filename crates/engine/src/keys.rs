//! The two keys of a workspace: one opens the database, one signs checkpoints. Both come from one root, so that one
//! recovery key, shown once, brings both back.

use domain::json::{hex, unhex};
use domain::secret::{Secret, SecretName};
use hkdf::Hkdf;
use keychain::{Keychain, KeychainError};
use sha2::Sha256;
use store::Signers;
use tlog::{Origin, Signer};
use zeroize::Zeroizing;

use crate::clock::random_key;
use crate::error::EngineError;

const ROOT: &str = "workspace-root";
const MARK: &str = "workspace-mark";
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

    /// The keys that sign under `base`, the first epoch's origin, and those that follow it.
    pub(crate) fn signers(&self, base: &str) -> Result<Signers, EngineError> {
        let first = self.signer(base, base).ok_or_else(|| no_origin(base))?;
        let (root, base) = (Self(self.0.clone()), base.to_owned());
        Ok(Signers::new(first, move |origin| root.signer(&base, origin)))
    }

    /// The key that signs under this origin; `None` if it is none of this workspace.
    pub(crate) fn signer(&self, base: &str, origin: &str) -> Option<Signer> {
        let number = number_of(base, origin)?;
        let seed = match number {
            1 => self.derived(SIGNER_INFO),
            later => self.derived(&[SIGNER_INFO, format!("/epoch/{later}").as_bytes()].concat()),
        };
        Some(Signer::from_seed(origin.parse::<Origin>().ok()?, seed))
    }

    fn derived(&self, info: &[u8]) -> [u8; 32] {
        let mut key = [0; 32];
        // Expanding fails only for more than 255 blocks; this is one.
        let _one_block = Hkdf::<Sha256>::new(None, &*self.0).expand(info, &mut key);
        key
    }
}

/// The origin of this epoch, from 1.
pub(crate) fn origin_of(base: &str, number: u32) -> String {
    if number < 2 { base.to_owned() } else { format!("{base}/{number}") }
}

/// Which epoch's origin this is, if it is one that [`origin_of`] writes.
fn number_of(base: &str, origin: &str) -> Option<u32> {
    let number = match origin.strip_prefix(base)? {
        "" => 1,
        rest => rest.strip_prefix('/')?.parse().ok()?,
    };
    (origin_of(base, number) == origin).then_some(number)
}

fn no_origin(text: &str) -> EngineError {
    EngineError::Internal(format!("`{text}` can't be an origin"))
}

fn name() -> Result<SecretName, EngineError> {
    ROOT.parse().map_err(|error: domain::secret::SecretNameError| EngineError::Internal(error.to_string()))
}

/// The name of what the keychain remembers of the trail (`mark`).
pub(crate) fn mark_name() -> Result<SecretName, EngineError> {
    MARK.parse().map_err(|error: domain::secret::SecretNameError| EngineError::Internal(error.to_string()))
}

/// The secret that a definition names: a source's, a model's, a proxy's, a collector's. The workspace's own keys are
/// nobody's else, whatever a definition says: of those there is none to be had here.
pub(crate) async fn named(
    keychain: &Keychain,
    name: Option<&SecretName>,
) -> Result<Option<Secret>, KeychainError> {
    match name.filter(|name| !is_reserved(name)) {
        Some(name) => keychain.get(name).await,
        None => Ok(None),
    }
}

/// Whether a name is one that only we may set.
pub(crate) fn is_reserved(name: &SecretName) -> bool {
    matches!(name.as_str(), ROOT | MARK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_epoch_has_a_key_and_an_origin_of_its_own() {
        let (root, base) = (Root::fresh().unwrap(), "tieout.local/ws_1");
        let vkey = |origin: &str| root.signer(base, origin).map(|signer| signer.verifier().to_vkey());
        let vkeys: Vec<String> = (1..4)
            .map(|number| vkey(&origin_of(base, number)).unwrap())
            .map(|vkey| vkey[28..].into())
            .collect();
        assert!(vkeys[0] != vkeys[1] && vkeys[1] != vkeys[2] && vkeys[0] != vkeys[2]);
        for foreign in
            ["tieout.local/ws_2", "tieout.local/ws_1/1", "tieout.local/ws_1/02", "tieout.local/ws_1/x"]
        {
            assert_eq!(vkey(foreign), None, "{foreign}");
        }
    }

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
