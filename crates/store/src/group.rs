//! The writer's thread: whatever arrived while the last commit ran goes into the next.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tlog::Signer;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};

use crate::error::StoreError;
use crate::projector::Projector;
use crate::writer::{ErasedInLog, Group, Requested, Writer, Written};

/// Requests that may wait; past that, callers wait to hand theirs in.
const WAITING: usize = 1024;
/// Requests that share a commit at most, so that the first of them does not wait for a crowd.
const LARGEST_GROUP: usize = 512;
/// Payload bytes after which a group takes no more requests, for the same reason.
const HEAVIEST_GROUP: usize = 16 << 20;
/// How long nothing must have come before a log that a reader keeps is tried again, and the longest such time: it doubles
/// with each try that the reader outlasts.
const AGAIN: Duration = Duration::from_millis(50);
const AGAIN_AT_MOST: Duration = Duration::from_secs(5);

/// What the writer's thread is asked to do.
pub(crate) enum Request {
    /// Write these together, and say so once they are durable.
    Append {
        /// In order.
        requested: Requested,
        /// Where the answer goes. If nobody waits for it any more, it is written all the same.
        answer: oneshot::Sender<Written>,
    },
    /// Write this as the last of its commit, and sign every later one with another key.
    Rotate {
        /// The entry that names the key.
        requested: Requested,
        /// The key.
        signer: Box<Signer>,
        /// As for [`Request::Append`].
        answer: oneshot::Sender<Written>,
    },
    /// Empty the log if no reader keeps it, and say whether that is done.
    EmptyLog {
        /// Where to say so.
        answer: oneshot::Sender<bool>,
    },
    /// End, once what came before is written.
    Close,
}

/// Starts the writer's thread. It ends after [`Request::Close`], or when every sender is gone; the database is closed
/// and the lock is free when the thread has ended. `lost` becomes true when nothing can be written any more.
pub(crate) fn start(
    writer: Writer,
    projector: Projector,
    lost: Arc<AtomicBool>,
) -> Result<(mpsc::Sender<Request>, thread::JoinHandle<()>), StoreError> {
    let (inbox, requests) = mpsc::channel(WAITING);
    let timer = Builder::new_current_thread().enable_time().build()?;
    let thread = thread::Builder::new()
        .name("trail writer".to_owned())
        .spawn(move || serve(writer, &projector, requests, &timer, &lost))?;
    Ok((inbox, thread))
}

fn serve(
    mut writer: Writer,
    projector: &Projector,
    mut requests: mpsc::Receiver<Request>,
    timer: &Runtime,
    lost: &AtomicBool,
) {
    let mut open = true;
    while open && let Some(first) = next(&mut writer, &mut requests, timer) {
        // Those who were answered together come back together: let them, before the next commit begins.
        thread::yield_now();
        let mut group = Vec::new();
        let mut weight = 0;
        let mut emptied = None;
        let mut next_signer = None;
        let mut next = Some(first);
        while let Some(request) = next.take() {
            match request {
                Request::Append { requested, answer } => {
                    weight += requested.weight();
                    group.push((requested, answer));
                }
                Request::Rotate { requested, signer, answer } => {
                    group.push((requested, answer));
                    next_signer = Some(signer);
                    break;
                }
                Request::EmptyLog { answer } => {
                    emptied = Some(answer);
                    break;
                }
                Request::Close => {
                    open = false;
                    break;
                }
            }
            if group.len() < LARGEST_GROUP && weight < HEAVIEST_GROUP {
                next = requests.try_recv().ok();
            }
        }
        if let Err(error) = commit(&mut writer, projector, group, next_signer, lost) {
            let why = fatal(&error);
            tracing::error!(%why, "the trail can't be written");
            // The database is closed, and with it goes whatever its last transaction held. The lock stays ours: the
            // way on is a new start, which reads from the disk what there is.
            let Writer { connection, lock, .. } = writer;
            drop(connection);
            refuse(&mut requests, &why);
            drop(lock);
            return;
        }
        writer.shorten_log(requests.is_empty());
        if let Some(answer) = emptied {
            let _asker_is_gone = answer.send(writer.erased == ErasedInLog::No || writer.empty_log());
        }
    }
    writer.tidy();
}

/// The next request; `None` when nobody can make one any more. While a reader keeps a log with what was erased, that is
/// tried again whenever nothing comes for a while.
fn next(writer: &mut Writer, requests: &mut mpsc::Receiver<Request>, timer: &Runtime) -> Option<Request> {
    let mut pause = AGAIN;
    while writer.erased == ErasedInLog::Kept {
        match timer.block_on(async { tokio::time::timeout(pause, requests.recv()).await }) {
            Ok(request) => return request,
            Err(_nothing_came) => {
                writer.empty_log();
                pause = (pause * 2).min(AGAIN_AT_MOST);
            }
        }
    }
    requests.blocking_recv()
}

/// Answers after COMMIT, never before. `next_signer` signs what comes after the last request of this group.
fn commit(
    writer: &mut Writer,
    projector: &Projector,
    group: Vec<(Requested, oneshot::Sender<Written>)>,
    next_signer: Option<Box<Signer>>,
    lost: &AtomicBool,
) -> Result<(), StoreError> {
    if group.is_empty() {
        return Ok(());
    }
    let (requests, answers): (Vec<_>, Vec<_>) = group.into_iter().unzip();
    match writer.write(&requests) {
        Ok(Group { written, entries }) => {
            // Before the answers, so that whoever has one and reads waits for these rows.
            projector.take(entries);
            // The group was signed by the key before; the entry that names this one is the last in it.
            if let Some(signer) = next_signer.filter(|_| matches!(written.last(), Some(Ok(_)))) {
                writer.signer = *signer;
            }
            for (answer, written) in answers.into_iter().zip(written) {
                tell(answer, written);
            }
            Ok(())
        }
        Err(error) => {
            let why = fatal(&error);
            // Before the answers, so that whoever has one sees it.
            lost.store(true, Ordering::Release);
            for answer in answers {
                tell(answer, Err(StoreError::Fatal(why.clone())));
            }
            Err(error)
        }
    }
}

/// Why nothing is recorded from here on.
fn fatal(error: &StoreError) -> String {
    match error {
        StoreError::Full => "the disk is full, and so is the room that was kept on it for that".to_owned(),
        error => error.to_string(),
    }
}

fn refuse(requests: &mut mpsc::Receiver<Request>, why: &str) {
    while let Some(request) = requests.blocking_recv() {
        match request {
            Request::Append { answer, .. } | Request::Rotate { answer, .. } => {
                tell(answer, Err(StoreError::Fatal(why.to_owned())))
            }
            Request::EmptyLog { answer } => drop(answer),
            Request::Close => return,
        }
    }
}

fn tell(answer: oneshot::Sender<Written>, written: Written) {
    // A caller that went away, say with a cancelled turn, finds what it wrote in the trail.
    drop(answer.send(written));
}
