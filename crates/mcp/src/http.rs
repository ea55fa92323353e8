//! The library's HTTP, made of the one door out: streamable HTTP with a session, resumed streams and nothing besides.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::effect::Method;
use egress::{Door, Inbound, Outbound, Passage, PlacedSecret, Redirects, SendError};
use futures_util::StreamExt as _;
use futures_util::stream::{BoxStream, unfold};
use http::{HeaderName, HeaderValue};
use rmcp::model::{ClientJsonRpcMessage, JsonRpcMessage};
use rmcp::transport::common::client_side_sse::SseRetryPolicy;
use rmcp::transport::streamable_http_client::{
    AuthRequiredError, InsufficientScopeError, SseError, StreamableHttpClient,
    StreamableHttpClientTransportConfig, StreamableHttpError, StreamableHttpPostResponse,
};
use sse_stream::{Sse, SseStream};
use url::Url;

use crate::wire::{Outgoing, Sent, Unrecorded, Wire};

/// How long a stream may be open, and how long it may be silent: a server has nothing to say for hours.
const LISTEN: Duration = Duration::from_secs(24 * 60 * 60);
/// How long an answer to a message may take; a call's own deadline is shorter.
const ANSWER: Duration = Duration::from_secs(15 * 60);
/// What is kept of an answer that is none.
const EXCERPT: usize = 300;

/// A server's address, and how to speak with it.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) door: Door,
    pub(crate) wire: Wire,
    pub(crate) url: Url,
    pub(crate) secrets: Vec<PlacedSecret>,
    /// How far requests go, and whom they trust.
    pub(crate) passage: Passage,
    /// The most bytes of an answer.
    pub(crate) most: usize,
}

