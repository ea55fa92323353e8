//! Where blocking work runs: never on a thread of the async runtime.

use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::KeychainError;

/// How long an operation of the system's keychain may take. It may show a prompt, and a person has to find it, read
/// it and type; without an end, a prompt that nobody sees would stop whoever waits.
const PROMPT_LIMIT: Duration = Duration::from_secs(120);

/// Runs an operation of the system's keychain on a thread of its own and waits for it up to [`PROMPT_LIMIT`].
///
/// The platform's stores block, and the one for Linux panics inside an async task. The thread is not one of the
/// runtime's blocking ones, because a runtime waits for those when it ends: a forgotten prompt would then keep a
/// finished program from leaving. A thread that outlives the limit ends when its prompt does.
pub(crate) async fn with_patience<T: Send + 'static>(
    attempted: &'static str,
    work: impl FnOnce() -> Result<T, KeychainError> + Send + 'static,
) -> Result<T, KeychainError> {
    let (done, outcome) = oneshot::channel();
    std::thread::Builder::new()
        .name("keychain".to_owned())
        // Nobody listens any more once the limit has passed.
        .spawn(move || drop(done.send(work())))
        .map_err(|error| KeychainError::other(attempted, error))?;
    match tokio::time::timeout(PROMPT_LIMIT, outcome).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(KeychainError::other(attempted, "the keychain's library stopped in the middle")),
        // It neither answered nor refused: a prompt stands unanswered.
        Err(_) => Err(KeychainError::Locked),
    }
}

/// Runs bounded work (deriving a key, writing a small file) on the runtime's threads for such work.
pub(crate) async fn blocking<T: Send + 'static>(
    attempted: &'static str,
    work: impl FnOnce() -> Result<T, KeychainError> + Send + 'static,
) -> Result<T, KeychainError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(stopped) => Err(KeychainError::other(attempted, stopped)),
    }
}
