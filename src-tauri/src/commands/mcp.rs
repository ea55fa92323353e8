//! MCP servers: connecting one, what is held of its tools, and what servers ask the person.

use domain::asking::{QuestionChange, ServerAnswer};
use domain::tool::SourceName;
use engine::{HeldView, McpConnection, McpLook, ServerSignIn, SignInAccepted};
use tauri::ipc::Channel;

use super::Reply;
use super::page::browse;
use crate::shell::Here;
use crate::wire::McpSignIn;

/// Connects to a server and asks for its tools. Nothing is saved: the source that it would be is, by `source_draft` and
/// `source_save`, once a person has seen what it offers.
#[tauri::command]
#[specta::specta]
pub(crate) async fn mcp_look(shell: Here<'_>, connection: McpConnection) -> Reply<McpLook> {
    let looked = shell.reply(shell.engine_to_change().await?.look_at_server(connection).await)?;
    shell.changed();
    Ok(looked)
}

/// Lets a person sign in to a server in the system's browser, if they have accepted every host that is asked for it; it is
/// over when they have, or when they were refused.
#[tauri::command]
#[specta::specta]
pub(crate) async fn mcp_sign_in(
    shell: Here<'_>,
    connection: McpConnection,
    accepted: SignInAccepted,
) -> Reply<McpSignIn> {
    let engine = shell.engine_to_change().await?;
    match shell.reply(engine.sign_in_to_server(&connection, &accepted).await)? {
        ServerSignIn::Wanted(wanted) => Ok(McpSignIn::Wanted { wanted }),
        ServerSignIn::Begun(begun) => {
            shell.reply(browse(begun.url().clone()).await)?;
            let (auth, _) = shell.reply(begun.finish().await)?;
            shell.changed();
            Ok(McpSignIn::SignedIn { auth })
        }
    }
}

/// Asks a source's server anew what it offers. What differs from what was accepted is held.
#[tauri::command]
#[specta::specta]
pub(crate) async fn mcp_refresh(shell: Here<'_>, name: SourceName) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.refresh_source(&name).await)?;
    shell.changed();
    Ok(())
}

/// What is held of a source's tools, with what was accepted beside it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn held_tools(shell: Here<'_>, name: SourceName) -> Reply<Vec<HeldView>> {
    shell.reply(shell.engine().await?.held_tools(&name).await)
}

/// Accepts what the server says now of a tool, or of all that are held. Returns their names.
#[tauri::command]
#[specta::specta]
pub(crate) async fn accept_tools(
    shell: Here<'_>,
    name: SourceName,
    tool: Option<String>,
) -> Reply<Vec<String>> {
    let engine = shell.engine_to_change().await?;
    let accepted = shell.reply(engine.accept_tools(&name, tool.as_deref()).await)?;
    shell.changed();
    Ok(accepted)
}

/// What a source's server wrote to its standard error, and what we noticed of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn server_log(shell: Here<'_>, name: SourceName) -> Reply<String> {
    shell.reply(shell.engine().await?.server_log(&name).await)
}

/// From now on what servers ask the person comes here, what waits already first. Whoever listened before hears no more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn server_questions(shell: Here<'_>, events: Channel<QuestionChange>) -> Reply<()> {
    shell.hear_servers(&shell.engine().await?, events);
    Ok(())
}

/// Answers what a server asked. Whether it still waited for that.
#[tauri::command]
#[specta::specta]
pub(crate) async fn answer_server(shell: Here<'_>, question: u32, answer: ServerAnswer) -> Reply<bool> {
    shell.reply(shell.engine_to_change().await?.answer_server(question, answer))
}
