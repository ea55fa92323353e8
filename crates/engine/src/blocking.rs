//! Work that waits for disks, where waiting is allowed.

use crate::error::EngineError;

/// Does it, and waits until it is done.
pub(crate) async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<EngineError> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| {
        Err(EngineError::Internal("it failed in the middle, which is our fault".to_owned()).into())
    })
}
