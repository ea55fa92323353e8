//! Where blocking work runs: never on a thread of the async runtime.

use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::KeychainError;
use crate::os::OsStore;

/// How long an operation of the system's keychain may take. It may show a prompt, and a person has to find it, read
/// it and type; without an end, a prompt that nobody sees would stop whoever waits.
const PROMPT_LIMIT: Duration = Duration::from_secs(120);

/// A thread that owns the connection to the system's keychain, from its making to its end.
///
/// The platform's stores block, and the one for Linux panics when it is used, or only dropped, inside an async task.
/// The thread is none of the runtime's blocking ones, because a runtime waits for those when it ends: a forgotten
/// prompt would then keep a finished program from leaving. It ends when this handle is dropped, after the operation it
/// is at.
#[derive(Debug)]
pub(crate) struct OsThread {
    jobs: mpsc::Sender<Job>,
}

type Job = Box<dyn FnOnce(&mut OsStore) + Send>;

impl OsThread {
    /// Starts the thread, which connects by `connect`.
    pub(crate) async fn start(
        connect: impl FnOnce() -> Result<OsStore, KeychainError> + Send + 'static,
    ) -> Result<Self, KeychainError> {
        const ATTEMPTED: &str = "open the keychain";
        let (jobs, queue) = mpsc::channel::<Job>();
        let (connected, outcome) = oneshot::channel();
        let work = move || match connect() {
            // If nobody waits any more, there is no handle either, and the queue ends at once.
            Ok(mut store) => {
                let _ = connected.send(Ok(()));
                queue.into_iter().for_each(|job| job(&mut store));
            }
            Err(error) => drop(connected.send(Err(error))),
        };
        std::thread::Builder::new()
            .name("keychain".to_owned())
            .spawn(work)
            .map_err(|error| KeychainError::other(ATTEMPTED, error))?;
        patiently(ATTEMPTED, outcome).await?;
        Ok(Self { jobs })
    }

    /// Does one operation after those that were asked for before. One that nobody waits for any more when its turn
    /// comes is left out.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        attempted: &'static str,
        operation: impl FnOnce(&mut OsStore) -> Result<T, KeychainError> + Send + 'static,
    ) -> Result<T, KeychainError> {
        let (done, outcome) = oneshot::channel();
        let job = move |store: &mut OsStore| {
            if !done.is_closed() {
                drop(done.send(operation(store)));
            }
        };
        // If the thread is gone, so is the job, and with it the sender that is waited for below.
        let _ = self.jobs.send(Box::new(job));
        patiently(attempted, outcome).await
    }
}

async fn patiently<T>(
    attempted: &'static str,
    outcome: oneshot::Receiver<Result<T, KeychainError>>,
) -> Result<T, KeychainError> {
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
