//! Turns and calls as spans, sent to a collector of OpenTelemetry (OTLP over HTTP, as JSON). Each request is on record
//! before it leaves, each attempt of it too, and what the collector took afterwards.
//!
//! A snapshot is held only while a batch is made, never while a collector is waited for.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use domain::bundle::BundleKind;
use domain::effect::Method;
use domain::fact::Fact;
use domain::id::{Seq, TurnId};
use domain::json::{hex, sha256_hex};
use domain::secret::SecretName;
use egress::{Inbound, Outbound, PlacedSecret, Placement, Redirects, SendError};
use exports::{Origin, otlp};
use providers::retry_after;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::Snapshot;
use url::Url;

use super::halt::Halt;
use super::views::{found, trace};
use crate::blocking::blocking;
use crate::clock::dice;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::keys::named;
use crate::waits::Doubling;

/// Spans in a request: as many as OpenTelemetry's own programs send together.
const BATCH: usize = 512;
/// How often a request is sent before it is given up.
const ATTEMPTS: u32 = 6;
/// The longest wait before it is sent again. A collector that asks for more ends the export.
const MOST_WAIT: Duration = Duration::from_secs(60);
/// The waits before that, if the collector names none.
const WAITS: Doubling = Doubling { first: Duration::from_millis(500), longest: MOST_WAIT };
/// How long a collector may take for one request.
const DEADLINE: Duration = Duration::from_secs(30);
/// The most that is read of an answer.
const MOST_ANSWER: u64 = 64 << 10;
/// What may pass by itself, as OTLP's specification lists it.
const TRANSIENT: [u16; 4] = [429, 502, 503, 504];
/// Remarks of a collector that are kept.
const MOST_REMARKS: usize = 10;

/// Who takes spans.
#[derive(Clone, Debug)]
pub struct Collector {
    /// Where it takes traces, whole: `http://localhost:4318/v1/traces`.
    pub url: Url,
    /// Headers that it wants, each with the name of the secret that is its value.
    pub headers: Vec<(String, SecretName)>,
}

/// What is heard while spans are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sending {
    /// The collector took what tells of so many calls of so many.
    Taken {
        /// So many.
        calls: u64,
        /// Of so many.
        of: u64,
    },
    /// It did not take a request for now, and is asked again.
    Again {
        /// What happened.
        words: String,
        /// After how long.
        after: Duration,
    },
}

/// What was sent, all of which the collector answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ViewSent {
    /// Calls that the filter found.
    pub calls: u64,
    /// Spans that were sent.
    pub spans: u64,
    /// Of these, spans that the collector says it refused.
    pub rejected: u64,
    /// Requests that it took.
    pub requests: u64,
    /// Their bytes.
    pub size: u64,
    /// SHA-256 of these bytes, one request's after another's, hexadecimal: as it stands on record.
    pub sha256: String,
    /// What the collector remarked, the first of each.
    pub remarks: Vec<String>,
}

