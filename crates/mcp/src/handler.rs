//! What a server may say and ask while it is connected.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::asking::ServerAnswer;
use domain::json::Json;
use rmcp::ClientHandler;
use rmcp::model::{
    ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult, ElicitationAction,
    ElicitationCapability, ErrorData, FormElicitationCapability, Implementation, ProgressNotificationParam,
    ProgressToken, ProtocolVersion, RequestId, UrlElicitationCapability,
};
use rmcp::service::{NotificationContext, RequestContext, RoleClient};
use serde_json::Value;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::challenge::Challenge;
use crate::gone::Gone;
use crate::log::Log;
use crate::settings::Progress;

/// What a server says that somebody must hear.
#[derive(Debug)]
pub enum Said {
    /// These are its tools now: the items of `tools/list`.
    Tools(Vec<Json>),
    /// It asks the person something. If nobody answers, it is told so.
    Asks(Asked),
    /// It knows who asks, and wants a token that is good for these scopes too.
    Wants(Vec<String>),
}

/// What a server asks the person.
#[derive(Debug)]
pub struct Asked {
    /// In its words.
    pub message: String,
    /// The form: a flat JSON Schema. `Null` where it is an address to visit.
    pub schema: Json,
    /// An address that the person is asked to visit.
    pub url: Option<String>,
    /// Takes the answer; dropping it is the answer that nobody is there.
    pub answer: oneshot::Sender<ServerAnswer>,
}

/// What a session and its handler share.
pub(crate) struct Shared {
    pub(crate) said: mpsc::UnboundedSender<Said>,
    pub(crate) log: Log,
    /// Who listens for how far a call has come, by its attempt's name.
    progress: Mutex<HashMap<String, Progress>>,
    /// Questions that lie open: a call does not run out of time while a person thinks.
    asking: AtomicUsize,
    /// Whether the tools must be listed before the next call.
    pub(crate) stale: AtomicBool,
    /// Says that they changed.
    pub(crate) changed: Notify,
}

impl Shared {
    pub(crate) fn new(said: mpsc::UnboundedSender<Said>, log: Log) -> Self {
        Self {
            said,
            log,
            progress: Mutex::default(),
            asking: AtomicUsize::new(0),
            stale: AtomicBool::new(true),
            changed: Notify::new(),
        }
    }

    pub(crate) fn progress(&self) -> MutexGuard<'_, HashMap<String, Progress>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A server's word of how far a call has come. It is taken from the wire, in its order: the library would hand it on
    /// beside the call's answer, which could be heard first.
    pub(crate) fn progressed(&self, said: &Value) {
        let Some(params) = said.get("params").cloned() else { return };
        let Ok(said) = serde_json::from_value::<ProgressNotificationParam>(params) else { return };
        let ProgressToken(RequestId::String(of)) = &said.progress_token else { return };
        let listener = self.progress().get(&**of).cloned();
        let Some(listener) = listener else { return };
        let how_far = match said.total {
            Some(total) => format!("{} of {total}", said.progress),
            None => said.progress.to_string(),
        };
        listener(match said.message {
            Some(message) => format!("{how_far}, {}", message.chars().take(200).collect::<String>()),
            None => how_far,
        });
    }

    /// Says that the server wants a token that is good for more, if that is what it said.
    pub(crate) fn wants(&self, challenge: &Challenge) {
        if challenge.wants_more && !challenge.scopes.is_empty() {
            let _nobody_hears = self.said.send(Said::Wants(challenge.scopes.clone()));
        }
    }

    /// Whether a person is being asked something.
    pub(crate) fn is_asking(&self) -> bool {
        self.asking.load(Ordering::Acquire) > 0
    }
}

/// Answers a server.
#[derive(Clone)]
pub(crate) struct Handler(pub(crate) Arc<Shared>, pub(crate) Gone);

/// Counts a question for as long as it lies open, however that ends.
struct Open<'a>(&'a AtomicUsize);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl ClientHandler for Handler {
    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let (message, schema, url) = match request {
            ElicitRequestParams::FormElicitationParams { message, requested_schema, .. } => {
                let schema = serde_json::to_value(requested_schema).unwrap_or_default();
                (message, Json(schema), None)
            }
            ElicitRequestParams::UrlElicitationParams { message, url, .. } => {
                (message, Json::default(), Some(url))
            }
            _ => return Ok(ElicitResult::new(ElicitationAction::Decline)),
        };
        self.0.asking.fetch_add(1, Ordering::AcqRel);
        let _open = Open(&self.0.asking);
        let (answer, answered) = oneshot::channel();
        let is_form = url.is_none();
        // If nobody hears it, the sender is dropped with it, and that is an answer too.
        let _nobody_hears = self.0.said.send(Said::Asks(Asked { message, schema, url, answer }));
        // A server that takes its question back, or whose session ends, waits for nobody: dropping `answered` says so.
        let answered = tokio::select! {
            answered = answered => answered.unwrap_or(ServerAnswer::Cancelled),
            () = context.ct.cancelled() => ServerAnswer::Cancelled,
            () = self.1.happens() => ServerAnswer::Cancelled,
        };
        Ok(match answered {
            ServerAnswer::Accepted { content } if is_form => {
                ElicitResult::new(ElicitationAction::Accept).with_content(content.0)
            }
            ServerAnswer::Accepted { .. } => ElicitResult::new(ElicitationAction::Accept),
            ServerAnswer::Declined => ElicitResult::new(ElicitationAction::Decline),
            ServerAnswer::Cancelled => ElicitResult::new(ElicitationAction::Cancel),
        })
    }

    async fn on_tool_list_changed(&self, _context: NotificationContext<RoleClient>) {
        self.0.stale.store(true, Ordering::Release);
        self.0.changed.notify_one();
    }

    fn get_info(&self) -> ClientConfig {
        let elicitation = ElicitationCapability::new()
            .with_form(FormElicitationCapability::default())
            .with_url(UrlElicitationCapability::default());
        let mut capabilities = ClientCapabilities::default();
        capabilities.elicitation = Some(elicitation);
        let us = Implementation::new("tieout", env!("CARGO_PKG_VERSION"));
        ClientConfig::new(capabilities, us).with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE)
    }
}
