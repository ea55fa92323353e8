//! The MCP servers of an open workspace: one of each source, and what they ask the person.

use std::collections::HashMap;
use std::sync::Mutex;

use domain::asking::{ServerAnswer, ServerQuestion};
use domain::tool::SourceName;
use mcp::{Asked, Server};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::locked::lock;

/// The servers that were used, by their sources.
#[derive(Default)]
pub(crate) struct Servers {
    known: Mutex<HashMap<SourceName, Kept>>,
    /// Whoever writes down what a server offers, or accepts it.
    pub(crate) changing: tokio::sync::Mutex<()>,
    pub(crate) questions: Questions,
}

/// A server with whoever hears what it says.
struct Kept {
    server: Server,
    /// The same as long as it is reached in the same way.
    way: String,
    hears: JoinHandle<()>,
}

impl Servers {
    /// The server of that source, if it is still reached in this way.
    pub(crate) fn find(&self, source: &SourceName, way: &str) -> Option<Server> {
        lock(&self.known).get(source).filter(|kept| kept.way == way).map(|kept| kept.server.clone())
    }

    /// Keeps a server, unless somebody was faster: then it is theirs. The one before it is given back, to be closed.
    pub(crate) fn keep(
        &self,
        source: &SourceName,
        way: String,
        server: Server,
        hears: JoinHandle<()>,
    ) -> (Server, Option<Server>) {
        let mut known = lock(&self.known);
        if let Some(kept) = known.get(source).filter(|kept| kept.way == way) {
            hears.abort();
            return (kept.server.clone(), None);
        }
        let before = known.insert(source.clone(), Kept { server: server.clone(), way, hears });
        let before = before.map(|before| {
            before.hears.abort();
            before.server
        });
        (server, before)
    }

    /// Ends the server of a source that is gone.
    pub(crate) async fn end(&self, source: &SourceName) {
        let kept = lock(&self.known).remove(source);
        if let Some(kept) = kept {
            kept.server.close().await;
            kept.hears.abort();
        }
    }

    /// Ends all, side by side.
    pub(crate) async fn close(&self) {
        let all: Vec<Kept> = lock(&self.known).drain().map(|(_, kept)| kept).collect();
        let mut closing = tokio::task::JoinSet::new();
        for Kept { server, hears, .. } in all {
            closing.spawn(async move {
                server.close().await;
                hears.abort();
            });
        }
        while closing.join_next().await.is_some() {}
    }
}

/// What servers ask the person. Without a host that listens, each is answered that nobody is there.
#[derive(Default)]
pub(crate) struct Questions {
    inner: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    host: Option<mpsc::UnboundedSender<ServerQuestion>>,
    last: u32,
    waiting: HashMap<u32, (ServerQuestion, oneshot::Sender<ServerAnswer>)>,
}

impl Questions {
    /// From now on questions go here, and no longer to whoever listened before.
    pub(crate) fn listen(&self) -> mpsc::UnboundedReceiver<ServerQuestion> {
        let (host, hears) = mpsc::unbounded_channel();
        lock(&self.inner).host = Some(host);
        hears
    }

    /// Puts a server's question to the host.
    pub(crate) fn ask(&self, source: SourceName, asked: Asked) {
        let Asked { message, schema, url, answer } = asked;
        let mut open = lock(&self.inner);
        // Whose server gave up waiting is no question any more.
        open.waiting.retain(|_, (_, answer)| !answer.is_closed());
        open.last = open.last.wrapping_add(1);
        let question = ServerQuestion { id: open.last, source, message, schema, url };
        if open.host.as_ref().is_some_and(|host| host.send(question.clone()).is_ok()) {
            open.waiting.insert(question.id, (question, answer));
        }
    }

    /// The question, if it waits for an answer.
    pub(crate) fn find(&self, id: u32) -> Option<ServerQuestion> {
        lock(&self.inner).waiting.get(&id).map(|(question, _)| question.clone())
    }

    /// Answers it; whether it still waited.
    pub(crate) fn answer(&self, id: u32, answer: ServerAnswer) -> bool {
        let waiting = lock(&self.inner).waiting.remove(&id);
        waiting.is_some_and(|(_, waits)| waits.send(answer).is_ok())
    }
}
