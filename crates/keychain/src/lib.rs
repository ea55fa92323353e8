//! Where secrets live: the operating system's keychain, a passphrase-protected file, or memory. This crate keeps
//! out everything that would let a secret rest unprotected: no other crate may use the keychain library, nothing
//! here falls back to plaintext, and a keychain that can't keep what it is given says so instead of pretending.
//!
//! A secret is text behind a [`SecretName`]; callers that keep binary keys store them as hexadecimal digits.

mod aws_profile;
mod error;
mod file;
mod memory;
mod off_runtime;
mod os;
mod probe;

use std::path::PathBuf;
use std::sync::Arc;

use domain::id::WorkspaceId;
use domain::secret::{Secret, SecretName};

pub use crate::aws_profile::{AwsProfileError, aws_profile};
pub use crate::error::{KeychainError, Missing};
pub use crate::file::WorkFactor;

use crate::file::SealedFile;
use crate::memory::Shelf;
use crate::off_runtime::{OsThread, blocking};
use crate::os::OsStore;

/// The secrets of one workspace. Clones are the same keychain.
#[derive(Clone, Debug)]
pub struct Keychain(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Os(Arc<OsThread>),
    File(Arc<SealedFile>),
    Memory(Arc<Shelf>),
}

impl Keychain {
    /// The operating system's keychain: entries of `service` (`tieout`) whose user is `<workspace>/<name>`.
    ///
    /// It reads before it answers, so a machine without a keychain is found out here. It can't find out here
    /// whether an entry lasts: [`Keychain::persists`] does, and a workspace asks it when it is created.
    pub async fn os(service: &str, workspace: WorkspaceId) -> Result<Self, KeychainError> {
        let service = service.to_owned();
        let thread = OsThread::start(move || OsStore::open(&service, workspace)).await?;
        Ok(Self(Kind::Os(Arc::new(thread))))
    }

    /// One file, sealed by a passphrase in the format of `age` (<https://age-encryption.org/v1>), so that a person
    /// can read it without us: `age --decrypt keys.age`. If the file exists, the passphrase is tried now; if it
    /// doesn't, the first [`Keychain::set`] writes it.
    pub async fn file(path: impl Into<PathBuf>, passphrase: Secret) -> Result<Self, KeychainError> {
        Self::file_with(path, passphrase, WorkFactor::default()).await
    }

    /// As [`Keychain::file`], with another price for guessing the passphrase. Tests pay less.
    pub async fn file_with(
        path: impl Into<PathBuf>,
        passphrase: Secret,
        work: WorkFactor,
    ) -> Result<Self, KeychainError> {
        let path = path.into();
        let file =
            blocking("open the file of keys", move || SealedFile::open(path, passphrase, work)).await?;
        Ok(Self(Kind::File(Arc::new(file))))
    }

    /// Memory: everything in it is gone with the last clone. For the demo's throw-away workspace.
    pub fn memory() -> Self {
        Self(Kind::Memory(Arc::new(Shelf::default())))
    }

    /// A secret, or `None` if there is none of that name.
    pub async fn get(&self, name: &SecretName) -> Result<Option<Secret>, KeychainError> {
        let name = name.clone();
        match &self.0 {
            Kind::Os(thread) => thread.run("read a secret", move |store| store.get(&name)).await,
            Kind::File(file) => {
                let file = Arc::clone(file);
                blocking("read a secret", move || file.get(&name)).await
            }
            Kind::Memory(shelf) => Ok(shelf.get(&name)),
        }
    }

    /// Stores a secret in place of the one that had its name.
    pub async fn set(&self, name: &SecretName, secret: Secret) -> Result<(), KeychainError> {
        self.set_all(vec![(name.clone(), secret)]).await
    }

    /// Stores several secrets; a file is sealed and written once for all of them.
    pub async fn set_all(&self, secrets: Vec<(SecretName, Secret)>) -> Result<(), KeychainError> {
        match &self.0 {
            Kind::Os(thread) => thread.run("store a secret", move |store| store.set_all(&secrets)).await,
            Kind::File(file) => {
                let file = Arc::clone(file);
                blocking("store a secret", move || file.change(|kept| kept.extend(secrets))).await
            }
            Kind::Memory(shelf) => {
                shelf.set_all(secrets);
                Ok(())
            }
        }
    }

    /// Removes a secret; none of that name is fine too.
    pub async fn remove(&self, name: &SecretName) -> Result<(), KeychainError> {
        let name = name.clone();
        match &self.0 {
            Kind::Os(thread) => thread.run("remove a secret", move |store| store.remove(&name)).await,
            Kind::File(file) => {
                let file = Arc::clone(file);
                blocking("remove a secret", move || file.change(|kept| drop(kept.remove(&name)))).await
            }
            Kind::Memory(shelf) => {
                shelf.remove(&name);
                Ok(())
            }
        }
    }

    /// The names of all secrets, in order. After a crash in the middle of a change a name may stand here whose
    /// secret [`Keychain::get`] does not find; never the other way round.
    pub async fn names(&self) -> Result<Vec<SecretName>, KeychainError> {
        match &self.0 {
            Kind::Os(thread) => thread.run("list the secrets", move |store| store.names()).await,
            Kind::File(file) => {
                let file = Arc::clone(file);
                blocking("list the secrets", move || file.names()).await
            }
            Kind::Memory(shelf) => Ok(shelf.names()),
        }
    }

    /// Proves that what is stored now lasts: stores a random value, runs `reader` (a new process of this program,
    /// which prints what [`Keychain::read_probe`] finds), compares, and removes the value again.
    ///
    /// A keychain may take entries and keep them in its own process alone; only another process can tell. A file
    /// needs no such proof and answers at once. Memory never lasts and says [`KeychainError::DoesNotLast`].
    pub async fn persists(&self, reader: std::process::Command) -> Result<(), KeychainError> {
        match &self.0 {
            Kind::Os(thread) => probe::round_trip(thread, reader).await,
            Kind::File(_) => Ok(()),
            Kind::Memory(_) => {
                Err(KeychainError::DoesNotLast { why: "these secrets are kept in memory alone".to_owned() })
            }
        }
    }

    /// What the process that [`Keychain::persists`] started has to print: the value that its parent stored.
    pub async fn read_probe(service: &str, workspace: WorkspaceId) -> Result<Option<String>, KeychainError> {
        let service = service.to_owned();
        let thread = OsThread::start(move || OsStore::open(&service, workspace)).await?;
        thread.run("read the probe", OsStore::probe).await
    }
}
