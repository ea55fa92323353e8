//! The engine: a workspace, open.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::id::WorkspaceId;
use domain::run::RunSettings;
use domain::secret::Secret;
use egress::Door;
use keychain::{Keychain, KeychainError};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{Opening, Reader, Store, StoreError};

use crate::backlog::Backlog;
use crate::catalogue::Catalogue;
use crate::clock::{Clock, random_key};
use crate::error::EngineError;
use crate::gate::Gate;
use crate::holder::Holder;
use crate::inner::Inner;
use crate::keys::{RecoveryKey, Root};
use crate::run::Kept;
use crate::servers::Servers;
use crate::tokens::Tokens;
use crate::turns::Turns;
use crate::watch::Watched;
use crate::workspace::{Folder, Keeps, KeychainChoice};

/// How long a closing workspace waits for its turns to end.
const CLOSING: Duration = Duration::from_secs(10);

/// A workspace, open. Clones are the same workspace.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

/// What a workspace says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, specta::Type)]
pub struct About {
    /// Which one.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// Its folder.
    pub dir: PathBuf,
    /// Where its keys are.
    pub keeps: Keeps,
    /// Whether we may write.
    pub writer: bool,
    /// Who may, if not we.
    pub held_by: Option<Holder>,
}

impl Engine {
    /// Makes a workspace in `dir` and opens it as the writer.
    ///
    /// # Errors
    /// If there is one already, the folder can't be made, or the keychain can't be used; then nothing is left behind
    /// that a second try would trip over.
    pub async fn create(
        dir: &Path,
        name: &str,
        keys: KeychainChoice,
    ) -> Result<(Self, RecoveryKey), EngineError> {
        let (keeps, passphrase) = match keys {
            KeychainChoice::Os => (Keeps::Os, None),
            KeychainChoice::File { passphrase } => (Keeps::File, Some(passphrase)),
            KeychainChoice::Memory => (Keeps::Memory, None),
        };
        let folder = Folder::new(dir, name, keeps)?;
        folder.make_dir()?;
        let keychain = folder.keychain(passphrase).await?;
        let root = Root::fresh()?;
        root.save(&keychain).await?;
        let origin = origin(&folder);
        let clock = Clock::start()?;
        let mut mint = mint()?;
        let keys = store_keys(&root, &origin)?;
        let store = Store::create(opening(&folder, &clock, &mut mint), keys).await?;
        let vkey = present_vkey(&root, &folder, &store.reader()).await?;
        folder.save()?;
        let recovery = root.recovery_key();
        let engine = Self::assemble(folder, clock, store.reader(), Some(store), keychain, vkey, None)?;
        engine.begin_watch();
        Ok((engine, recovery))
    }

    /// Where the workspace in `dir` keeps its keys, before it is opened: whoever opens one whose keys are in a file
    /// needs the passphrase.
    ///
    /// # Errors
    /// If there is no workspace.
    pub fn keeps(dir: &Path) -> Result<Keeps, EngineError> {
        Folder::load(dir).map(|folder| folder.keeps)
    }

    /// Opens the workspace in `dir` as its writer, and closes on record what a crash left open. `passphrase` opens
    /// its keys if they are in a file.
    ///
    /// # Errors
    /// If another program is writing ([`EngineError::ReadOnly`] says which), or the keys don't fit.
    pub async fn open(dir: &Path, passphrase: Option<Secret>) -> Result<Self, EngineError> {
        let folder = Folder::load(dir)?;
        let keychain = folder.keychain(passphrase).await?;
        let root = stored_root(&keychain).await?;
        Self::open_with(folder, keychain, &root).await
    }

    /// Opens a workspace whose keychain has lost its key, or whose passphrase is lost, and puts the key back. A file of
    /// keys that `passphrase` does not open is set aside, never removed, and a new one begun that it does open.
    ///
    /// # Errors
    /// As [`Engine::open`]; a recovery key of another workspace is [`EngineError::WrongKey`], and changes nothing.
    pub async fn recover(
        dir: &Path,
        passphrase: Option<Secret>,
        recovery: &RecoveryKey,
    ) -> Result<Self, EngineError> {
        let folder = Folder::load(dir)?;
        let root = Root::recovered(recovery);
        let keychain = match folder.keychain(passphrase.clone()).await {
            Err(EngineError::Keychain(KeychainError::WrongPassphrase | KeychainError::Damaged { .. })) => {
                // Only who holds the recovery key may have the file of keys set aside.
                let opened = Reader::open(&folder.dir, root.database().into()).await;
                drop(opened.map_err(not_its_recovery_key)?);
                folder.set_keys_aside()?;
                folder.keychain(passphrase).await?
            }
            opened => opened?,
        };
        let engine = Self::open_with(folder, keychain.clone(), &root).await.map_err(not_its_recovery_key)?;
        root.save(&keychain).await?;
        Ok(engine)
    }

    /// Opens this workspace, which is open for reading, as its writer: whoever wrote it may have ended since. The
    /// caller goes on with what is returned, and needs no passphrase again.
    ///
    /// # Errors
    /// As [`Engine::open`]; then this one stays as it is.
    pub async fn open_to_write(&self) -> Result<Self, EngineError> {
        let keychain = self.inner.keychain.clone();
        let root = stored_root(&keychain).await?;
        Self::open_with(self.inner.folder.clone(), keychain, &root).await
    }

