//! A new key for the trail.

use domain::fact::Fact;
use tlog::Signer;

use crate::engine::{Engine, origin, stored_root};
use crate::error::EngineError;
use crate::keys::origin_of;
use crate::locked::lock;

impl Engine {
    /// Lets a new key sign the trail from here on, and gives its verifier key. The old key signs the entry that names the
    /// new one, so whoever trusts the old may trust the new. Both come from the workspace's root key: this helps if a
    /// signing key got out, and not if the root did.
    ///
    /// # Errors
    /// If the keychain has lost the root key, or the trail can't be written: then the old key goes on signing.
    pub async fn rotate_key(&self) -> Result<String, EngineError> {
        let store = self.inner.store()?;
        // No two at a time, and none while a checkpoint of the old key is being shown to an anchor.
        let _alone = self.inner.watched.anchoring.lock().await;
        let root = stored_root(&self.inner.keychain).await?;
        let base = origin(&self.inner.folder);
        let epochs = u32::try_from(self.inner.reader.epochs().await?.len()).unwrap_or(u32::MAX);
        let origin = origin_of(&base, epochs.saturating_add(1));
        let signer: Signer = root
            .signer(&base, &origin)
            .ok_or_else(|| EngineError::Internal(format!("`{origin}` is no origin of this workspace")))?;
        let vkey = signer.verifier().to_vkey();
        let fact = Fact::EpochOpened { origin, vkey: vkey.clone() };
        store.rotate(self.draft(fact, Vec::new()), signer).await?;
        (*lock(&self.inner.vkey)).clone_from(&vkey);
        self.inner.watched.answered();
        Ok(vkey)
    }

    /// The newest checkpoint, a signed note: whoever keeps a copy can tell later whether the trail still continues it.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn checkpoint(&self) -> Result<String, EngineError> {
        Ok(self.inner.reader.head().await?.1)
    }
}
