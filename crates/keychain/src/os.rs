//! The operating system's keychain. Everything here blocks, and belongs to the thread in `off_runtime`.

use std::sync::Arc;

use domain::id::WorkspaceId;
use domain::secret::{Secret, SecretName};
use keyring_core::{CredentialStore, Entry, Error as StoreError};
use zeroize::Zeroizing;

use crate::error::{KeychainError, Missing};

/// The entry that lists the names: keychains can't list portably. A name can't hold `/`, so no secret is called this.
const INDEX: &str = "/names";
/// The entry that a new process reads back.
const PROBE: &str = "/probe";

/// One workspace's entries.
#[derive(Debug)]
pub(crate) struct OsStore {
    service: String,
    workspace: WorkspaceId,
    /// Replaced when the service behind it went away.
    connection: Arc<CredentialStore>,
}

impl OsStore {
    /// Connects and reads: a store that can be created may still be unable to answer.
    pub(crate) fn open(service: &str, workspace: WorkspaceId) -> Result<Self, KeychainError> {
        let connection = connect().map_err(|error| no_service(error, "open the keychain"))?;
        let store = Self { service: service.to_owned(), workspace, connection };
        store.entries().read(INDEX)?;
        Ok(store)
    }

    pub(crate) fn get(&mut self, name: &SecretName) -> Result<Option<Secret>, KeychainError> {
        self.connected(|entries| entries.read(name.as_str()))
    }

    /// The index first, then the secret: a crash in between leaves a name without a secret, which does no harm,
    /// rather than a secret that nobody can find to remove.
    pub(crate) fn set_all(&mut self, secrets: &[(SecretName, Secret)]) -> Result<(), KeychainError> {
        self.connected(|entries| {
            let mut names = entries.names()?;
            let before = names.len();
            names.extend(secrets.iter().map(|(name, _)| name.clone()));
            names.sort();
            names.dedup();
            if names.len() != before {
                entries.write_names(&names)?;
            }
            secrets.iter().try_for_each(|(name, secret)| entries.write(name.as_str(), secret.expose()))
        })
    }

    pub(crate) fn remove(&mut self, name: &SecretName) -> Result<(), KeychainError> {
        self.connected(|entries| {
            entries.erase(name.as_str())?;
            let mut names = entries.names()?;
            let before = names.len();
            names.retain(|kept| kept != name);
            if names.len() == before { Ok(()) } else { entries.write_names(&names) }
        })
    }

    pub(crate) fn names(&mut self) -> Result<Vec<SecretName>, KeychainError> {
        self.connected(|entries| entries.names())
    }

    pub(crate) fn probe(&mut self) -> Result<Option<String>, KeychainError> {
        self.connected(|entries| Ok(entries.read(PROBE)?.map(|value| value.expose().to_owned())))
    }

    pub(crate) fn set_probe(&mut self, value: &str) -> Result<(), KeychainError> {
        self.connected(|entries| entries.write(PROBE, value))
    }

    pub(crate) fn remove_probe(&mut self) -> Result<(), KeychainError> {
        self.connected(|entries| entries.erase(PROBE))
    }

    /// Runs one operation on a live connection. A service that was restarted since has forgotten our session; then
    /// we connect anew and try once more. Every operation may be repeated: it sets or removes, it never adds up.
    fn connected<T>(
        &mut self,
        operation: impl Fn(&Entries<'_>) -> Result<T, KeychainError>,
    ) -> Result<T, KeychainError> {
        match operation(&self.entries()) {
            Err(KeychainError::NoService { .. }) => {
                self.connection = connect().map_err(|error| no_service(error, "reach the keychain again"))?;
                operation(&self.entries())
            }
            outcome => outcome,
        }
    }

    fn entries(&self) -> Entries<'_> {
        Entries { store: self }
    }
}

/// The entries over one connection.
struct Entries<'a> {
    store: &'a OsStore,
}

