//! Secrets: in, and out of existence. Nothing reads one back.

use domain::secret::{Secret, SecretName};

use super::Reply;
use crate::shell::Here;

/// The names of the secrets in the keychain.
#[tauri::command]
#[specta::specta]
pub(crate) async fn secret_names(shell: Here<'_>) -> Reply<Vec<SecretName>> {
    shell.reply(shell.engine().await?.secrets().await)
}

/// Puts a secret into the keychain, in place of the one that had its name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn secret_set(shell: Here<'_>, name: SecretName, value: String) -> Reply<()> {
    let secret = Secret::new(value);
    shell.reply(shell.engine_to_change().await?.set_secret(&name, secret).await)?;
    shell.changed();
    Ok(())
}

/// Takes a secret out of the keychain.
#[tauri::command]
#[specta::specta]
pub(crate) async fn secret_remove(shell: Here<'_>, name: SecretName) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.remove_secret(&name).await)?;
    shell.changed();
    Ok(())
}
