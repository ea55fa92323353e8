//! One request to an anchor, and its answer.

use std::time::Duration;

use domain::effect::Method;
use domain::intent::DurableIntent;
use egress::{Door, Outbound, Redirects};
use url::Url;

use crate::refused::Refused;

/// How long an anchor may take in all.
const DEADLINE: Duration = Duration::from_secs(20);
/// How long its answer may pause.
const PAUSE_LIMIT: Duration = Duration::from_secs(10);
/// The largest answer: a time stamp with a long chain of certificates has 10 KiB.
pub(crate) const MAX_BYTES: usize = 64 << 10;

/// What an anchor answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The media type in lower case, without parameters; empty if there is none.
    pub media: String,
    /// The body, whole.
    pub body: Vec<u8>,
}

/// A request with this body. It carries no secret: nothing here is one.
pub(crate) fn request(url: Url, media: &str, accept: &str, body: Vec<u8>) -> Outbound {
    Outbound {
        headers: vec![
            ("content-type".to_owned(), media.to_owned()),
            ("accept".to_owned(), accept.to_owned()),
        ],
        body: Some(body),
        deadline: DEADLINE,
        idle: PAUSE_LIMIT,
        max_bytes: u64::try_from(MAX_BYTES).unwrap_or(u64::MAX),
        redirects: Redirects::Refuse,
        ..Outbound::new(Method::Post, url)
    }
}

/// Sends it, once, and takes the whole answer.
pub(crate) async fn asked(door: &Door, intent: DurableIntent, request: Outbound) -> Result<Answer, Refused> {
    let host = host(&request.url);
    let inbound = door.send(intent, request).await.map_err(|error| Refused::failed(error.words()))?;
    let (status, media) = (inbound.status(), inbound.media());
    let whole = inbound.whole().await.map_err(|error| Refused::failed(error.words()))?;
    if whole.cut_from.is_some() {
        return Err(Refused::failed(format!(
            "{host} answered {status} with more than {} KiB, which no anchor needs: is the address right?",
            MAX_BYTES >> 10
        )));
    }
    Ok(Answer { status, media, body: whole.bytes })
}

impl Answer {
    /// Why this is no answer of an anchor, if its kind says so already: a sign-in page, or a failure of the server.
    /// `wanted` says what should have come.
    pub(crate) fn beside_the_point(&self, host: &str, wanted: &str) -> Option<Refused> {
        if self.media.contains("html") {
            return Some(Refused::failed(format!(
                "{host} answered {} with a web page and not with {wanted}: is the address right, and does a proxy want \
                 somebody to sign in?",
                self.status
            )));
        }
        let words = match self.status {
            429 => "takes no more requests at the moment: it is tried again later",
            500..=599 => "can't answer at the moment: it is tried again later",
            _ => return None,
        };
        Some(Refused::failed(format!("{host} answered {}{} and {words}", self.status, self.said())))
    }

    /// What it says for itself, if that can be read: ` ("no such log")`. It was written by a stranger.
    pub(crate) fn said(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let text = text.trim();
        if !self.media.starts_with("text/plain") || text.is_empty() {
            return String::new();
        }
        format!(" (\"{}\")", printable(text))
    }
}

/// The beginning of a stranger's words, on one line.
pub(crate) fn printable(text: &str) -> String {
    text.chars().take(160).map(|char| if char.is_control() { ' ' } else { char }).collect()
}

/// `host` or `host:port`
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
