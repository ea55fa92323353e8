//! The network that this machine is in.

use domain::network::NetworkSettings;

use super::Reply;
use crate::shell::Here;

/// How this workspace reaches others.
#[tauri::command]
#[specta::specta]
pub(crate) async fn network(shell: Here<'_>) -> Reply<NetworkSettings> {
    shell.reply(shell.engine().await?.network().await)
}

/// Changes how this workspace reaches others, from the next request on. It is checked first: if something is wrong with
/// it, nothing changes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_network(shell: Here<'_>, settings: NetworkSettings) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.save_network(settings).await)?;
    shell.changed();
    Ok(())
}
