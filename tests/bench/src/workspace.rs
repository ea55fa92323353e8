//! A workspace that the engine opens and that can be filled past it: entries by the million come from no question.

use std::path::Path;

use domain::json::unhex;
use domain::secret::{Secret, SecretName};
use engine::{Engine, KeychainChoice};
use hkdf::Hkdf;
use keychain::{Keychain, WorkFactor};
use sha2::Sha256;
use store::{DatabaseKey, Keys};
use tlog::Signer;

use crate::trouble::{Outcome, trouble};

/// Opens the keys of every workspace that is made here. Nothing in them is secret.
pub(crate) const PASSPHRASE: &str = "bench";
const KEYS_FILE: &str = "keys.age";
/// As the engine has them (`crates/engine/src/keys.rs`). If they part, no workspace opens.
const ROOT: &str = "workspace-root";
const DATABASE_INFO: &[u8] = b"tieout/workspace/database/v1";
const SIGNER_INFO: &[u8] = b"tieout/workspace/signer/v1";

/// Makes one in `folder`. Its file of keys asks next to nothing for a guess, so that opening it costs what opening a
/// workspace costs and not what stretching a passphrase is meant to.
pub(crate) async fn make(folder: &Path) -> Outcome<()> {
    let keys = KeychainChoice::File { passphrase: passphrase() };
    let (engine, _recovery) = Engine::create(folder, "Bench", keys).await?;
    engine.shutdown().await;
    // Whatever is put into it seals it anew.
    let keychain = cheap(folder).await?;
    let root = keychain.get(&root_name()?).await?;
    let Some(root) = root else { return trouble("the new workspace has no root key") };
    keychain.set(&root_name()?, root).await?;
    Ok(())
}

/// What opens one for the store alone.
pub(crate) async fn keys(folder: &Path) -> Outcome<Keys> {
    let id = Engine::open_to_read(folder, Some(passphrase())).await?.about().id;
    let root = cheap(folder).await?.get(&root_name()?).await?;
    let root = root.and_then(|root| unhex(root.expose()));
    let Some(root) = root else { return trouble("the workspace's root key does not read") };
    let signer = Signer::from_seed(format!("tieout.local/{id}").parse()?, derived(&root, SIGNER_INFO)?);
    Ok(Keys { database: DatabaseKey::new(derived(&root, DATABASE_INFO)?), signer: signer.into() })
}

pub(crate) fn passphrase() -> Secret {
    Secret::new(PASSPHRASE)
}

async fn cheap(folder: &Path) -> Outcome<Keychain> {
    Ok(Keychain::file_with(folder.join(KEYS_FILE), passphrase(), WorkFactor::log_n(1)).await?)
}

fn root_name() -> Outcome<SecretName> {
    Ok(ROOT.parse()?)
}

fn derived(root: &[u8], info: &[u8]) -> Outcome<[u8; 32]> {
    let mut key = [0; 32];
    match Hkdf::<Sha256>::new(None, root).expand(info, &mut key) {
        Ok(()) => Ok(key),
        Err(error) => trouble(error.to_string()),
    }
}
