//! A message on its way: recorded, then sent. Both transports, pipe and HTTP, go through here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::intent::DurableIntent;
use domain::secret::Secret;
use futures_util::future::BoxFuture;
use rmcp::model::{
    ClientJsonRpcMessage, ErrorCode, ErrorData, GetExtensions as _, RequestId, ServerJsonRpcMessage,
};
use serde_json::Value;

use crate::gone::Gone;

/// What is about to leave for a server and is no call of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The message's own method, HTTP's where there is no message, or `response`.
    pub method: String,
    /// The message as it is sent, without secrets; none where nothing is sent but the request itself.
    pub message: Option<Vec<u8>>,
}

/// Puts on record what is about to leave, and gives the leave to send it; or says why it can't, and nothing is sent.
pub type Recorder = Arc<dyn Fn(Sent) -> BoxFuture<'static, Result<DurableIntent, String>> + Send + Sync>;

/// Hears each notification of progress.
pub(crate) type Heard = Arc<dyn Fn(&Value) + Send + Sync>;

/// A call's leave to go: its bytes as recorded, and the intent, which the first sending uses up. It travels beside the
/// request through the library, which knows nothing of it.
#[derive(Clone)]
pub(crate) struct Leave {
    pub(crate) id: String,
    pub(crate) message: Arc<[u8]>,
    pub(crate) intent: Arc<Mutex<Option<DurableIntent>>>,
    /// The token that the call carries, if its server knows us by one.
    pub(crate) token: Option<Secret>,
}

/// The way out of a session.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) recorder: Recorder,
    /// Whether anything more can come of it.
    pub(crate) gone: Gone,
    progress: Heard,
    /// The library numbers its requests by itself, and we know a call's id before: here the two meet.
    ids: Arc<Mutex<HashMap<String, RequestId>>>,
}

/// A message and its leave.
pub(crate) struct Outgoing {
    pub(crate) bytes: Vec<u8>,
    pub(crate) intent: DurableIntent,
    /// What it carries in the place of a token that is at hand.
    pub(crate) token: Option<Secret>,
    /// What to record if it is sent once more, with another token. A call is not: its end says that its token was refused,
    /// and another attempt has an entry of its own.
    pub(crate) again: Option<Sent>,
}

/// A message may not leave.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unrecorded(pub(crate) String);

impl Wire {
    pub(crate) fn new(recorder: Recorder, progress: Heard) -> Self {
        Self { recorder, progress, gone: Gone::not_yet(), ids: Arc::default() }
    }

    fn ids(&self) -> MutexGuard<'_, HashMap<String, RequestId>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The message with its leave: a call's own, or one that is asked for here.
    pub(crate) async fn outgoing(&self, message: &ClientJsonRpcMessage) -> Result<Outgoing, Unrecorded> {
        if let ClientJsonRpcMessage::Request(request) = message
            && let Some(leave) = request.request.extensions().get::<Leave>()
        {
            let intent = leave.intent.lock().unwrap_or_else(PoisonError::into_inner).take();
            let intent = intent.ok_or_else(|| Unrecorded("a call is sent once".to_owned()))?;
            self.ids().insert(leave.id.clone(), request.id.clone());
            let (bytes, token) = (leave.message.to_vec(), leave.token.clone());
            return Ok(Outgoing { bytes, intent, token, again: None });
        }
        let mut value = serde_json::to_value(message).map_err(|error| Unrecorded(error.to_string()))?;
        self.cancels_ours(&mut value);
        let method = value.get("method").and_then(Value::as_str).unwrap_or("response").to_owned();
        let bytes = value.to_string().into_bytes();
        let sent = Sent { method, message: Some(bytes.clone()) };
        let intent = self.recorded(sent.clone()).await?;
        Ok(Outgoing { bytes, intent, token: None, again: Some(sent) })
    }

    /// A leave for what is no call.
    pub(crate) async fn recorded(&self, sent: Sent) -> Result<DurableIntent, Unrecorded> {
        (self.recorder)(sent).await.map_err(Unrecorded)
    }

    /// The server's message in the library's numbering; `None` if it is none that MCP knows. An answer that can't be read
    /// is an error to whoever waits for it, who would wait for ever otherwise.
    pub(crate) fn incoming(&self, text: &[u8]) -> Option<ServerJsonRpcMessage> {
        let mut value: Value = serde_json::from_slice(text).ok()?;
        let is_answer = value.get("method").is_none();
        if value.get("method").and_then(Value::as_str) == Some("notifications/progress") {
            (self.progress)(&value);
        }
        if is_answer
            && let Some(id) = value.get("id").and_then(Value::as_str)
            && let Some(known) = self.ids().remove(id)
        {
            value["id"] = serde_json::to_value(&known).ok()?;
        }
        let id = value.get("id").cloned();
        match serde_json::from_value(value) {
            Ok(message) => Some(message),
            Err(error) if is_answer => {
                let id: RequestId = serde_json::from_value(id?).ok()?;
                let words = format!("the server's answer is not what MCP says: {error}");
                Some(ServerJsonRpcMessage::error(
                    ErrorData::new(ErrorCode::INTERNAL_ERROR, words, None),
                    Some(id),
                ))
            }
            Err(_) => None,
        }
    }

    /// A call that is taken back is named as the server knows it.
    fn cancels_ours(&self, value: &mut Value) {
        if value.get("method").and_then(Value::as_str) != Some("notifications/cancelled") {
            return;
        }
        let mut ids = self.ids();
        let Some(named) = value.pointer_mut("/params/requestId") else { return };
        let ours = ids.iter().find(|(_, id)| serde_json::to_value(id).is_ok_and(|id| id == *named));
        if let Some(ours) = ours.map(|(ours, _)| ours.clone()) {
            ids.remove(&ours);
            *named = Value::from(ours);
        }
    }
}
