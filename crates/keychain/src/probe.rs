//! The round trip through a new process: the only way to learn that an entry outlives the process that wrote it.

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use domain::json::hex;

use crate::error::KeychainError;
use crate::off_runtime::OsThread;
use crate::os::OsStore;

/// How long the new process may take: it may have to wait for a prompt as well.
const READER_LIMIT: Duration = Duration::from_secs(120);

/// Stores a random value, has it read by `reader`, and removes it, however the reading went.
pub(crate) async fn round_trip(thread: &OsThread, reader: Command) -> Result<(), KeychainError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| KeychainError::other("draw a random value", error))?;
    let value = hex(&random);

    let written = value.clone();
    thread.run("store the probe", move |store| store.set_probe(&written)).await?;
    let read = output(reader).await;
    thread.run("remove the probe", OsStore::remove_probe).await?;

    let output = read?;
    let found = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && found.trim() == value {
        return Ok(());
    }
    let why = match (output.status.success(), found.trim()) {
        (true, "") => "it found nothing".to_owned(),
        (true, _) => "it found another value".to_owned(),
        (false, _) => {
            let words = String::from_utf8_lossy(&output.stderr);
            let words = words.trim().lines().last().unwrap_or_default().to_owned();
            if words.is_empty() { format!("it ended with {}", output.status) } else { words }
        }
    };
    Err(KeychainError::DoesNotLast { why })
}

async fn output(reader: Command) -> Result<Output, KeychainError> {
    const ATTEMPTED: &str = "start a new process that reads the keychain";
    let mut reader = tokio::process::Command::from(reader);
    reader.stdin(Stdio::null()).kill_on_drop(true);
    match tokio::time::timeout(READER_LIMIT, reader.output()).await {
        Ok(output) => output.map_err(|error| KeychainError::other(ATTEMPTED, error)),
        Err(_) => Err(KeychainError::DoesNotLast { why: "it did not answer in two minutes".to_owned() }),
    }
}
