//! Which workspace, and opening it.

use std::path::PathBuf;

use engine::{Engine, EngineError};

use crate::args::Global;
use crate::passphrase::passphrase_for;

/// The folder that the options, the environment or the platform name.
pub(crate) fn dir(global: &Global) -> Result<PathBuf, EngineError> {
    match &global.workspace {
        Some(dir) => Ok(dir.clone()),
        None => engine::default_dir(),
    }
}

/// Opens the workspace to change it.
pub(crate) async fn open(global: &Global) -> Result<Engine, EngineError> {
    let dir = dir(global)?;
    let passphrase = passphrase_for(&dir)?;
    loud(Engine::open(&dir, passphrase).await?).await
}

/// Opens the workspace to read it, whoever writes.
pub(crate) async fn open_to_read(global: &Global) -> Result<Engine, EngineError> {
    let dir = dir(global)?;
    let passphrase = passphrase_for(&dir)?;
    loud(Engine::open_to_read(&dir, passphrase).await?).await
}

/// Says first of all if others remember another history than this workspace has.
async fn loud(engine: Engine) -> Result<Engine, EngineError> {
    for finding in engine.disputes().await? {
        eprintln!("THIS TRAIL IS NOT THE ONE THAT OTHERS REMEMBER: {}", finding.words);
    }
    Ok(engine)
}
