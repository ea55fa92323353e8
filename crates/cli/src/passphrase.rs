//! Secrets come from standard input, a file that the environment names, or a prompt; never from an argument.

use std::io::{IsTerminal, Read};
use std::path::Path;

use domain::secret::Secret;
use engine::{Engine, EngineError, Keeps};

const FILE: &str = "TIEOUT_PASSPHRASE_FILE";
/// Longer than any key or token we know of.
const LONGEST: u64 = 64 * 1024;

/// The passphrase of the workspace in `dir`, if its keys need one.
pub(crate) fn passphrase_for(dir: &Path) -> Result<Option<Secret>, EngineError> {
    match Engine::keeps(dir)? {
        Keeps::Os | Keeps::Memory => Ok(None),
        Keeps::File => passphrase("Passphrase of this workspace: ").map(Some),
    }
}

/// From the file that `TIEOUT_PASSPHRASE_FILE` names, or from a prompt.
pub(crate) fn passphrase(prompt: &str) -> Result<Secret, EngineError> {
    if let Some(path) = std::env::var_os(FILE) {
        let text = std::fs::read_to_string(&path).map_err(|error| {
            EngineError::BadInput(format!("{FILE} names {}, which can't be read: {error}", path.display()))
        })?;
        return Ok(Secret::new(text.trim_end_matches(['\r', '\n'])));
    }
    if std::io::stdin().is_terminal() {
        return hidden(prompt);
    }
    Err(EngineError::BadInput(format!("a passphrase is needed: set {FILE} to a file that holds it")))
}

/// A new passphrase: typed twice where it is typed.
pub(crate) fn new_passphrase() -> Result<Secret, EngineError> {
    let first = passphrase("A passphrase for this workspace's keys: ")?;
    if std::env::var_os(FILE).is_none() {
        let second = hidden("The same again: ")?;
        if first.expose() != second.expose() {
            return Err(EngineError::BadInput("the two passphrases differ; nothing was made".to_owned()));
        }
    }
    Ok(first)
}

/// A secret: from a prompt on a terminal, else the whole of standard input without its last line break.
pub(crate) fn secret(prompt: &str) -> Result<Secret, EngineError> {
    if std::io::stdin().is_terminal() {
        return hidden(prompt);
    }
    let mut text = String::new();
    std::io::stdin()
        .take(LONGEST)
        .read_to_string(&mut text)
        .map_err(|error| EngineError::BadInput(format!("standard input can't be read as text: {error}")))?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

fn hidden(prompt: &str) -> Result<Secret, EngineError> {
    let typed = rpassword::prompt_password(prompt);
    typed.map(Secret::new).map_err(|error| EngineError::BadInput(format!("nothing could be read: {error}")))
}
