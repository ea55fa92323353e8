//! One request to a model, sent and listened to.

use std::time::Duration;

use domain::effect::Method;
use domain::intent::DurableIntent;
use domain::model::{AskedCall, Finish, ModelEvent, ModelSpec, Usage};
use egress::{Door, Inbound, Outbound, PlacedSecret, Redirects, Scrubber, SendError};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::complaint::Complaint;
use crate::decoder::Decoder;
use crate::encode::Encoded;
use crate::failure::{Failure, Speaker};
use crate::fault::DecodeError;
use crate::names::Names;
use crate::preset::lays_open;
use crate::retry_after::retry_after;
use crate::silence::{DEADLINE, Limits, Silence};

/// How long to wait in all, once the message is over, for its usage and end mark, which some servers never send.
const TAIL_LIMIT: Duration = Duration::from_secs(2);
/// How long to wait, once everything is said, for the end of the body, so that the connection can be used again.
const CLOSE_LIMIT: Duration = Duration::from_millis(50);
/// How long a refusal's account of itself may take, and how many bytes of it are taken: the status says the most.
const REFUSAL_LIMIT: (Duration, usize) = (Duration::from_secs(5), 1 << 20);
/// The largest answer.
const MAX_BYTES: u64 = 64 << 20;

/// What a request to a model gave, whole.
#[derive(Debug)]
pub struct Received {
    /// The body's bytes as received, also of an error and of an answer that was cut. A provider that sends our key
    /// back would put it on record; there its name stands.
    pub bytes: Vec<u8>,
    /// The type that the body was said to have; empty if nothing said so.
    pub media: String,
    /// Why the message ended, or why it didn't.
    pub result: Result<Finish, Failure>,
    /// Tokens, as the provider counted them; zero if it didn't.
    pub usage: Usage,
    /// Takes our key out of the message's whole text. In events it is taken out piece by piece, which can't find a key
    /// that was cut in two.
    pub scrubber: Scrubber,
}

/// Sends a request and passes on what the model says while it says it. Every event that `result` rests on was passed
/// on before this returns.
///
/// A model that keeps silent for longer than `limits` allow has failed: before its first word, whatever else its server
/// sends meanwhile, and between two.
///
/// Nothing is asked twice. Dropping the receiver of the events ends the connection at once, with
/// [`ModelFailure::Cancelled`](domain::model::ModelFailure::Cancelled) and the bytes that had come, which belong on
/// record. Dropping the future ends it too, and the bytes are lost.
pub async fn call(
    door: &Door,
    spec: &ModelSpec,
    encoded: Encoded,
    key: Option<PlacedSecret>,
    limits: Limits,
    intent: DurableIntent,
    on_event: mpsc::Sender<ModelEvent>,
) -> Received {
    let (host, endpoint) = (host(&encoded.url), encoded.endpoint());
    let names = encoded.names.clone();
    let speaker = Speaker { spec, model: spec.title(), host: &host, endpoint: &endpoint };
    let nothing = |failure, scrubber| Received {
        bytes: Vec::new(),
        media: String::new(),
        result: Err(failure),
        usage: Usage::default(),
        scrubber,
    };
    let request = match outbound(spec, encoded, key, speaker) {
        Ok(request) => request,
        Err(failure) => return nothing(failure, Scrubber::default()),
    };
    let scrubber = request.scrubber();
    let silence = Silence::new(limits);
    let sent = tokio::select! {
        sent = timeout_at(silence.until(), door.send(intent, request)) => sent,
        () = on_event.closed() => return nothing(speaker.cancelled(), scrubber),
    };
    let inbound = match sent {
        Ok(Ok(inbound)) => inbound,
        Ok(Err(error)) => return nothing(before_answer(speaker, &error), scrubber),
        Err(_) => return nothing(speaker.silent(&silence.words()), scrubber),
    };
    let media = inbound.header("content-type").unwrap_or_default().trim().to_owned();
    let mut listening = Listening {
        speaker,
        decoder: Decoder::new(spec.protocol),
        scrubber: &scrubber,
        names: &names,
        silence,
        media: &media,
        on_event,
        bytes: Vec::new(),
        usage: Usage::default(),
    };
    let result = if (200..300).contains(&inbound.status()) {
        listening.answer(inbound).await
    } else {
        Err(listening.refusal(inbound).await)
    };
    let result = result.map_err(|failure| Failure { words: scrubber.text(failure.words), ..failure });
    let (bytes, usage) = (scrubber.bytes(listening.bytes), listening.usage);
    let media = scrubber.text(media);
    Received { bytes, media, result, usage, scrubber }
}

