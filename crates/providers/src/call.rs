//! One request to a model, sent and listened to.

use std::time::Duration;

use domain::effect::Method;
use domain::intent::DurableIntent;
use domain::model::{AskedCall, Finish, ModelEvent, ModelSpec, Usage};
use domain::secret::Secret;
use egress::{Door, Inbound, Outbound, PlacedSecret, Redirects, Scrubber, SendError};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use crate::complaint::Complaint;
use crate::decoder::Decoder;
use crate::encode::Encoded;
use crate::failure::{Failure, Speaker};
use crate::fault::DecodeError;
use crate::names::Names;
use crate::preset::key_place;
use crate::retry_after::retry_after;

/// How long an answer may take in all: a model that thinks long and writes much.
const DEADLINE: Duration = Duration::from_secs(20 * 60);
/// How long until an answer's headers: a model on this machine reads a long conversation before it says anything.
const HEADERS_LIMIT: Duration = Duration::from_secs(5 * 60);
/// How long an answer may pause: a model that thinks sends nothing for a while.
const PAUSE_LIMIT: Duration = Duration::from_secs(3 * 60);
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
/// Nothing is asked twice. Dropping the receiver of the events ends the connection at once, with
/// [`ModelFailure::Cancelled`](domain::model::ModelFailure::Cancelled) and the bytes that had come, which belong on
/// record. Dropping the future ends it too, and the bytes are lost.
pub async fn call(
    door: &Door,
    spec: &ModelSpec,
    encoded: Encoded,
    key: Option<Secret>,
    intent: DurableIntent,
    on_event: mpsc::Sender<ModelEvent>,
) -> Received {
    let host = host(&encoded.url);
    let names = encoded.names.clone();
    let speaker = Speaker { model: spec.title(), host: &host };
    let nothing = |failure, scrubber| Received {
        bytes: Vec::new(),
        result: Err(failure),
        usage: Usage::default(),
        scrubber,
    };
    let request = match outbound(spec, encoded, key, speaker) {
        Ok(request) => request,
        Err(failure) => return nothing(failure, Scrubber::default()),
    };
    let scrubber = request.scrubber();
    let sent = tokio::select! {
        sent = timeout(HEADERS_LIMIT, door.send(intent, request)) => sent,
        () = on_event.closed() => return nothing(speaker.cancelled(), scrubber),
    };
    let inbound = match sent {
        Ok(Ok(inbound)) => inbound,
        Ok(Err(error)) => return nothing(before_answer(speaker, &error), scrubber),
        Err(_) => {
            let words = format!("{host} gave no answer within five minutes");
            return nothing(speaker.unreachable(&words), scrubber);
        }
    };
    let mut listening = Listening {
        speaker,
        decoder: Decoder::new(spec.protocol),
        scrubber: &scrubber,
        names: &names,
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
    Received { bytes, result, usage, scrubber }
}

/// An answer that is arriving.
struct Listening<'a> {
    speaker: Speaker<'a>,
    decoder: Decoder,
    scrubber: &'a Scrubber,
    names: &'a Names,
    on_event: mpsc::Sender<ModelEvent>,
    bytes: Vec<u8>,
    usage: Usage,
}

impl Listening<'_> {
    async fn answer(&mut self, mut inbound: Inbound) -> Result<Finish, Failure> {
        let mut events = Vec::new();
        let mut until = Instant::now() + DEADLINE;
        let mut is_tail = false;
        loop {
            if self.decoder.is_finishing() && !std::mem::replace(&mut is_tail, true) {
                until = Instant::now() + TAIL_LIMIT;
            }
            let next = tokio::select! {
                next = timeout_at(until, inbound.next()) => next,
                () = self.on_event.closed() => return Err(self.speaker.cancelled()),
            };
            // An answer that ends, in whatever way, after the message was over is whole: the decoder knows.
            let (decoded, ended) = match next {
                Ok(Ok(Some(chunk))) => {
                    self.bytes.extend_from_slice(&chunk);
                    (self.decoder.feed(&chunk, &mut events), None)
                }
                Ok(Ok(None)) if inbound.cut_from().is_some() => (
                    self.decoder.end(&mut events),
                    Some(format!("it is longer than {} MiB", MAX_BYTES >> 20)),
                ),
                Ok(Ok(None)) => (self.decoder.end(&mut events), Some("the connection was closed".to_owned())),
                Ok(Err(error)) => (self.decoder.end(&mut events), Some(error.words().to_owned())),
                Err(_) => (self.decoder.end(&mut events), Some("nothing more came".to_owned())),
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
            DecodeError::Malformed(what) => self.speaker.malformed(&what),
            DecodeError::Cut => {
                self.speaker.cut(ended.unwrap_or("its end mark came before the end of the message"))
            }
            DecodeError::Complained(complaint) => self.speaker.refused(0, &complaint, None),
        }
    }

    /// An answer whose status means no.
    async fn refusal(&mut self, mut inbound: Inbound) -> Failure {
        let status = inbound.status();
        let wait = retry_after(|name| inbound.header(name));
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
        self.speaker.refused(status, &Complaint::from_body(&self.bytes), wait)
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
    key: Option<Secret>,
    speaker: Speaker<'_>,
) -> Result<Outbound, Failure> {
    let url = Url::parse(&encoded.url).map_err(|_| speaker.unsendable("its base address is no address"))?;
    let secrets = match (&spec.secret, key) {
        (Some(name), Some(secret)) => {
            vec![PlacedSecret { name: name.clone(), secret, place: key_place(spec) }]
        }
        (Some(name), None) => return Err(speaker.no_key(name.as_str())),
        (None, _) => Vec::new(),
    };
    Ok(Outbound {
        headers: encoded.headers,
        secrets,
        body: Some(encoded.body),
        deadline: DEADLINE,
        idle: PAUSE_LIMIT,
        max_bytes: MAX_BYTES,
        redirects: Redirects::Refuse,
        ..Outbound::new(Method::Post, url)
    })
}

/// Why there was no answer at all.
fn before_answer(speaker: Speaker<'_>, error: &SendError) -> Failure {
    match error {
        SendError::Unsendable(words) => speaker.unsendable(words),
        SendError::Redirect(words) => speaker.redirected(words),
        SendError::Connect(words) | SendError::Interrupted(words) | SendError::TimedOut(words) => {
            speaker.unreachable(words)
        }
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
