//! A session that is open: its tools, and calls side by side.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::intent::DurableIntent;
use domain::json::Json;
use domain::mcp::pin;
use domain::outcome::Ending;
use rmcp::model::{
    CallToolRequest, CallToolRequestParams, CallToolResult, ClientRequest, GetExtensions as _,
    ListToolsRequest, PaginatedRequestParams, ServerResult,
};
use rmcp::service::{
    ClientInitializeError, ClientLifecycleMode, PeerRequestOptions, RequestHandle, RoleClient,
    RunningService, ServiceError, serve_client_with_lifecycle,
};
use rmcp::transport::StreamableHttpClientTransport;
use tokio::task::JoinSet;

use crate::challenge::Challenge;
use crate::ending::{answered, held, lost, unanswered, unconnected, unknown};
use crate::gone::Gone;
use crate::handler::{Handler, Said, Shared};
use crate::http::{Address, challenge, config, is_over, is_unsent};
use crate::prepared::Prepared;
use crate::settings::{Progress, Reach, Settings, Unavailable};
use crate::stdio::Pipe;
use crate::wire::{Leave, Wire};

/// A server that lists on without end lists this many pages, and this many tools.
const MOST_PAGES: usize = 200;
const MOST_TOOLS: usize = 10_000;
/// How long a session may take to open: a package's runner may fetch the program first.
const OPENING: Duration = Duration::from_secs(90);
/// How long closing may take.
const CLOSING: Duration = Duration::from_secs(6);

pub(crate) struct Session {
    running: tokio::sync::Mutex<Option<RunningService<RoleClient, Handler>>>,
    peer: rmcp::Peer<RoleClient>,
    shared: Arc<Shared>,
    /// What the server says of each tool, as it was listed last.
    tools: tokio::sync::Mutex<HashMap<String, Json>>,
    over: AtomicBool,
    gone: Gone,
    pub(crate) opened: Instant,
    /// Messages that take calls back, and whoever lists anew.
    tasks: Mutex<JoinSet<()>>,
}

impl Session {
    /// Opens one: `initialize`, then every page of `tools/list`.
    pub(crate) async fn open(settings: &Settings, shared: Arc<Shared>) -> Result<Arc<Self>, Unavailable> {
        let opening = async {
            let hears = shared.clone();
            let wire = Wire::new(settings.recorder.clone(), Arc::new(move |said| hears.progressed(said)));
            let gone = wire.gone.clone();
            let handler = Handler(shared.clone(), gone.clone());
            let mode = ClientLifecycleMode::Initialize;
            let running = match &settings.reach {
                Reach::Program(program) => {
                    let longest = settings.most.saturating_mul(2).saturating_add(1 << 20);
                    let kept = (shared.log.clone(), settings.scrubber.clone());
                    let pipe = Pipe::open(program, wire, longest, kept).map_err(|error| {
                        Unavailable::Because(format!("`{}` can't be started: {error}", program.command))
                    })?;
                    serve_client_with_lifecycle(handler, pipe, mode).await
                }
                Reach::Http { url, carried, passage } => {
                    let (door, url, carried) = (settings.door.clone(), url.clone(), carried.clone());
                    let passage = passage.clone();
                    let most = settings.most.saturating_mul(2).saturating_add(1 << 20);
                    let config = config(&url);
                    let address = Address { door, wire, url, carried, passage, most };
                    let transport = StreamableHttpClientTransport::with_client(address, config);
                    serve_client_with_lifecycle(handler, transport, mode).await
                }
            };
            let running = running.map_err(|error| unopened(&error))?;
            shared.stale.store(true, Ordering::Release);
            let session = Arc::new(Self {
                peer: running.peer().clone(),
                running: tokio::sync::Mutex::new(Some(running)),
                shared,
                tools: tokio::sync::Mutex::default(),
                over: AtomicBool::new(false),
                gone,
                opened: Instant::now(),
                tasks: Mutex::default(),
            });
            session.list().await.map_err(|error| match transport(&error).and_then(challenge) {
                Some(challenge) => challenged(challenge),
                None => {
                    let words = format!("its tools can't be listed: {}", because(&error));
                    Unavailable::Because(words)
                }
            })?;
            Ok(session)
        };
        let session = tokio::time::timeout(OPENING, opening).await;
        let session: Arc<Self> = session.unwrap_or_else(|_| {
            Err(Unavailable::Because(format!("it did not answer within {} s", OPENING.as_secs())))
        })?;
        session.clone().keep_listed();
        Ok(session)
    }

