//! Whether the operating system's keychain keeps what it is given: asked before a workspace relies on it.

use std::io::Write;
use std::process::Command;

use domain::id::WorkspaceId;
use keychain::Keychain;

use crate::clock::id_parts;
use crate::error::EngineError;
use crate::workspace::SERVICE;

/// Whether the operating system's keychain can be reached: asked anew each time, because a person may have installed
/// or started one meanwhile. Whether it keeps what it is given, [`keychain_lasts`] finds out.
///
/// # Errors
/// If there is no keychain; the words say what to install or do.
pub async fn keychain_answers() -> Result<(), EngineError> {
    let (unix_ms, random) = id_parts()?;
    Keychain::os(SERVICE, WorkspaceId::new(unix_ms, random)).await?;
    Ok(())
}

/// Stores a random value in the operating system's keychain and has it read by a new process: `reader`, to which an
/// id is appended, must call [`answer_probe`] with it. Nothing is left behind.
///
/// # Errors
/// If there is no keychain, it is locked, or it keeps nothing; the words say what to install or do.
pub async fn keychain_lasts(mut reader: Command) -> Result<(), EngineError> {
    let (unix_ms, random) = id_parts()?;
    let trial = WorkspaceId::new(unix_ms, random);
    let keychain = Keychain::os(SERVICE, trial).await?;
    reader.arg(trial.to_string());
    keychain.persists(reader).await?;
    Ok(())
}

/// The new process's part: writes what the keychain holds for `trial`.
///
/// # Errors
/// If the keychain can't be read.
pub async fn answer_probe(trial: WorkspaceId, to: &mut impl Write) -> Result<(), EngineError> {
    let found = Keychain::read_probe(SERVICE, trial).await?;
    writeln!(to, "{}", found.unwrap_or_default()).map_err(|error| EngineError::Internal(error.to_string()))
}