impl Engine {
    /// Sends the calls that a filter finds to a collector, as [`ViewForm::Otlp`](super::ViewForm) would write them. `hear`
    /// is told how far it is. Whoever drops this stops it; what was sent until then is on record.
    ///
    /// # Errors
    /// [`EngineError::BadInput`] with the mistake in the filter or the address, if a secret is missing, or with why the
    /// collector did not take it; as for [`Engine::export`] if nothing can be put on record.
    pub async fn send_view(
        &self,
        text: &str,
        to: &Collector,
        mut hear: impl FnMut(Sending),
    ) -> Result<ViewSent, EngineError> {
        self.inner.store()?;
        let filter = self.filter(text)?;
        let request = self.request_to(to).await?;
        let begun = self.begin(BundleKind::View, None, None, false, false).await?;
        // Words are looked for where they are indexed, so whoever searches waits for the index.
        self.inner.reader.search(filter.clone(), None, 1).await?;
        let reader = self.inner.reader.clone();
        let calls = blocking(move || Ok::<_, EngineError>(found(&reader.snapshot()?, &filter)?)).await?;

        let origin = Origin { version: env!("CARGO_PKG_VERSION"), workspace: self.inner.folder.id };
        let mut sent = ViewSent { calls: calls.len() as u64, ..ViewSent::default() };
        let mut hash = Sha256::new();
        let mut feed = Feed { calls: calls.into(), traced: HashSet::new(), ready: VecDeque::new() };
        loop {
            let reader = self.inner.reader.clone();
            let made = blocking(move || {
                let spans = feed.batch(&reader.snapshot()?, origin)?;
                Ok::<_, Halt>((feed, spans))
            });
            let spans;
            (feed, spans) = made.await.map_err(Halt::into_error)?;
            if spans.is_empty() {
                break;
            }
            let count = spans.len() as u64;
            let body = otlp::request(spans, origin).into_bytes();
            let answer = self.deliver(begun, &request, &body, &mut hear).await?;
            hash.update(&body);
            sent.spans += count;
            sent.requests += 1;
            sent.size += body.len() as u64;
            sent.rejected += answer.rejected.min(count);
            let new = answer.remark.filter(|_| sent.remarks.len() < MOST_REMARKS);
            sent.remarks.extend(new.filter(|remark| !sent.remarks.contains(remark)));
            hear(Sending::Taken { calls: sent.calls - feed.calls.len() as u64, of: sent.calls });
        }
        sent.sha256 = hex(&hash.finalize());
        let fact = Fact::ExportMade { begun, sha256: sent.sha256.clone(), size: sent.size };
        self.inner.store()?.append(vec![self.draft(fact, Vec::new())]).await?;
        Ok(sent)
    }

    /// What every request to it has in common.
    async fn request_to(&self, to: &Collector) -> Result<Outbound, EngineError> {
        let mut secrets = Vec::with_capacity(to.headers.len());
        for (header, name) in &to.headers {
            let secret = named(&self.inner.keychain, Some(name)).await?.ok_or_else(|| {
                EngineError::BadInput(format!(
                    "the secret `{name}` is not in the keychain; set it with `tieout secrets set {name}`"
                ))
            })?;
            let place = Placement::Header { name: header.clone() };
            secrets.push(PlacedSecret { name: name.clone(), secret, place });
        }
        let json = "application/json".to_owned();
        let request = Outbound {
            headers: vec![("content-type".to_owned(), json.clone()), ("accept".to_owned(), json)],
            secrets,
            deadline: DEADLINE,
            idle: DEADLINE,
            max_bytes: MOST_ANSWER,
            redirects: Redirects::Refuse,
            ..Outbound::new(Method::Post, to.url.clone())
        };
        request.check().map_err(|error| EngineError::BadInput(error.words().to_owned()))?;
        Ok(request)
    }

    /// Sends one request until it is taken.
    async fn deliver(
        &self,
        begun: Seq,
        request: &Outbound,
        body: &[u8],
        hear: &mut impl FnMut(Sending),
    ) -> Result<Taken, EngineError> {
        let fact = Fact::ExportSent {
            begun,
            endpoint: request.endpoint(),
            sha256: sha256_hex(body),
            size: body.len() as u64,
        };
        let mut attempt = 1;
        loop {
            let intent = self.inner.store()?.intend(self.draft(fact.clone(), Vec::new())).await?;
            let request = Outbound { body: Some(body.to_vec()), ..request.clone() };
            let scrubber = request.scrubber();
            let answered = match self.inner.door.send(intent, request).await {
                Ok(inbound) => Answered::of(inbound).await,
                Err(error) => Answered::none(&error),
            };
            let (words, asked) = match answered {
                Answered::Taken(taken) => {
                    return Ok(Taken { remark: taken.remark.map(|text| scrubber.text(text)), ..taken });
                }
                Answered::Refused { words } => return Err(EngineError::BadInput(scrubber.text(words))),
                Answered::Later { words, asked } => (scrubber.text(words), asked),
            };
            if attempt == ATTEMPTS {
                return Err(EngineError::BadInput(format!("{words} It was sent {ATTEMPTS} times")));
            }
            let after = asked.map_or_else(|| dice().map(|dice| WAITS.after(attempt, dice)), Ok)?;
            if after > MOST_WAIT {
                let wait = after.as_secs();
                return Err(EngineError::BadInput(format!("{words} It asks to be left alone for {wait} s")));
            }
            hear(Sending::Again { words, after });
            tokio::time::sleep(after).await;
            attempt += 1;
        }
    }
}

