//! Keychains that need nothing of the system.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::secret::{Secret, SecretName};
use keychain::{Keychain, KeychainError, WorkFactor};
use tempfile::TempDir;

const PASSPHRASE: &str = "seven plain words";

fn name(text: &str) -> SecretName {
    text.parse().unwrap()
}

/// Cheap to open: what the passphrase withstands is not what these tests are about.
async fn open(path: &Path, passphrase: &str) -> Result<Keychain, KeychainError> {
    Keychain::file_with(path, Secret::new(passphrase), WorkFactor::log_n(4)).await
}

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.age");
    (folder, path)
}

async fn value(keychain: &Keychain, of: &str) -> Option<String> {
    keychain.get(&name(of)).await.unwrap().map(|secret| secret.expose().to_owned())
}

async fn keeps_gives_lists_and_forgets(keychain: &Keychain) {
    assert_eq!(value(keychain, "crm").await, None);
    let long = "ä\"\n".repeat(3000);
    keychain.set(&name("crm"), Secret::new("first")).await.unwrap();
    let others = [("crm", "second"), ("model", long.as_str()), ("empty", "")];
    let others = others.map(|(key, text)| (name(key), Secret::new(text))).to_vec();
    keychain.clone().set_all(others).await.unwrap();

    assert_eq!(value(keychain, "crm").await.as_deref(), Some("second"));
    assert_eq!(value(keychain, "model").await, Some(long));
    assert_eq!(value(keychain, "empty").await.as_deref(), Some(""));
    assert_eq!(keychain.names().await.unwrap(), ["crm", "empty", "model"].map(name));

    keychain.remove(&name("crm")).await.unwrap();
    keychain.remove(&name("crm")).await.unwrap();
    assert_eq!(value(keychain, "crm").await, None);
    assert_eq!(keychain.names().await.unwrap(), ["empty", "model"].map(name));
}

#[tokio::test]
async fn memory_keeps_gives_lists_and_forgets() {
    let keychain = Keychain::memory();
    keeps_gives_lists_and_forgets(&keychain).await;
    assert_eq!(value(&Keychain::memory(), "model").await, None, "each memory is its own");
    let lasts = keychain.persists(Command::new("true")).await;
    assert!(matches!(lasts, Err(KeychainError::DoesNotLast { .. })), "{lasts:?}");
}

#[tokio::test]
async fn a_file_keeps_gives_lists_and_forgets() {
    let (_folder, path) = folder();
    let keychain = open(&path, PASSPHRASE).await.unwrap();
    assert!(!path.exists(), "nothing is written before there is something to keep");
    keeps_gives_lists_and_forgets(&keychain).await;

    let again = open(&path, PASSPHRASE).await.unwrap();
    assert_eq!(again.names().await.unwrap(), ["empty", "model"].map(name));
    again.persists(Command::new("false")).await.unwrap();
}

#[tokio::test]
async fn a_file_shows_nothing_without_its_passphrase() {
    let (_folder, path) = folder();
    let keychain = open(&path, PASSPHRASE).await.unwrap();
    keychain.set(&name("crm"), Secret::new("sk-live-12345")).await.unwrap();
    let bytes = fs::read(&path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.starts_with("age-encryption.org/v1\n-> scrypt "), "the format that `age` reads");
    assert!(!text.contains("sk-live") && !text.contains("crm"));

    for wrong in ["Seven plain words", "seven plain words ", "x"] {
        assert!(matches!(open(&path, wrong).await, Err(KeychainError::WrongPassphrase)), "{wrong}");
    }
    assert!(matches!(open(&path, "").await, Err(KeychainError::EmptyPassphrase)));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_is_its_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, path) = folder();
    let keychain = open(&path, PASSPHRASE).await.unwrap();
    for round in 0..2 {
        keychain.set(&name("crm"), Secret::new("1")).await.unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "write {round}");
    }
    let mut files: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["keys.age", "keys.age.lock"], "nothing half written is left");
}

#[tokio::test]
async fn a_damaged_file_is_named_and_never_written_over() {
    let (_folder, path) = folder();
    open(&path, PASSPHRASE).await.unwrap().set(&name("crm"), Secret::new("1")).await.unwrap();
    let whole = fs::read(&path).unwrap();
    let last = whole.len() - 1;
    let mut flipped = whole.clone();
    flipped[last] ^= 1;
    for damaged in [&whole[..last], &flipped, b"", b"not a file of age", b"age-encryption.org/v1\n"] {
        fs::write(&path, damaged).unwrap();
        let error = open(&path, PASSPHRASE).await.unwrap_err();
        assert!(matches!(error, KeychainError::Damaged { .. }), "{error:?}");
        assert!(error.to_string().contains("keys.age"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), damaged);
    }

    fs::write(&path, &whole).unwrap();
    let keychain = open(&path, PASSPHRASE).await.unwrap();
    fs::remove_file(&path).unwrap();
    let error = keychain.set(&name("other"), Secret::new("2")).await.unwrap_err();
    assert!(matches!(error, KeychainError::Damaged { .. }), "{error:?}");
    assert!(!path.exists(), "a file that went away is not replaced by one that lacks its keys");
}

#[tokio::test]
async fn two_that_have_the_file_open_see_and_keep_each_other_s_changes() {
    let (_folder, path) = folder();
    let one = open(&path, PASSPHRASE).await.unwrap();
    let other = open(&path, PASSPHRASE).await.unwrap();
    let sets = (0..8).map(|number| {
        let keychain = if number % 2 == 0 { one.clone() } else { other.clone() };
        tokio::spawn(async move { keychain.set(&name(&format!("n{number}")), Secret::new("1")).await })
    });
    for set in sets.collect::<Vec<_>>() {
        set.await.unwrap().unwrap();
    }
    assert_eq!(one.names().await.unwrap().len(), 8);
    assert_eq!(other.names().await.unwrap(), one.names().await.unwrap());
}

/// A person may seal the file again with `age --armor --passphrase`.
#[tokio::test]
async fn an_armored_file_opens_too() {
    let (_folder, path) = folder();
    let mut recipient = age::scrypt::Recipient::new(PASSPHRASE.into());
    recipient.set_work_factor(4);
    let mut file = Vec::new();
    {
        let encryptor =
            age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).unwrap();
        let armor =
            age::armor::ArmoredWriter::wrap_output(&mut file, age::armor::Format::AsciiArmor).unwrap();
        let mut writer = encryptor.wrap_output(armor).unwrap();
        writer.write_all(b"{\"crm\": \"by hand\"}").unwrap();
        writer.finish().and_then(|armor| armor.finish()).unwrap();
    }
    fs::write(&path, file).unwrap();
    let keychain = open(&path, PASSPHRASE).await.unwrap();
    assert_eq!(value(&keychain, "crm").await.as_deref(), Some("by hand"));
}

/// The price that is paid outside of tests: dear enough to slow guessing down, cheap enough to wait for.
#[tokio::test]
async fn the_default_price_is_in_the_file() {
    let (_folder, path) = folder();
    let keychain = Keychain::file(&path, Secret::new(PASSPHRASE)).await.unwrap();
    keychain.set(&name("crm"), Secret::new("1")).await.unwrap();
    let bytes = fs::read(&path).unwrap();
    let header = String::from_utf8_lossy(&bytes);
    let price = header.lines().nth(1).and_then(|line| line.split(' ').nth(3));
    assert_eq!(price, Some("17"));
    assert_eq!(value(&keychain, "crm").await.as_deref(), Some("1"));
}
