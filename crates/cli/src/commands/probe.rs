//! The new process of the keychain's round trip: what a first process wrote must be readable here.

use domain::id::WorkspaceId;
use engine::EngineError;

use crate::exit::Exit;

pub(crate) async fn run(workspace: WorkspaceId) -> Result<Exit, EngineError> {
    engine::answer_probe(workspace, &mut std::io::stdout()).await?;
    Ok(Exit::Done)
}