/// What becomes batches.
struct Feed {
    /// The entries that ask for the calls that are still to be told of.
    calls: VecDeque<Seq>,
    traced: HashSet<TurnId>,
    /// Spans that wait for a batch.
    ready: VecDeque<otlp::Span>,
}

impl Feed {
    /// The next batch; empty after the last.
    fn batch(&mut self, snapshot: &Snapshot, origin: Origin<'_>) -> Result<Vec<otlp::Span>, Halt> {
        while self.ready.len() < BATCH {
            let Some(seq) = self.calls.pop_front() else { break };
            if let Some(row) = snapshot.call_at(seq)? {
                self.ready.extend(trace(snapshot, &row, &mut self.traced, origin)?.unwrap_or_default());
            }
        }
        Ok(self.ready.drain(..self.ready.len().min(BATCH)).collect())
    }
}

/// How a request was answered.
enum Answered {
    /// The collector took it, or a part.
    Taken(Taken),
    /// Not now.
    Later {
        words: String,
        /// The wait that the collector asked for.
        asked: Option<Duration>,
    },
    /// Not at all.
    Refused { words: String },
}

/// What a collector says that took a request.
#[derive(Default)]
struct Taken {
    rejected: u64,
    remark: Option<String>,
}

impl Answered {
    async fn of(inbound: Inbound) -> Self {
        let status = inbound.status();
        let asked = retry_after(|name| inbound.header(name));
        let whole = match inbound.whole().await {
            Ok(whole) => whole,
            Err(error) => return Self::none(&error),
        };
        if (200..300).contains(&status) {
            return match Taken::of(&whole.bytes) {
                Some(taken) => Self::Taken(taken),
                None => Self::Refused {
                    words: format!(
                        "what answered {status} is no collector of OTLP: is the address right, with its path \
                         (`/v1/traces`)?"
                    ),
                },
            };
        }
        let said = String::from_utf8_lossy(&whole.bytes);
        let said =
            if said.trim().is_empty() { String::new() } else { format!(" (\"{}\")", printable(said.trim())) };
        let words = format!("the collector answered {status}{said}.");
        if TRANSIENT.contains(&status) { Self::Later { words, asked } } else { Self::Refused { words } }
    }

    fn none(error: &SendError) -> Self {
        let words = format!("{}.", error.words());
        match error {
            SendError::Connect(_) | SendError::Interrupted(_) | SendError::TimedOut(_) => {
                Self::Later { words, asked: None }
            }
            SendError::Unsendable(_)
            | SendError::Untrusted(_)
            | SendError::Forbidden(_)
            | SendError::BadBody(_)
            | SendError::Redirect(_) => Self::Refused { words },
        }
    }
}

impl Taken {
    /// From an `ExportTraceServiceResponse`; some collectors leave an empty one away. `None` for anything else.
    fn of(body: &[u8]) -> Option<Self> {
        if body.trim_ascii().is_empty() {
            return Some(Self::default());
        }
        let Response { partial_success } = serde_json::from_slice(body).ok()?;
        let partial = partial_success.unwrap_or_default();
        // 64-bit numbers are strings in this mapping, and readers take numbers too.
        let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
        let rejected = if partial.rejected_spans.is_null() { 0 } else { number(&partial.rejected_spans)? };
        let remark = Some(partial.error_message).filter(|text| !text.trim().is_empty());
        Some(Self { rejected, remark: remark.map(|text| printable(&text)) })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    #[serde(default)]
    partial_success: Option<Partial>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Partial {
    rejected_spans: Value,
    error_message: String,
}

/// The beginning of a stranger's words, on one line.
fn printable(text: &str) -> String {
    text.chars().take(200).map(|char| if char.is_control() { ' ' } else { char }).collect()
}