impl Entries<'_> {
    fn read(&self, key: &str) -> Result<Option<Secret>, KeychainError> {
        match self.entry(key)?.get_secret().map(Zeroizing::new) {
            Ok(bytes) => match std::str::from_utf8(&bytes) {
                Ok(text) => Ok(Some(Secret::new(text))),
                Err(_) => Err(KeychainError::Damaged { what: format!("the entry `{key}` is not text") }),
            },
            Err(StoreError::NoEntry) => Ok(None),
            Err(error) => Err(translated(error, key, "read from the keychain")),
        }
    }

    fn write(&self, key: &str, text: &str) -> Result<(), KeychainError> {
        self.entry(key)?
            .set_secret(text.as_bytes())
            .map_err(|error| translated(error, key, "write to the keychain"))
    }

    fn erase(&self, key: &str) -> Result<(), KeychainError> {
        match self.entry(key)?.delete_credential() {
            Ok(()) | Err(StoreError::NoEntry) => Ok(()),
            Err(error) => Err(translated(error, key, "remove from the keychain")),
        }
    }

    fn names(&self) -> Result<Vec<SecretName>, KeychainError> {
        let damaged =
            || KeychainError::Damaged { what: "the keychain's list of names is not a list".to_owned() };
        match self.read(INDEX)? {
            Some(list) => serde_json::from_str(list.expose()).map_err(|_| damaged()),
            None => Ok(Vec::new()),
        }
    }

    fn write_names(&self, names: &[SecretName]) -> Result<(), KeychainError> {
        if names.is_empty() {
            return self.erase(INDEX);
        }
        let list = serde_json::to_string(names)
            .map_err(|error| KeychainError::other("write the keychain's list of names", error))?;
        self.write(INDEX, &list)
    }

    fn entry(&self, key: &str) -> Result<Entry, KeychainError> {
        let user = format!("{}/{key}", self.store.workspace);
        self.store
            .connection
            .build(&self.store.service, &user, None)
            .map_err(|error| translated(error, key, "name an entry of the keychain"))
    }
}

#[cfg(target_os = "linux")]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(target_os = "windows")]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(StoreError::NotSupportedByStore("no store for this operating system".to_owned()))
}

/// Why no connection came about.
fn no_service(error: StoreError, attempted: &'static str) -> KeychainError {
    match error {
        StoreError::PlatformFailure(source) => {
            let missing =
                if is_unknown_service(&source.to_string()) { Missing::Service } else { Missing::Bus };
            KeychainError::NoService { missing, source }
        }
        StoreError::NotSupportedByStore(what) => {
            KeychainError::NoService { missing: Missing::Platform, source: what.into() }
        }
        error => translated(error, "", attempted),
    }
}

/// Why an operation over a connection failed.
fn translated(error: StoreError, key: &str, attempted: &'static str) -> KeychainError {
    match error {
        StoreError::NoStorageAccess(_) => KeychainError::Locked,
        StoreError::TooLong(_, limit) => KeychainError::TooLong { name: key.to_owned(), limit },
        StoreError::PlatformFailure(source) if is_gone(&source.to_string()) => {
            KeychainError::NoService { missing: Missing::Service, source }
        }
        StoreError::BadEncoding(_) | StoreError::BadDataFormat(..) | StoreError::BadStoreFormat(_) => {
            KeychainError::Damaged { what: format!("the entry `{key}` is not in the keychain's own format") }
        }
        // The libraries' other variants hold entries and limits, never a value.
        StoreError::Ambiguous(entries) => KeychainError::Damaged {
            what: format!("the keychain holds {} entries called `{key}`", entries.len()),
        },
        error => KeychainError::other(attempted, error),
    }
}

/// D-Bus knows nobody of the service's name and can't start one.
fn is_unknown_service(words: &str) -> bool {
    words.contains("ServiceUnknown") || words.contains("was not provided by any .service files")
}

/// The service, or our session with it, ended since we connected.
fn is_gone(words: &str) -> bool {
    is_unknown_service(words)
        || ["NoSession", "NoReply", "Disconnected", "NameHasNoOwner", "UnknownObject", "roken pipe"]
            .iter()
            .any(|sign| words.contains(sign))
}
