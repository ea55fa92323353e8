//! Making, unlocking and trying out a workspace.

use std::process::Command;

use domain::secret::Secret;
use engine::{Code, Engine, EngineError, KeychainChoice, RecoveryKey};

use super::Reply;
use crate::shell::Here;
use crate::stage::{Open, Stage};
use crate::wire::{CommandError, KeysIn, WorkspaceCreated, WorkspaceInput};

/// What a person without a usable keychain can do at once.
const FILE_INSTEAD: &str = "Or keep the keys in a file of the workspace that a passphrase protects.";

/// Makes a workspace and opens it. The recovery key is shown this once.
#[tauri::command]
#[specta::specta]
pub(crate) async fn workspace_create(shell: Here<'_>, input: WorkspaceInput) -> Reply<WorkspaceCreated> {
    let mut stage = shell.change_stage().await;
    if stage.is_ones_own() {
        return Err(EngineError::BadInput("a workspace is open already".to_owned()).into());
    }
    let keys = shell.reply(keys(input.keychain, input.passphrase).await).map_err(offer_file)?;
    let made = shell.reply(Engine::create(&shell.dir, &input.name, keys).await);
    let (engine, recovery) = made.map_err(offer_file)?;
    let before = std::mem::replace(&mut *stage, Stage::Open(Open { engine, demo: None }));
    drop(stage);
    shell.begin_anew();
    shell.changed();
    before.close().await;
    Ok(WorkspaceCreated { recovery_key: recovery.expose().to_string() })
}

/// Tries again to open the workspace that is locked; the passphrase is empty if its keys are not in a file.
#[tauri::command]
#[specta::specta]
pub(crate) async fn workspace_unlock(shell: Here<'_>, passphrase: String) -> Reply<()> {
    let mut stage = shell.change_stage().await;
    if matches!(*stage, Stage::Open(_)) {
        return Ok(());
    }
    *stage = Stage::of(&shell.dir, given(passphrase)).await;
    let opened = stage.engine(&shell.dir).map(drop);
    drop(stage);
    shell.begin_anew();
    shell.changed();
    opened
}

/// Opens the workspace that is locked with its recovery key, and puts the key back into its keychain. A passphrase is
/// needed if its keys are in a file: from then on that one opens it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn workspace_recover(
    shell: Here<'_>,
    recovery_key: String,
    passphrase: Option<String>,
) -> Reply<()> {
    let typed = Secret::new(recovery_key);
    let key = RecoveryKey::read(typed.expose())?;
    let mut stage = shell.change_stage().await;
    if matches!(*stage, Stage::Open(_)) {
        return Ok(());
    }
    *stage = shell.reply(Stage::recovered(&shell.dir, &key, passphrase.and_then(given)).await)?;
    drop(stage);
    shell.begin_anew();
    shell.changed();
    Ok(())
}

/// Goes on as the writer of the workspace that is open for reading, if nobody else writes it any more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn workspace_write(shell: Here<'_>) -> Reply<()> {
    shell.change_stage().await.begin_to_write(&shell.dir).await?;
    shell.changed();
    Ok(())
}

/// Opens a throw-away workspace on the rehearsal company, in place of what is open.
#[tauri::command]
#[specta::specta]
pub(crate) async fn demo_open(shell: Here<'_>) -> Reply<()> {
    let mut stage = shell.change_stage().await;
    let demo = Stage::demo().await;
    demo.engine(&shell.dir)?;
    let before = std::mem::replace(&mut *stage, demo);
    drop(stage);
    shell.begin_anew();
    shell.changed();
    before.close().await;
    Ok(())
}

/// Where the keys will be. The operating system's keychain must show first that what it takes it keeps.
async fn keys(place: KeysIn, passphrase: Option<String>) -> Result<KeychainChoice, EngineError> {
    match (place, passphrase.filter(|passphrase| !passphrase.is_empty())) {
        (KeysIn::Os, _) => {
            let program = std::env::current_exe()
                .map_err(|error| EngineError::Internal(format!("this program can't find itself: {error}")))?;
            let mut probe = Command::new(program);
            probe.arg("--keychain-probe");
            engine::keychain_lasts(probe).await?;
            Ok(KeychainChoice::Os)
        }
        (KeysIn::File, Some(passphrase)) => Ok(KeychainChoice::File { passphrase: Secret::new(passphrase) }),
        (KeysIn::File, None) => {
            Err(EngineError::BadInput("choose a passphrase of several words for the file of keys".to_owned()))
        }
    }
}

/// The passphrase, unless the field was left empty.
fn given(passphrase: String) -> Option<Secret> {
    Some(Secret::new(passphrase)).filter(|passphrase| !passphrase.is_empty())
}

fn offer_file(mut error: CommandError) -> CommandError {
    if error.code == Code::Keychain && error.detail.is_empty() && !error.message.contains("passphrase") {
        error.detail.push(FILE_INSTEAD.to_owned());
    }
    error
}