    /// Whether no call can go through it any more.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire) || self.gone.is_so() || self.peer.is_transport_closed()
    }

    /// What the server says of its tools now.
    pub(crate) async fn definitions(&self) -> Result<Vec<Json>, ServiceError> {
        self.list().await?;
        let tools = self.tools.lock().await;
        let mut all: Vec<_> = tools.iter().collect();
        all.sort_by_key(|(name, _)| *name);
        Ok(all.into_iter().map(|(_, definition)| definition.clone()).collect())
    }

    /// Lists the tools if they may have changed since. Whoever comes meanwhile waits: no call passes a change by.
    async fn list(&self) -> Result<(), ServiceError> {
        let mut tools = self.tools.lock().await;
        while self.shared.stale.swap(false, Ordering::AcqRel) {
            match self.listed().await {
                Ok(definitions) => {
                    let named = definitions.iter().filter_map(|definition| {
                        Some((definition.0.get("name")?.as_str()?.to_owned(), definition.clone()))
                    });
                    *tools = named.collect();
                    let _nobody_hears = self.shared.said.send(Said::Tools(definitions));
                }
                Err(error) => {
                    self.shared.stale.store(true, Ordering::Release);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    async fn listed(&self) -> Result<Vec<Json>, ServiceError> {
        let mut definitions = Vec::new();
        let mut cursor = None;
        for _ in 0..MOST_PAGES {
            let params =
                cursor.take().map(|cursor| PaginatedRequestParams::default().with_cursor(Some(cursor)));
            let request =
                ListToolsRequest { method: Default::default(), params, extensions: Default::default() };
            let answer = self.peer.send_request(ClientRequest::ListToolsRequest(request)).await?;
            let ServerResult::ListToolsResult(page) = answer else {
                return Err(ServiceError::UnexpectedResponse);
            };
            for tool in page.tools {
                let mut value = serde_json::to_value(&tool).unwrap_or_default();
                if let Some(fields) = value.as_object_mut() {
                    // Pictures and notes to other programs: neither a model nor a person is shown them.
                    fields.retain(|key, _| !matches!(key.as_str(), "icons" | "_meta"));
                }
                definitions.push(Json(value));
            }
            cursor = page.next_cursor;
            if cursor.is_none() || definitions.len() >= MOST_TOOLS {
                break;
            }
        }
        Ok(definitions)
    }

    /// Lists anew whenever the server says that something changed, so that a person hears of it before the next call.
    fn keep_listed(self: Arc<Self>) {
        let (weak, shared) = (Arc::downgrade(&self), self.shared.clone());
        self.spawn(async move {
            loop {
                shared.changed.notified().await;
                let Some(session) = weak.upgrade() else { return };
                if session.is_over() {
                    return;
                }
                if let Err(error) = session.list().await {
                    tracing::debug!(%error, "a server's tools can't be listed anew");
                }
            }
        });
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Sends a call and waits for its end. Dropping this takes it back.
    pub(crate) async fn call(
        self: &Arc<Self>,
        settings: &Settings,
        call: &Prepared,
        attempt: u32,
        intent: Arc<Mutex<Option<DurableIntent>>>,
        progress: Progress,
    ) -> Ending {
        if let Err(error) = self.list().await {
            return unconnected(format!(
                "the tools of {} can't be listed: {}; nothing was sent",
                settings.place,
                because(&error)
            ));
        }
        let known = self.tools.lock().await.get(&call.tool).map(pin);
        if known.as_ref() != Some(&call.pin) {
            return held(call, &settings.source, known.is_none());
        }
        let id = call.attempt_id(attempt);
        let leave = Leave {
            id: id.clone(),
            message: call.record(attempt).into(),
            intent: intent.clone(),
            token: call.token.clone(),
        };
        let mut request = CallToolRequest::new(
            CallToolRequestParams::new(call.tool.clone()).with_arguments(call.arguments.clone()),
        );
        request.extensions_mut().insert(leave);
        let listening = Listening::new(&self.shared, id, progress);
        let options = PeerRequestOptions::no_options();
        let handle =
            self.peer.send_cancellable_request(ClientRequest::CallToolRequest(request), options).await;
        let mut taken_back = TakenBack { session: self.clone(), handle: handle.ok() };
        let answer = match taken_back.handle.as_mut() {
            Some(handle) => tokio::select! {
                biased;
                answer = &mut handle.rx => answer.unwrap_or(Err(ServiceError::TransportClosed)),
                () = self.gone.happens() => Err(ServiceError::TransportClosed),
            },
            None => Err(ServiceError::TransportClosed),
        };
        taken_back.handle = None;
        drop(listening);
        let scrubber = &settings.scrubber;
        match answer {
            Ok(ServerResult::CallToolResult(result)) => answered(call, result, scrubber),
            Ok(ServerResult::EmptyResult(_)) => answered(call, CallToolResult::success(Vec::new()), scrubber),
            Ok(_) => lost(call, format!("{} answered something that is no tool's result", settings.place)),
            Err(error) => {
                let left = intent.lock().unwrap_or_else(PoisonError::into_inner).is_none();
                let source = transport(&error);
                if source.is_some_and(is_over) {
                    self.over.store(true, Ordering::Release);
                }
                if let Some(challenge) = source.and_then(challenge) {
                    self.shared.wants(&challenge);
                    let words = format!("{} did not take the call: {}", settings.place, challenge.words());
                    return unknown(call, &challenge, words);
                }
                if !left || source.is_some_and(is_unsent) {
                    return unconnected(scrubber.text(format!(
                        "{} could not be reached: {}; nothing was sent",
                        settings.place,
                        because(&error)
                    )));
                }
                unanswered(call, &error, &settings.place, scrubber)
            }
        }
    }

    /// Ends the session, and the program behind it; what was under way ends without an answer.
    pub(crate) async fn close(&self) {
        self.over.store(true, Ordering::Release);
        let running = self.running.lock().await.take();
        if let Some(mut running) = running {
            let _it_ends_anyway = running.close_with_timeout(CLOSING).await;
        }
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        tasks.shutdown().await;
    }
}

/// Hears of a call's progress for as long as it is under way.
struct Listening<'a> {
    shared: &'a Shared,
    id: String,
}

impl<'a> Listening<'a> {
    fn new(shared: &'a Shared, id: String, progress: Progress) -> Self {
        shared.progress().insert(id.clone(), progress);
        Self { shared, id }
    }
}

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        self.shared.progress().remove(&self.id);
    }
}

/// Tells the server that nobody waits any more, if it is dropped before the answer came.
struct TakenBack {
    session: Arc<Session>,
    handle: Option<RequestHandle<RoleClient>>,
}

impl Drop for TakenBack {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            self.session.spawn(async move {
                let _it_is_gone = handle.cancel(Some("nobody waits for it any more".to_owned())).await;
            });
        }
    }
}

/// Why a session could not be opened, in words, and what the server wants to know if it asked.
fn unopened(error: &ClientInitializeError) -> Unavailable {
    let ClientInitializeError::TransportError { error, .. } = error else {
        return Unavailable::Because(because(error));
    };
    match challenge(error.error.as_ref()) {
        Some(challenge) => challenged(challenge),
        None => Unavailable::Because(because(error)),
    }
}

fn challenged(challenge: Challenge) -> Unavailable {
    Unavailable::Challenged { words: challenge.words(), challenge }
}

/// What our own transport said, if it was that.
fn transport(error: &ServiceError) -> Option<&(dyn std::error::Error + 'static)> {
    match error {
        ServiceError::TransportSend(error) => Some(error.error.as_ref()),
        _ => None,
    }
}

/// What lies deepest: the library's own words wrap it several times.
fn because(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
        words = deepest.to_string();
    }
    words
}
