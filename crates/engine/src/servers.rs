//! The MCP servers of an open workspace: one of each source, and what they ask the person.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use domain::asking::{QuestionChange, ServerAnswer, ServerQuestion};
use domain::tool::SourceName;
use mcp::{Asked, Server};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use crate::locked::lock;

/// The servers that were used, by their sources.
#[derive(Default)]
pub(crate) struct Servers {
    known: Mutex<HashMap<SourceName, Kept>>,
    /// Whoever writes down what a server offers, or accepts it.
    pub(crate) changing: tokio::sync::Mutex<()>,
    pub(crate) questions: Questions,
    /// What sign-ins must be good for besides, as servers said when they refused a call.
    wanted: Mutex<HashMap<SourceName, Vec<String>>>,
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

    /// A server refused a call since the sign-in is not good for these scopes.
    pub(crate) fn wants(&self, source: &SourceName, scopes: Vec<String>) {
        lock(&self.wanted).insert(source.clone(), scopes);
    }

    /// What the next sign-in to a source's server must be good for, besides what it was good for.
    pub(crate) fn wanted(&self, source: &SourceName) -> Vec<String> {
        lock(&self.wanted).get(source).cloned().unwrap_or_default()
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
        self.questions.close();
        let all: Vec<Kept> = lock(&self.known).drain().map(|(_, kept)| kept).collect();
        let mut closing = JoinSet::new();
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
    open: Arc<Mutex<Open>>,
    /// One for each question that waits; it ends with the answer, or when the server waits no more.
    waits: Mutex<JoinSet<()>>,
}

#[derive(Default)]
struct Open {
    host: Option<mpsc::UnboundedSender<QuestionChange>>,
    last: u32,
    waiting: BTreeMap<u32, (ServerQuestion, oneshot::Sender<ServerAnswer>)>,
}

impl Questions {
    /// From now on questions go here, and no longer to whoever listened before; first those that wait already.
    pub(crate) fn listen(&self) -> mpsc::UnboundedReceiver<QuestionChange> {
        let (host, hears) = mpsc::unbounded_channel();
        let mut open = lock(&self.open);
        for (question, _) in open.waiting.values() {
            // We hold the other end.
            let _it_hears = host.send(QuestionChange::Asked { question: question.clone() });
        }
        open.host = Some(host);
        hears
    }

    /// Puts a server's question to the host.
    pub(crate) fn ask(&self, source: SourceName, asked: Asked) {
        let Asked { message, schema, url, answer: mut waits } = asked;
        let (answer, answered) = oneshot::channel();
        let id = {
            let mut open = lock(&self.open);
            open.last = open.last.wrapping_add(1);
            let question = ServerQuestion { id: open.last, source, message, schema, url };
            let told = QuestionChange::Asked { question: question.clone() };
            if open.host.as_ref().is_none_or(|host| host.send(told).is_err()) {
                return;
            }
            open.waiting.insert(question.id, (question, answer));
            open.last
        };
        let open = Arc::clone(&self.open);
        let mut all = lock(&self.waits);
        while all.try_join_next().is_some() {}
        all.spawn(async move {
            tokio::select! {
                said = answered => {
                    if let Ok(said) = said {
                        let _gave_up_meanwhile = waits.send(said);
                    }
                }
                () = waits.closed() => {
                    let mut open = lock(&open);
                    if open.waiting.remove(&id).is_some() && let Some(host) = &open.host {
                        let _nobody_hears = host.send(QuestionChange::Withdrawn { id });
                    }
                }
            }
        });
    }

    /// Nobody is asked any more: who listens hears the end, and what waits is answered that nobody is there.
    fn close(&self) {
        let mut open = lock(&self.open);
        open.host = None;
        open.waiting.clear();
    }

    /// The question, if it waits for an answer.
    pub(crate) fn find(&self, id: u32) -> Option<ServerQuestion> {
        lock(&self.open).waiting.get(&id).map(|(question, _)| question.clone())
    }

    /// Answers it; whether it still waited.
    pub(crate) fn answer(&self, id: u32, answer: ServerAnswer) -> bool {
        let waiting = lock(&self.open).waiting.remove(&id);
        waiting.is_some_and(|(_, waits)| waits.send(answer).is_ok())
    }
}
