//! The library's HTTP, made of the one door out: streamable HTTP with a session, resumed streams and nothing besides.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::effect::Method;
use domain::intent::DurableIntent;
use domain::secret::Secret;
use egress::{Door, Inbound, Outbound, Passage, PlacedSecret, Placement, Redirects, Scrubber, SendError};
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

use crate::challenge::Challenge;
use crate::settings::Carried;
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
    pub(crate) carried: Carried,
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
    /// There is no token to send it with; in words.
    #[error("{0}")]
    NoToken(String),
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
        request.passage = self.passage.clone();
        (request.deadline, request.idle) = (ANSWER, ANSWER);
        request.max_bytes = self.most as u64;
        request.redirects = Redirects::SameOrigin;
        request
    }

    /// Sends a request with what the server knows us by: this token if one is given, else what is carried now. One whose
    /// token is refused is sent once more with another, if that may be recorded as `again`.
    async fn send(
        &self,
        mut request: Outbound,
        intent: DurableIntent,
        token: Option<Secret>,
        again: Option<Sent>,
    ) -> Result<(Inbound, Scrubber), Failure> {
        request.secrets = self.secrets(token, None).await?;
        let scrubber = request.scrubber();
        let next = again
            .filter(|_| matches!(self.carried, Carried::Token { .. }))
            .map(|sent| (sent, request.clone()));
        let answer = self.door.send(intent, request).await.map_err(client)?;
        let Some((sent, mut request)) = next.filter(|_| answer.status() == 401) else {
            return Ok((answer, scrubber));
        };
        let refused = request.secrets.pop().map(|placed| placed.secret);
        let Ok(secrets) = self.secrets(None, refused).await else { return Ok((answer, scrubber)) };
        request.secrets = secrets;
        let scrubber = request.scrubber();
        let intent = self.wire.recorded(sent).await.map_err(client)?;
        Ok((self.door.send(intent, request).await.map_err(client)?, scrubber))
    }

    async fn secrets(
        &self,
        token: Option<Secret>,
        refused: Option<Secret>,
    ) -> Result<Vec<PlacedSecret>, Failure> {
        let (name, tokens) = match &self.carried {
            Carried::Always(placed) => return Ok(placed.clone()),
            Carried::Token { name, tokens } => (name.clone(), tokens),
        };
        let secret = match token {
            Some(token) => token,
            None => tokens(refused).await.map_err(|words| client(AddressError::NoToken(words)))?,
        };
        Ok(vec![PlacedSecret { name, secret, place: Placement::Bearer }])
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
        let Outgoing { bytes, intent, token, again } = self.wire.outgoing(&message).await.map_err(client)?;
        request.body = Some(bytes);
        let (answer, scrubber) = self.send(request, intent, token, again).await?;
        let given = answer.header("mcp-session-id").map(str::to_owned);
        let status = answer.status();
        refusal(&answer, session.is_some())?;
        if (200..300).contains(&status) && answer.media() == "text/event-stream" {
            return Ok(StreamableHttpPostResponse::Sse(self.events(answer, scrubber), given));
        }
        let media = answer.media();
        if status == 202 || status == 204 {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        let whole = answer.whole().await.map_err(client)?;
        if whole.cut_from.is_some() {
            return Err(StreamableHttpError::ResponseBodyTooLarge { max_size: self.most });
        }
        let bytes = scrubber.bytes(whole.bytes);
        let answered = self.wire.incoming(&bytes);
        match answered {
            Some(message @ (JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_))) => {
                Ok(StreamableHttpPostResponse::Json(message, given))
            }
            _ if (200..300).contains(&status) && !matches!(message, ClientJsonRpcMessage::Request(_)) => {
                Ok(StreamableHttpPostResponse::Accepted)
            }
            _ => {
                let text: String = String::from_utf8_lossy(&bytes).chars().take(EXCERPT).collect();
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
        let intent = self.wire.recorded(sent.clone()).await.map_err(client)?;
        let (answer, scrubber) = self.send(request, intent, None, Some(sent)).await?;
        if answer.status() == 405 {
            return Err(StreamableHttpError::ServerDoesNotSupportSse);
        }
        refusal(&answer, session.is_some())?;
        if !(200..300).contains(&answer.status()) || answer.media() != "text/event-stream" {
            return Err(StreamableHttpError::UnexpectedContentType(Some(answer.media())));
        }
        Ok(self.events(answer, scrubber))
    }

    /// The events of a stream, their messages in the library's numbering and without what the server was shown.
    fn events(&self, answer: Inbound, scrubber: Scrubber) -> Events {
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
            event.data = event.data.map(|text| scrubber.text(text));
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
        match self.send(request, intent, None, None).await?.0.status() {
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
        Some(StreamableHttpError::Client(AddressError::Unrecorded(_) | AddressError::NoToken(_))) => true,
        Some(StreamableHttpError::Client(AddressError::Send(error))) => {
            matches!(error, SendError::Unsendable(_) | SendError::Connect(_) | SendError::Untrusted(_))
        }
        Some(StreamableHttpError::SessionExpired | StreamableHttpError::AuthRequired(_)) => true,
        _ => false,
    }
}

/// What the server wants to know, if that is why it did not take a message.
pub(crate) fn challenge(error: &(dyn std::error::Error + 'static)) -> Option<Challenge> {
    match error.downcast_ref::<Failure>()? {
        StreamableHttpError::AuthRequired(error) => Some(Challenge::read(&error.www_authenticate_header)),
        StreamableHttpError::InsufficientScope(error) => {
            Some(Challenge { wants_more: true, ..Challenge::read(&error.www_authenticate_header) })
        }
        _ => None,
    }
}

/// Whether it says that the session is over.
pub(crate) fn is_over(error: &(dyn std::error::Error + 'static)) -> bool {
    matches!(error.downcast_ref::<Failure>(), Some(StreamableHttpError::SessionExpired))
}
