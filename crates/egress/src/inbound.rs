//! An answer, while it arrives.

use std::time::Duration;

use bytes::Bytes;
use domain::time::Phases;
use http_body_util::BodyExt as _;
use hyper::Response;
use hyper::body::Incoming;
use tokio::time::Instant;

use crate::ahead::UnderWay;
use crate::client::Answer;
use crate::error::SendError;
use crate::scrub::Scrubber;
use crate::words::{lasting, within_body};

/// How many bytes of a body we make room for because a server announced them.
const MOST_BELIEVED: usize = 4 << 20;
/// A media type's two names have at most 127 characters each (RFC 6838 §4.2).
const LONGEST_MEDIA: usize = 255;

/// An answer whose status and headers are here and whose body arrives by [`Self::next`]. Dropping it ends the
/// connection.
pub struct Inbound {
    response: Response<Incoming>,
    bounds: Bounds,
    scrubber: Scrubber,
    read: u64,
    cut_from: Option<u64>,
    /// All but the body's.
    phases: Phases,
    /// When the headers were here.
    here: Instant,
    /// When the last byte that we take was here.
    ended: Option<Instant>,
    /// Until the body has ended.
    under_way: Option<UnderWay>,
}

/// The body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// At most the request's `max_bytes` of it.
    pub bytes: Vec<u8>,
    /// If it was longer: how long, or, where its length was not announced, a number that it is at least.
    pub cut_from: Option<u64>,
    /// Where its time went, as [`Inbound::phases`] tells it.
    pub phases: Phases,
}

/// How long and how large an answer may be, and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    /// `host:port`, for words.
    pub(crate) peer: String,
    /// When everything must be here.
    pub(crate) end: Instant,
    /// The whole time that was given, for words.
    pub(crate) deadline: Duration,
    /// The longest pause.
    pub(crate) idle: Duration,
    /// The most bytes.
    pub(crate) max_bytes: u64,
}

impl Bounds {
    /// The deadline passed before the answer began.
    pub(crate) fn no_answer(&self) -> SendError {
        SendError::TimedOut(format!(
            "timed out: {} gave no answer within {}",
            self.peer,
            lasting(self.deadline)
        ))
    }
}

impl Inbound {
    pub(crate) fn new(answer: Answer, bounds: Bounds, scrubber: Scrubber) -> Self {
        let Answer { response, phases, here, under_way } = answer;
        Self {
            response,
            bounds,
            scrubber,
            read: 0,
            cut_from: None,
            phases,
            here,
            ended: None,
            under_way: Some(under_way),
        }
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// The first header of that name (in any case), if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// All headers of that name as the one list that they make (RFC 9110 §5.3). What is no text in it stays as no text
    /// that anybody reads.
    pub fn list(&self, name: &str) -> Option<String> {
        let values = self.response.headers().get_all(name).iter();
        let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The media type in lower case, without parameters; empty if there is none, or if what stands there is not one: a
    /// server may write anything there, and it is kept and shown.
    pub fn media(&self) -> String {
        let header = self.header("content-type").unwrap_or_default();
        let media = header.split(';').next().unwrap_or_default().trim();
        let hidden = self.scrubber.text(media.to_owned()) != media;
        if hidden || media.len() > LONGEST_MEDIA { String::new() } else { media.to_ascii_lowercase() }
    }

    /// The next bytes; `None` after the last, and after the limit of bytes was reached, see [`Self::cut_from`].
    /// After an error there is nothing more.
    pub async fn next(&mut self) -> Result<Option<Bytes>, SendError> {
        if self.ended.is_some() {
            return Ok(None);
        }
        let next = self.bytes().await;
        if !matches!(next, Ok(Some(_))) || self.cut_from.is_some() {
            self.ended = Some(Instant::now());
            self.under_way = None;
        }
        next
    }

    async fn bytes(&mut self) -> Result<Option<Bytes>, SendError> {
        let wait = self.bounds.end.min(Instant::now() + self.bounds.idle);
        let chunk = match tokio::time::timeout_at(wait, data(self.response.body_mut())).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => return Ok(None),
            Ok(Err(error)) => {
                let error = within_body(&error, &self.bounds.peer, self.read, self.announced());
                return Err(error.map(|words| self.scrubber.text(words)));
            }
            Err(_) => return Err(self.too_slow()),
        };
        let room = self.bounds.max_bytes - self.read;
        let came = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if came <= room {
            self.read += came;
            return Ok(Some(chunk));
        }
        self.cut_from = Some(self.announced().unwrap_or(self.read.saturating_add(came)));
        self.read = self.bounds.max_bytes;
        // `room` is less than the chunk's length, so it fits.
        Ok(Some(chunk.slice(..usize::try_from(room).unwrap_or(chunk.len()))))
    }

    /// If the body was longer than the request's `max_bytes`: how long, or, where its length was not announced, a
    /// number that it is at least. Known once [`Self::next`] has given the last bytes.
    pub fn cut_from(&self) -> Option<u64> {
        self.cut_from
    }

    /// Where the time went, all redirects together; the body's up to now, or to its end if [`Self::next`] has come
    /// there. A connection that another request opened, or that was opened ahead, costs nothing: waiting for one
    /// counts nowhere.
    pub fn phases(&self) -> Phases {
        let end = self.ended.unwrap_or_else(Instant::now);
        Phases { body: end.duration_since(self.here).into(), ..self.phases }
    }

    /// How many bytes of body to make room for, by what the server announced: a buffer that grows by doubling is there
    /// twice while it grows. A lie costs little, and reads no further than the body goes.
    pub fn expected(&self) -> usize {
        let announced = self.announced().unwrap_or(0).min(self.bounds.max_bytes);
        usize::try_from(announced).unwrap_or(usize::MAX).min(MOST_BELIEVED)
    }

    /// The whole body, or why it didn't come whole.
    pub async fn whole(mut self) -> Result<Whole, SendError> {
        let mut bytes = Vec::with_capacity(self.expected());
        while let Some(chunk) = self.next().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(Whole { bytes, cut_from: self.cut_from, phases: self.phases() })
    }

    fn announced(&self) -> Option<u64> {
        self.header("content-length")?.trim().parse().ok()
    }

    fn too_slow(&self) -> SendError {
        let Bounds { peer, end, deadline, idle, .. } = &self.bounds;
        let read = self.read;
        SendError::TimedOut(if Instant::now() >= *end {
            format!(
                "timed out: the answer of {peer} was not complete within {} ({read} bytes came)",
                lasting(*deadline)
            )
        } else {
            format!(
                "timed out: {peer} sent nothing for {} in the middle of its answer ({read} bytes came)",
                lasting(*idle)
            )
        })
    }
}

impl std::fmt::Debug for Inbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbound")
            .field("peer", &self.bounds.peer)
            .field("status", &self.status())
            .field("read", &self.read)
            .finish_non_exhaustive()
    }
}

/// The next bytes of a body; trailers are passed over.
async fn data(body: &mut Incoming) -> Result<Option<Bytes>, hyper::Error> {
    while let Some(frame) = body.frame().await {
        if let Ok(bytes) = frame?.into_data() {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}