/// Why the server's address gave no answer that is one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddressError {
    #[error(transparent)]
    Unrecorded(#[from] Unrecorded),
    #[error(transparent)]
    Send(#[from] SendError),
}

type Failure = StreamableHttpError<AddressError>;
type Events = BoxStream<'static, Result<Sse, SseError>>;

/// What the library is told of the server.
pub(crate) fn config(url: &Url) -> StreamableHttpClientTransportConfig {
    // A session that has ended is opened by us, who list its tools before a call goes.
    let mut config =
        StreamableHttpClientTransportConfig::with_uri(url.as_str()).reinit_on_expired_session(false);
    config.retry_config = Arc::new(Backoff);
    config
}

/// A stream that broke is resumed after 1, 2, 4 … 30 seconds, nine times at most; a server may ask for another wait.
#[derive(Debug)]
struct Backoff;

impl SseRetryPolicy for Backoff {
    fn retry(&self, times: usize) -> Option<Duration> {
        let doubled = u32::try_from(times).ok().and_then(|times| 1u64.checked_shl(times));
        (times < 9).then(|| Duration::from_secs(doubled.unwrap_or(u64::MAX).min(30)))
    }
}

impl Address {
    fn request(
        &self,
        method: Method,
        session: Option<&str>,
        headers: HashMap<HeaderName, HeaderValue>,
    ) -> Outbound {
        let mut request = Outbound::new(method, self.url.clone());
        let headers = headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        request.headers.extend(headers);
        request.headers.extend(session.map(|session| ("mcp-session-id".to_owned(), session.to_owned())));
        request.secrets.clone_from(&self.secrets);
        request.passage = self.passage.clone();
        (request.deadline, request.idle) = (ANSWER, ANSWER);
        request.max_bytes = self.most as u64;
        request.redirects = Redirects::SameOrigin;
        request
    }

    async fn post(
        &self,
        message: ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<StreamableHttpPostResponse, Failure> {
        let mut request = self.request(Method::Post, session.as_deref(), headers);
        request.headers.push(("accept".to_owned(), "application/json, text/event-stream".to_owned()));
        request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        let Outgoing { bytes, intent } = self.wire.outgoing(&message).await.map_err(client)?;
        request.body = Some(bytes);
        let answer = self.door.send(intent, request).await.map_err(client)?;
        let given = answer.header("mcp-session-id").map(str::to_owned);
        let status = answer.status();
        refusal(&answer, session.is_some())?;
        if (200..300).contains(&status) && answer.media() == "text/event-stream" {
            return Ok(StreamableHttpPostResponse::Sse(self.events(answer), given));
        }
        let media = answer.media();
        if status == 202 || status == 204 {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        let whole = answer.whole().await.map_err(client)?;
        if whole.cut_from.is_some() {
            return Err(StreamableHttpError::ResponseBodyTooLarge { max_size: self.most });
        }
        let answered = self.wire.incoming(&whole.bytes);
        match answered {
            Some(message @ (JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_))) => {
                Ok(StreamableHttpPostResponse::Json(message, given))
            }
            _ if (200..300).contains(&status) && !matches!(message, ClientJsonRpcMessage::Request(_)) => {
                Ok(StreamableHttpPostResponse::Accepted)
            }
            _ => {
                let text: String = String::from_utf8_lossy(&whole.bytes).chars().take(EXCERPT).collect();
                let words = format!("it answered {status} with {media} instead of a message of MCP: {text}");
                Err(StreamableHttpError::UnexpectedServerResponse(words.into()))
            }
        }
    }

    async fn listen(
        &self,
        session: Option<Arc<str>>,
        last: Option<String>,
        headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<Events, Failure> {
        let mut request = self.request(Method::Get, session.as_deref(), headers);
        request.headers.push(("accept".to_owned(), "text/event-stream".to_owned()));
        request.headers.extend(last.map(|last| ("last-event-id".to_owned(), last)));
        (request.deadline, request.idle) = (LISTEN, LISTEN);
        let sent = Sent { method: "GET".to_owned(), message: None };
        let intent = self.wire.recorded(sent).await.map_err(client)?;
        let answer = self.door.send(intent, request).await.map_err(client)?;
        if answer.status() == 405 {
            return Err(StreamableHttpError::ServerDoesNotSupportSse);
        }
        refusal(&answer, session.is_some())?;
        if !(200..300).contains(&answer.status()) || answer.media() != "text/event-stream" {
            return Err(StreamableHttpError::UnexpectedContentType(Some(answer.media())));
        }
        Ok(self.events(answer))
    }

    /// The events of a stream, their messages in the library's numbering.
    fn events(&self, answer: Inbound) -> Events {
        let bytes = unfold(Some(answer), |answer| async move {
            let mut answer = answer?;
            match answer.next().await {
                Ok(Some(bytes)) => Some((Ok(bytes), Some(answer))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        });
        let wire = self.wire.clone();
        let events = SseStream::from_bytes_stream(Box::pin(bytes));
        let renumbered = events.map(move |event| {
            let mut event = event?;
            if let Some(text) = event.data.as_deref().filter(|text| !text.trim().is_empty())
                && let Some(message) = wire.incoming(text.as_bytes())
            {
                event.data = serde_json::to_string(&message).ok();
            }
            Ok(event)
        });
        renumbered.boxed()
    }
}

impl StreamableHttpClient for Address {
    type Error = AddressError;

    async fn post_message(
        &self,
        _uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        _auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<StreamableHttpPostResponse, Failure> {
        self.post(message, session_id, custom_headers).await
    }

    async fn delete_session(
        &self,
        _uri: Arc<str>,
        session_id: Arc<str>,
        _auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<(), Failure> {
        let mut request = self.request(Method::Delete, Some(&session_id), custom_headers);
        (request.deadline, request.idle) = (Duration::from_secs(3), Duration::from_secs(3));
        let sent = Sent { method: "DELETE".to_owned(), message: None };
        let intent = self.wire.recorded(sent).await.map_err(client)?;
        match self.door.send(intent, request).await.map_err(client)?.status() {
            405 => Err(StreamableHttpError::ServerDoesNotSupportDeleteSession),
            _ => Ok(()),
        }
    }

    async fn get_stream(
        &self,
        _uri: Arc<str>,
        session_id: Option<Arc<str>>,
        last_event_id: Option<String>,
        _auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<Events, Failure> {
        self.listen(session_id, last_event_id, custom_headers).await
    }
}

fn client(error: impl Into<AddressError>) -> Failure {
    StreamableHttpError::Client(error.into())
}

/// Whether the server wants to know who asks, or has forgotten the session.
fn refusal(answer: &Inbound, in_session: bool) -> Result<(), Failure> {
    let challenge = || answer.list("www-authenticate").unwrap_or_default();
    match answer.status() {
        401 => Err(StreamableHttpError::AuthRequired(AuthRequiredError::new(challenge()))),
        403 if challenge().contains("insufficient_scope") => {
            Err(StreamableHttpError::InsufficientScope(InsufficientScopeError::new(challenge(), None)))
        }
        404 if in_session => Err(StreamableHttpError::SessionExpired),
        _ => Ok(()),
    }
}

/// Whether an error of a session over HTTP says that nothing of the message took effect.
pub(crate) fn is_unsent(error: &(dyn std::error::Error + 'static)) -> bool {
    match error.downcast_ref::<Failure>() {
        Some(StreamableHttpError::Client(AddressError::Unrecorded(_))) => true,
        Some(StreamableHttpError::Client(AddressError::Send(error))) => {
            matches!(error, SendError::Unsendable(_) | SendError::Connect(_) | SendError::Untrusted(_))
        }
        Some(StreamableHttpError::SessionExpired | StreamableHttpError::AuthRequired(_)) => true,
        _ => false,
    }
}

/// Whether it says that the session is over.
pub(crate) fn is_over(error: &(dyn std::error::Error + 'static)) -> bool {
    matches!(error.downcast_ref::<Failure>(), Some(StreamableHttpError::SessionExpired))
}