/// An answer that is arriving.
struct Listening<'a> {
    speaker: Speaker<'a>,
    decoder: Decoder,
    scrubber: &'a Scrubber,
    names: &'a Names,
    silence: Silence,
    media: &'a str,
    on_event: mpsc::Sender<ModelEvent>,
    bytes: Vec<u8>,
    usage: Usage,
}

impl Listening<'_> {
    async fn answer(&mut self, mut inbound: Inbound) -> Result<Finish, Failure> {
        let mut events = Vec::new();
        let mut tail = None;
        loop {
            if self.decoder.is_finishing() {
                tail = tail.or_else(|| Some(Instant::now() + TAIL_LIMIT));
            }
            let until = tail.unwrap_or_else(|| self.silence.until());
            let next = tokio::select! {
                next = timeout_at(until, inbound.next()) => next,
                () = self.on_event.closed() => return Err(self.speaker.cancelled()),
            };
            // An answer that ends, in whatever way, after the message was over is whole: the decoder knows.
            let (decoded, ended) = match next {
                Ok(Ok(Some(chunk))) => {
                    self.bytes.extend_from_slice(&chunk);
                    let decoded = self.decoder.feed(&chunk, &mut events);
                    self.silence.broken(&chunk, &events);
                    (decoded, None)
                }
                Ok(Ok(None)) if inbound.cut_from().is_some() => (
                    self.decoder.end(&mut events),
                    Some(format!("it is longer than {} MiB", MAX_BYTES >> 20)),
                ),
                Ok(Ok(None)) => (self.decoder.end(&mut events), Some("the connection was closed".to_owned())),
                Ok(Err(error)) => (self.decoder.end(&mut events), Some(error.words().to_owned())),
                Err(_) => {
                    let decoded = self.decoder.end(&mut events);
                    if decoded.is_err() && tail.is_none() {
                        return Err(self.speaker.silent(&self.silence.words()));
                    }
                    (decoded, Some("nothing more came".to_owned()))
                }
            };
            if let Some(finish) = self.pass_on(&mut events).await? {
                self.close(inbound).await;
                return Ok(finish);
            }
            decoded.map_err(|error| self.faulty(error, ended.as_deref()))?;
        }
    }

    /// Passes events on; gives the last one's reason.
    async fn pass_on(&mut self, events: &mut Vec<ModelEvent>) -> Result<Option<Finish>, Failure> {
        let mut finished = None;
        for event in events.drain(..) {
            match &event {
                ModelEvent::Usage(usage) => self.usage = *usage,
                ModelEvent::Finished(finish) => finished = Some(*finish),
                _ => {}
            }
            if self.on_event.send(cleaned(event, self.scrubber, self.names)).await.is_err() {
                return Err(self.speaker.cancelled());
            }
        }
        Ok(finished)
    }

    /// Reads to the body's end, if that is near. However a server dawdles, the message is over.
    async fn close(&mut self, mut inbound: Inbound) {
        let until = Instant::now() + CLOSE_LIMIT;
        while let Ok(Ok(Some(chunk))) = timeout_at(until, inbound.next()).await {
            self.bytes.extend_from_slice(&chunk);
        }
    }

    fn faulty(&self, error: DecodeError, ended: Option<&str>) -> Failure {
        match error {
            DecodeError::Malformed(_) if self.is_page() => {
                self.speaker.refused(200, &Complaint::from_body(&self.bytes), None)
            }
            DecodeError::Malformed(_) | DecodeError::Cut if is_foreign(self.media) => {
                self.speaker.of_another_type(self.media)
            }
            DecodeError::Malformed(what) => self.speaker.malformed(&what),
            DecodeError::Cut => {
                self.speaker.cut(ended.unwrap_or("its end mark came before the end of the message"))
            }
            DecodeError::Complained(complaint) => self.speaker.refused(0, &complaint, None),
        }
    }

    /// Whether what came is a web page, whatever it is said to be.
    fn is_page(&self) -> bool {
        Complaint::from_body(&self.bytes).is_page
    }

    /// An answer whose status means no.
    async fn refusal(&mut self, mut inbound: Inbound) -> Failure {
        let status = inbound.status();
        let wait = retry_after(|name| inbound.header(name));
        // Bedrock says the kind in a header, with an address behind it.
        let kind = inbound.header("x-amzn-errortype").unwrap_or_default();
        let kind = kind.split([':', '#']).next().unwrap_or_default().to_owned();
        let (limit, most) = REFUSAL_LIMIT;
        let until = Instant::now() + limit;
        // An account that is cut still says something.
        while self.bytes.len() < most {
            let next = tokio::select! {
                next = timeout_at(until, inbound.next()) => next,
                () = self.on_event.closed() => return self.speaker.cancelled(),
            };
            let Ok(Ok(Some(chunk))) = next else { break };
            self.bytes.extend_from_slice(&chunk);
        }
        let mut complaint = Complaint::from_body(&self.bytes);
        if complaint.kind.is_empty() {
            complaint.kind = kind;
        }
        self.speaker.refused(status, &complaint, wait)
    }
}

