//! `tieout init`

use engine::{Engine, EngineError, KeychainChoice, RecoveryKey};
use serde_json::json;

use crate::args::{Global, Init, Keep};
use crate::exit::Exit;
use crate::output::Output;
use crate::passphrase::{new_passphrase, passphrase_for, secret};
use crate::place;

pub(crate) async fn run(global: &Global, init: &Init, output: &Output) -> Result<Exit, EngineError> {
    let dir = place::dir(global)?;
    if init.recover {
        let passphrase = passphrase_for(&dir)?;
        let key = RecoveryKey::read(secret("Recovery key: ")?.expose())?;
        let engine = Engine::recover(&dir, passphrase, &key).await?;
        output.line(format!("opened {} and put its key back into the keychain", dir.display()));
        output.object("recovered", &engine.about());
        engine.shutdown().await;
        return Ok(Exit::Done);
    }
    let keys = match init.keys {
        Keep::Os => {
            if let Err(error) = engine::keychain_lasts(probe_command()?).await {
                output
                    .progress("to keep the keys in a file that a passphrase opens: tieout init --keys file");
                return Err(error);
            }
            KeychainChoice::Os
        }
        Keep::File => KeychainChoice::File { passphrase: new_passphrase()? },
    };
    let (engine, recovery) = Engine::create(&dir, &init.name, keys).await?;
    output.line(format!("made a workspace in {}", dir.display()));
    output.object("workspace", &engine.about());
    // Not to standard output, which may be a log or a pipe; it is shown this once.
    output.progress(format!(
        "Recovery key, shown this once; write it down and keep it apart from this machine:\n\n  {}\n",
        *recovery.expose()
    ));
    output.line("next: tieout models add …, tieout sources add FILE.toml, tieout ask \"…\"");
    output.object("next", &json!({ "commands": ["models add", "sources add", "ask"] }));
    engine.shutdown().await;
    Ok(Exit::Done)
}

/// This program again, as the new process of the keychain's round trip; the workspace's id is appended to it.
pub(crate) fn probe_command() -> Result<std::process::Command, EngineError> {
    let program = std::env::current_exe()
        .map_err(|error| EngineError::Internal(format!("this program can't find itself: {error}")))?;
    let mut command = std::process::Command::new(program);
    command.arg("keychain-probe");
    Ok(command)
}
