//! The thread, its two doors, and the way of one request.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::answers::{Answers, Said, Speech};
use super::inbox::{Asked, Inbox};
use super::seen::{BenchPath, Seen};
use crate::model::{ScriptedMessage, StreamEnd};

/// What all connections share.
pub(super) struct Floor {
    answers: Answers,
    speech: RwLock<Option<Arc<Speech>>>,
    pub(super) seen: Seen,
}

/// Where the service and the model are served.
type Addresses = (SocketAddr, SocketAddr);

/// Serves until the other end says so or is gone. `opened` hears the addresses, once, or why there are
/// none.
pub(super) fn run(
    floor: &Arc<Floor>,
    closed: watch::Receiver<bool>,
    opened: impl FnOnce(io::Result<Addresses>),
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return opened(Err(error)),
    };
    runtime.block_on(async {
        match bound().await {
            Ok((service, model, addresses)) => {
                opened(Ok(addresses));
                serve(floor, closed, service, model).await;
            }
            Err(error) => opened(Err(error)),
        }
    });
}

async fn bound() -> io::Result<(TcpListener, TcpListener, Addresses)> {
    let service = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let model = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let addresses = (service.local_addr()?, model.local_addr()?);
    Ok((service, model, addresses))
}

async fn serve(
    floor: &Arc<Floor>,
    mut closed: watch::Receiver<bool>,
    service: TcpListener,
    model: TcpListener,
) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = closed.changed() => break,
            accepted = service.accept() => accepted,
            accepted = model.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(served(stream, floor.clone()));
            }
            // For want of descriptors, most likely: some come back when connections end.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
    connections.shutdown().await;
}

/// Serves one connection for as long as the client keeps it. An error is a client that left or one that
/// no benchmark uses; either way the connection is over.
async fn served(mut stream: TcpStream, floor: Arc<Floor>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut inbox = Inbox::default();
    while let Some(asked) = inbox.next(&mut stream).await? {
        match asked.path() {
            Some(path @ BenchPath::Get(_)) => floor.answer(&mut stream, &asked, path).await?,
            Some(path @ BenchPath::Model) => floor.speak(&mut stream, &asked, path).await?,
            None => stream.write_all(&floor.answers.nothing).await?,
        }
        if asked.is_last {
            break;
        }
    }
    Ok(())
}

impl Floor {
    pub(super) fn new(answers: Answers, seen: Seen) -> Self {
        Self { answers, speech: RwLock::default(), seen }
    }

    pub(super) fn says(&self, calls: &ScriptedMessage, text: &ScriptedMessage) {
        let speech = Arc::new(Speech { calls: Said::of(calls), text: Said::of(text) });
        // A poisoned lock is taken over: the only change is this assignment.
        *self.speech.write().unwrap_or_else(PoisonError::into_inner) = Some(speech);
    }

    async fn answer(&self, stream: &mut TcpStream, asked: &Asked<'_>, path: BenchPath) -> io::Result<()> {
        let wait = self.answers.wait(asked);
        if !wait.is_zero() {
            sleep_until((asked.began + wait).into()).await;
        }
        self.seen.push(path, asked.began);
        stream.write_all(&self.answers.body).await
    }

    async fn speak(&self, stream: &mut TcpStream, asked: &Asked<'_>, path: BenchPath) -> io::Result<()> {
        let began = Instant::now();
        let speech = self.speech.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(speech) = speech else {
            return stream.write_all(&self.answers.nothing).await;
        };
        let said = if asked.has_results() { &speech.text } else { &speech.calls };
        if !asked.wants_stream() {
            if !said.takes.is_zero() {
                sleep_until((began + said.takes).into()).await;
            }
            self.seen.push(path, began);
            return stream.write_all(&said.whole).await;
        }
        let last = said.stream.len().saturating_sub(1);
        for (number, (due, bytes)) in said.stream.iter().enumerate() {
            if !due.is_zero() {
                sleep_until((began + *due).into()).await;
            }
            if number == last {
                self.seen.push(path, began);
            }
            stream.write_all(bytes).await?;
        }
        match said.end {
            StreamEnd::Whole | StreamEnd::Error => Ok(()),
            StreamEnd::Cut => Err(io::ErrorKind::ConnectionAborted.into()),
            StreamEnd::Hang => std::future::pending().await,
        }
    }
}
