//! A file that a passphrase protects. Everything here blocks; `off_runtime` is where it runs.
//!
//! The format is `age`'s with one scrypt recipient; inside is a JSON object from name to secret. The file is only
//! ever replaced whole, so a crash leaves the old one or the new one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use age::armor::ArmoredReader;
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use domain::secret::{Secret, SecretName};
use zeroize::Zeroizing;

use crate::error::KeychainError;

/// What one guess at the passphrase costs: scrypt with N = 2^`log_n`, r = 8, p = 1.
#[derive(Clone, Copy, Debug)]
pub struct WorkFactor {
    log_n: u8,
}

impl WorkFactor {
    /// The dearest that we open: 4 GiB. A stranger's file can't ask for more memory than a desktop has.
    const MOST: u8 = 22;

    /// N = 2^`log_n`, for 1 to 22; what is outside is taken as the nearest.
    pub fn log_n(log_n: u8) -> Self {
        Self { log_n: log_n.clamp(1, Self::MOST) }
    }
}

impl Default for WorkFactor {
    /// 2^17: 128 MiB and about half a second, the cost that OWASP's password storage guide asks of scrypt.
    fn default() -> Self {
        Self { log_n: 17 }
    }
}

type Secrets = BTreeMap<SecretName, Secret>;

/// The file and what is in it.
#[derive(Debug)]
pub(crate) struct SealedFile {
    path: PathBuf,
    passphrase: Secret,
    work: WorkFactor,
    known: Mutex<Known>,
}

/// What was in the file when we last looked. Opening it costs half a second, comparing its few bytes nothing.
#[derive(Debug, Default)]
struct Known {
    /// The file's bytes; `None` as long as there never was a file.
    sealed: Option<Vec<u8>>,
    secrets: Secrets,
}

impl SealedFile {
    pub(crate) fn open(path: PathBuf, passphrase: Secret, work: WorkFactor) -> Result<Self, KeychainError> {
        if passphrase.is_empty() {
            return Err(KeychainError::EmptyPassphrase);
        }
        let file = Self { path, passphrase, work, known: Mutex::default() };
        drop(file.current()?);
        Ok(file)
    }

    pub(crate) fn get(&self, name: &SecretName) -> Result<Option<Secret>, KeychainError> {
        Ok(self.current()?.secrets.get(name).cloned())
    }

    pub(crate) fn names(&self) -> Result<Vec<SecretName>, KeychainError> {
        Ok(self.current()?.secrets.keys().cloned().collect())
    }

    /// Changes what is in the file. Another process that changes it at the same moment waits, then changes what we
    /// have written: neither loses a secret.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Secrets)) -> Result<(), KeychainError> {
        const ATTEMPTED: &str = "lock the file of keys";
        let beside = self.path.with_added_extension("lock");
        let lock = File::create(beside).map_err(|error| KeychainError::other(ATTEMPTED, error))?;
        // Closing the file, which the end of this function does, gives the lock back.
        lock.lock().map_err(|error| KeychainError::other(ATTEMPTED, error))?;

        let mut known = self.current()?;
        let mut secrets = known.secrets.clone();
        change(&mut secrets);
        let sealed = self
            .sealed(&secrets)
            .and_then(|sealed| replace(&self.path, &sealed).map(|()| sealed))
            .map_err(|error| KeychainError::other("write the file of keys", error))?;
        *known = Known { sealed: Some(sealed), secrets };
        Ok(())
    }

    /// What is in the file now, which another process may have changed.
    fn current(&self) -> Result<MutexGuard<'_, Known>, KeychainError> {
        // `Known` is only ever replaced whole, so a panic elsewhere does not spoil it.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match fs::read(&self.path) {
            Ok(sealed) if known.sealed.as_ref() == Some(&sealed) => {}
            Ok(sealed) => *known = Known { secrets: self.opened(&sealed)?, sealed: Some(sealed) },
            // Writing a new file here would turn a file that was moved away into keys that are lost.
            Err(error) if error.kind() == io::ErrorKind::NotFound && known.sealed.is_some() => {
                return Err(KeychainError::Damaged { what: format!("{} is gone", self.path.display()) });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(KeychainError::other("read the file of keys", error)),
        }
        Ok(known)
    }

    fn opened(&self, sealed: &[u8]) -> Result<Secrets, KeychainError> {
        let mut identity = scrypt::Identity::new(self.age_passphrase());
        identity.set_max_work_factor(WorkFactor::MOST);
        let identities = [&identity as &dyn age::Identity];
        let mut opened = Decryptor::new(ArmoredReader::new(sealed))
            .and_then(|decryptor| decryptor.decrypt(identities.into_iter()))
            .map_err(|error| self.unreadable(error))?;
        // Large enough from the start: a vector that grows leaves its old self behind in memory.
        let mut text = Zeroizing::new(Vec::with_capacity(sealed.len()));
        opened.read_to_end(&mut text).map_err(|error| self.damaged(&error.to_string()))?;
        let secrets: BTreeMap<SecretName, String> = serde_json::from_slice(&text)
            .map_err(|_| self.damaged("inside is no JSON object from name to secret"))?;
        Ok(secrets.into_iter().map(|(name, secret)| (name, Secret::new(secret))).collect())
    }

    fn sealed(&self, secrets: &Secrets) -> io::Result<Vec<u8>> {
        let exposed: BTreeMap<&str, &str> =
            secrets.iter().map(|(name, secret)| (name.as_str(), secret.expose())).collect();
        // Six bytes for each is the most that JSON makes of one.
        let most = exposed.iter().map(|(name, secret)| 6 * (name.len() + secret.len()) + 6).sum::<usize>();
        let mut text = Zeroizing::new(Vec::with_capacity(most + 2));
        serde_json::to_writer(&mut *text, &exposed)?;

        let mut recipient = scrypt::Recipient::new(self.age_passphrase());
        recipient.set_work_factor(self.work.log_n);
        let recipients = [&recipient as &dyn age::Recipient];
        let encryptor = Encryptor::with_recipients(recipients.into_iter())
            .map_err(|error| io::Error::other(error.to_string()))?;
        let mut sealed = Vec::new();
        let mut writer = encryptor.wrap_output(&mut sealed)?;
        writer.write_all(&text)?;
        writer.finish()?;
        Ok(sealed)
    }

    fn age_passphrase(&self) -> SecretString {
        SecretString::from(self.passphrase.expose())
    }

    fn unreadable(&self, error: DecryptError) -> KeychainError {
        match error {
            DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
                KeychainError::WrongPassphrase
            }
            DecryptError::NoMatchingKeys => self.damaged("it is not sealed with a passphrase"),
            error => self.damaged(&error.to_string()),
        }
    }

    fn damaged(&self, why: &str) -> KeychainError {
        KeychainError::Damaged { what: format!("{}: {why}", self.path.display()) }
    }
}

/// Puts `bytes` in place of the file at `path`: written beside it, made durable, then renamed over it.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // On Unix it is created for its owner alone (0600), and renaming keeps that.
    let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
    fresh.write_all(bytes)?;
    fresh.as_file().sync_all()?;
    fresh.persist(path).map_err(|failed| failed.error)?;
    // The new name itself is durable only when its folder is.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}