/// Whether no protocol's answers have this type. Text may be anything: many servers say so of everything.
fn is_foreign(media: &str) -> bool {
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media.split_once('/') {
        Some(("text", kind)) => matches!(kind, "html" | "css" | "csv" | "xml"),
        Some(("application", kind)) => matches!(kind, "pdf" | "xml" | "zip" | "xhtml+xml" | "gzip"),
        Some(("image" | "audio" | "video" | "font" | "multipart", _)) => true,
        _ => false,
    }
}

/// The event without our key, since words are kept and shown and a call's arguments go to another host; and with the
/// tools' own names.
fn cleaned(event: ModelEvent, scrubber: &Scrubber, names: &Names) -> ModelEvent {
    let name = |written: String| scrubber.text(names.own(&written).to_owned());
    let call = |AskedCall { id, name: written, arguments }: AskedCall| AskedCall {
        id: scrubber.text(id),
        name: name(written),
        arguments: scrubber.text(arguments),
    };
    match event {
        ModelEvent::Text(text) => ModelEvent::Text(scrubber.text(text)),
        ModelEvent::Thinking(text) => ModelEvent::Thinking(scrubber.text(text)),
        ModelEvent::CallStarted { index, name: written } => {
            ModelEvent::CallStarted { index, name: name(written) }
        }
        ModelEvent::CallReady { index, call: asked } => ModelEvent::CallReady { index, call: call(asked) },
        ModelEvent::CallFollowed { index, call: asked } => {
            ModelEvent::CallFollowed { index, call: call(asked) }
        }
        event @ (ModelEvent::Reasoned(_) | ModelEvent::Usage(_) | ModelEvent::Finished(_)) => event,
    }
}

fn outbound(
    spec: &ModelSpec,
    encoded: Encoded,
    key: Option<PlacedSecret>,
    speaker: Speaker<'_>,
) -> Result<Outbound, Failure> {
    let url = Url::parse(&encoded.url).map_err(|_| speaker.unsendable("its base address is no address"))?;
    let secrets = match (&spec.secret, key) {
        (Some(_), Some(placed)) if lays_open(&placed) => {
            return Err(speaker.unsendable(
                "its key is a pair of AWS's, with which requests are signed for a region, and its address names none, such \
                 as `https://bedrock-runtime.eu-central-1.amazonaws.com`; elsewhere use an API key of Bedrock",
            ));
        }
        (Some(_), Some(placed)) => vec![placed],
        (Some(name), None) => return Err(speaker.no_key(name.as_str())),
        (None, _) => Vec::new(),
    };
    Ok(Outbound {
        headers: encoded.headers,
        secrets,
        body: Some(encoded.body),
        deadline: DEADLINE,
        // Silence is measured by what the model says, not by bytes.
        idle: DEADLINE,
        max_bytes: MAX_BYTES,
        redirects: Redirects::Refuse,
        ..Outbound::new(Method::Post, url)
    })
}

/// Why there was no answer at all.
fn before_answer(speaker: Speaker<'_>, error: &SendError) -> Failure {
    match error {
        SendError::Unsendable(words) | SendError::Forbidden(words) => speaker.unsendable(words),
        SendError::Redirect(words) => speaker.redirected(words),
        SendError::Untrusted(words) => speaker.untrusted(words),
        SendError::TimedOut(words) => speaker.silent(words),
        SendError::Connect(words) | SendError::Interrupted(words) => speaker.unreachable(words),
        SendError::BadBody(words) => speaker.malformed(words),
    }
}

fn host(url: &str) -> String {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or("its host");
    match url.as_ref().and_then(Url::port) {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