    /// Opens the workspace in `dir` for reading, whoever writes.
    ///
    /// # Errors
    /// If there is none or the keys don't fit.
    pub async fn open_to_read(dir: &Path, passphrase: Option<Secret>) -> Result<Self, EngineError> {
        let folder = Folder::load(dir)?;
        let keychain = folder.keychain(passphrase).await?;
        let root = stored_root(&keychain).await?;
        let reader = Reader::open(&folder.dir, root.database().into()).await?;
        let held_by = reader.holder().await?.map(Holder::from);
        let vkey = present_vkey(&root, &folder, &reader).await?;
        let engine = Self::assemble(folder, Clock::start()?, reader, None, keychain, vkey, held_by)?;
        engine.look_at_mark().await?;
        Ok(engine)
    }

    async fn open_with(folder: Folder, keychain: Keychain, root: &Root) -> Result<Self, EngineError> {
        let clock = Clock::start()?;
        let keys = store_keys(root, &origin(&folder))?;
        let mut mint = mint()?;
        let (store, recovery) = Store::open(opening(&folder, &clock, &mut mint), keys).await?;
        if !recovery.is_empty() {
            let (unknown, cancelled) = (recovery.unknown.len(), recovery.cancelled.len());
            let turns = recovery.turns.len();
            tracing::info!(unknown, cancelled, turns, "closed what an earlier run left open");
        }
        let vkey = present_vkey(root, &folder, &store.reader()).await?;
        let engine = Self::assemble(folder, clock, store.reader(), Some(store), keychain, vkey, None)?;
        engine.set_gate().await?;
        engine.set_network().await?;
        engine.look_at_mark().await?;
        engine.begin_watch();
        Ok(engine)
    }

    fn assemble(
        folder: Folder,
        clock: Clock,
        reader: Reader,
        store: Option<Store>,
        keychain: Keychain,
        vkey: String,
        held_by: Option<Holder>,
    ) -> Result<Self, EngineError> {
        let door = Door::new(egress::Settings::default())
            .map_err(|error| EngineError::Internal(format!("no HTTP client: {error}")))?;
        let inner = Inner {
            folder,
            clock,
            store,
            reader,
            vkey: Mutex::new(vkey),
            keychain,
            door,
            turns: Turns::default(),
            gate: Gate::new(RunSettings::default().in_flight),
            servers: Servers::default(),
            pausing: tokio::sync::Mutex::default(),
            caring: tokio::sync::Mutex::default(),
            backlog: Backlog::new(),
            catalogue: Catalogue::default(),
            tokens: Tokens::default(),
            kept: Kept::default(),
            revising: Mutex::default(),
            last_verified: Mutex::default(),
            watched: Watched::default(),
            held_by,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Which workspace this is.
    pub fn about(&self) -> About {
        let Folder { id, name, keeps, dir } = self.inner.folder.clone();
        let writer = self.inner.store.is_some();
        About { id, name, dir, keeps, writer, held_by: self.inner.held_by.clone() }
    }

    /// Whether the trail can't be written any more until it is opened anew. A full disk is no such loss: with room on it
    /// work goes on.
    pub fn has_lost_trail(&self) -> bool {
        self.inner.store.as_ref().is_some_and(Store::is_lost)
    }

    /// Stops every turn, waits until each has recorded how it ended, lets the watch take its last look, and closes the
    /// trail. Opening is where this began: [`Engine::open`].
    pub async fn shutdown(&self) {
        if tokio::time::timeout(CLOSING, self.inner.turns.stop_all()).await.is_err() {
            tracing::warn!("a turn did not end in time; recovery will close it");
        }
        // Their programs end before the trail does: what they are told goodbye with is on record too.
        self.inner.servers.close().await;
        self.end_watch().await;
        if let Some(store) = &self.inner.store {
            store.clone().close().await;
        }
    }
}

pub(crate) async fn stored_root(keychain: &Keychain) -> Result<Root, EngineError> {
    Root::load(keychain).await?.ok_or_else(|| {
        EngineError::WrongKey(
            "the keychain holds no key for this workspace; open it with the recovery key (`tieout init --recover`)"
                .to_owned(),
        )
    })
}

/// The store blames the keychain's key; here it was the person's.
fn not_its_recovery_key(error: impl Into<EngineError>) -> EngineError {
    match error.into() {
        EngineError::WrongKey(_) => EngineError::WrongKey(
            "This recovery key does not open this workspace: a digit is wrong, or it is another workspace's."
                .to_owned(),
        ),
        error => error,
    }
}

/// The key that signs what is recorded next, from the keychain: the trail says no more than which epoch it is in.
async fn present_vkey(root: &Root, folder: &Folder, reader: &Reader) -> Result<String, EngineError> {
    let newest = reader.epochs().await?.pop().map(|epoch| epoch.origin).unwrap_or_default();
    let signer = root.signer(&origin(folder), &newest).ok_or(StoreError::WrongKey)?;
    Ok(signer.verifier().to_vkey())
}

/// What checkpoints of the first epoch are signed for: names the workspace and nobody.
pub(crate) fn origin(folder: &Folder) -> String {
    format!("tieout.local/{}", folder.id)
}

/// Secrets for the few payloads that recovery writes: one draw, and from it as many as are needed.
fn mint() -> Result<impl FnMut() -> [u8; 32] + Send, EngineError> {
    let seed = random_key()?;
    let mut drawn: u64 = 0;
    Ok(move || {
        drawn += 1;
        Sha256::new().chain_update(seed).chain_update(drawn.to_le_bytes()).finalize().into()
    })
}

fn opening<'a>(
    folder: &'a Folder,
    clock: &Clock,
    mint: &'a mut (dyn FnMut() -> [u8; 32] + Send),
) -> Opening<'a> {
    let program = concat!("tieout ", env!("CARGO_PKG_VERSION"));
    Opening { dir: &folder.dir, boot: clock.boot(), program, moment: clock.now(), mint }
}

fn store_keys(root: &Root, origin: &str) -> Result<store::Keys, EngineError> {
    Ok(store::Keys { database: root.database().into(), signer: root.signers(origin)? })
}
