//! The client, and the way through it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use domain::effect::Method;
use domain::intent::DurableIntent;
use domain::time::Phases;
use hyper::Uri;
use hyper::header::HeaderMap;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::ahead::Origin;
use crate::client::{Answer, Client, Wired};
use crate::error::SendError;
use crate::inbound::{Bounds, Inbound};
use crate::names::{Names, Pin};
use crate::network::Network;
use crate::outbound::Outbound;
use crate::passage::{Passage, Route};
use crate::phases::sum;
use crate::redirect;
use crate::words::before_answer;

/// The door out. Clones share connections; make one per program and pass it on.
#[derive(Clone)]
pub struct Door {
    clients: Arc<Mutex<Clients>>,
    settings: Settings,
}

/// A client for each passage that was taken: they share no connection.
struct Clients {
    network: Network,
    /// Begun anew whenever the network is described anew.
    made: HashMap<Route, Client>,
}

/// There are as many passages as sources have certificates of their own; past this many the connections of all are begun
/// anew.
const MOST_PASSAGES: usize = 64;

/// What holds for every request.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long connecting (name, TCP, TLS) may take.
    pub connect_timeout: Duration,
    /// How long a connection that was opened ahead waits for its request.
    pub hold: Duration,
    /// Who is asked for hosts' addresses.
    pub names: Names,
}

impl Default for Settings {
    /// 10 seconds, 6, and the system.
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(10), hold: Duration::from_secs(6), names: Names::System }
    }
}

/// There is no door: the machine's certificates or the TLS library could not be used.
#[derive(Debug, thiserror::Error)]
#[error("could not prepare for HTTPS: {0}")]
pub struct DoorError(String);

impl Door {
    /// A door with these settings, which trusts what this machine trusts and goes through the proxy that it names.
    pub fn new(settings: Settings) -> Result<Self, DoorError> {
        let clients = Clients::new(&settings, Network::default())?;
        Ok(Self { clients: Arc::new(Mutex::new(clients)), settings })
    }

    /// From the next request on, goes through this network; those under way go on as they are. Holds for all clones.
    ///
    /// # Errors
    /// If its authorities can't be used; then nothing changes.
    pub fn set_network(&self, network: &Network) -> Result<(), DoorError> {
        let clients = Clients::new(&self.settings, network.clone())?;
        *self.clients.lock().unwrap_or_else(PoisonError::into_inner) = clients;
        Ok(())
    }

    fn client(&self, passage: &Passage) -> Result<Client, DoorError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.taking(&self.settings, passage)
    }

    /// Opens a connection by this passage to where `url` points, for a request that is expected within seconds; call it
    /// once for each.
    /// Returns at once. Nothing is opened if an open connection is left over, nor for more than a few requests; what
    /// nobody uses is closed after [`Settings::hold`]; if no connection comes about, nobody hears of it.
    ///
    /// Nothing of a request leaves, so that this needs no entry of the trail: the host learns what opening a
    /// connection tells it, which is that somebody is here. A proxy is asked for a tunnel, if there is one on the way.
    pub fn warm(&self, url: &Url, passage: &Passage) {
        if let (Ok(uri), Ok(client)) = (url.as_str().parse(), self.client(passage)) {
            client.warm(&uri);
        }
    }

    /// Sends the request that the intent's entry records, and gives the answer once its headers are here. A
    /// redirect within the origin is followed if the request allows it.
    ///
    /// # Errors
    /// Only [`SendError::Unsendable`], [`SendError::Connect`], [`SendError::Untrusted`] and [`SendError::Forbidden`]
    /// promise that no byte of the request left.
    pub async fn send(&self, intent: DurableIntent, mut request: Outbound) -> Result<Inbound, SendError> {
        let scrubber = request.scrubber();
        let checked = request.check();
        let body = Bytes::from(request.wire_body());
        let entry = intent.seq();
        let answer = match checked {
            Ok(()) => self.follow(&request, body).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok((answer, bounds)) => {
                tracing::debug!(?entry, status = status(&answer), "answered");
                Ok(Inbound::new(answer, bounds, scrubber))
            }
            Err(error) => {
                let error = error.map(|words| scrubber.text(words));
                tracing::debug!(?entry, %error, "not answered");
                Err(error)
            }
        }
    }

    async fn follow(&self, request: &Outbound, body: Bytes) -> Result<(Answer, Bounds), SendError> {
        let bounds = Bounds {
            peer: peer(&request.url),
            end: Instant::now() + request.deadline,
            deadline: request.deadline,
            idle: request.idle,
            max_bytes: request.max_bytes,
        };
        let mut url = request.url.clone();
        let mut followed = 0;
        let mut spent: Option<Phases> = None;
        let pin = Pin::default();
        loop {
            // A signature is over address and body: where a redirect leads, headers are made anew.
            let headers = request.wire_headers(&url, &body)?;
            let mut answer = self.once(request, &url, headers, body.clone(), (&bounds, &pin)).await?;
            let phases = spent.map_or(answer.phases, |spent| sum(spent, answer.phases));
            let location = answer.response.headers().get("location").and_then(|value| value.to_str().ok());
            match location {
                Some(location) if request.redirects.concern(answer.response.status().as_u16()) => {
                    url = redirect::next(request.redirects, request.method, followed, &url, location)
                        .map_err(|words| SendError::Redirect(format!("{} {words}", bounds.peer)))?;
                    followed += 1;
                    spent = Some(phases);
                }
                _ => {
                    refuse_coding(request.method, answer.response.headers(), status(&answer), &bounds.peer)?;
                    answer.phases = phases;
                    return Ok((answer, bounds));
                }
            }
        }
    }

    /// One request and its answer's headers. Whoever calls this has made sure that `url` is of the request's origin.
    async fn once(
        &self,
        request: &Outbound,
        url: &Url,
        headers: HeaderMap,
        body: Bytes,
        (bounds, pin): (&Bounds, &Pin),
    ) -> Result<Answer, SendError> {
        let uri: Option<Uri> = request.wire_url(url).as_str().parse().ok();
        let Some((uri, origin)) = uri.and_then(|uri| Some((uri.clone(), Origin::of(&uri)?))) else {
            return Err(SendError::Unsendable(format!(
                "the request to {} can't be written as HTTP",
                bounds.peer
            )));
        };
        let wired =
            Wired { method: wire_method(request.method), uri: uri.clone(), headers, body, pin: pin.clone() };
        let client =
            self.client(&request.passage).map_err(|error| SendError::Unsendable(error.to_string()))?;
        match timeout_at(bounds.end, client.send(origin, wired)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(unanswered)) => {
                let error = before_answer(&unanswered, &bounds.peer, self.settings.connect_timeout);
                Err(match client.proxy(&uri) {
                    Some(proxy) => error.map(|words| {
                        format!("{words} (asked through the proxy {proxy}: it may be the cause)")
                    }),
                    None => error,
                })
            }
            Err(_) => Err(bounds.no_answer()),
        }
    }
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Clients {
    fn new(settings: &Settings, network: Network) -> Result<Self, DoorError> {
        let mut clients = Self { network, made: HashMap::new() };
        // That there is a way at all shows now, and not at the first request.
        clients.taking(settings, &Passage::default())?;
        Ok(clients)
    }

    fn taking(&mut self, settings: &Settings, passage: &Passage) -> Result<Client, DoorError> {
        let route = passage.route();
        if let Some(client) = self.made.get(&route) {
            return Ok(client.clone());
        }
        if self.made.len() == MOST_PASSAGES {
            self.made.clear();
        }
        let Settings { connect_timeout, hold, names } = settings;
        let client = Client::new(*connect_timeout, *hold, names, &self.network, passage)
            .map_err(|error| DoorError(error.to_string()))?;
        self.made.insert(route, client.clone());
        Ok(client)
    }
}

/// A compressed body that nobody asked for would be kept, shown and given to the model as noise.
fn refuse_coding(method: Method, headers: &HeaderMap, status: u16, peer: &str) -> Result<(), SendError> {
    let coding = headers.get("content-encoding").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let plain = coding.is_empty() || coding.eq_ignore_ascii_case("identity");
    if plain || method == Method::Head || matches!(status, 204 | 304) {
        return Ok(());
    }
    let coding: String = coding.chars().take(20).collect();
    Err(SendError::BadBody(format!(
        "{peer} answered in the encoding `{coding}`, though it was asked for plain bytes"
    )))
}

/// `host:port`
fn peer(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}

fn status(answer: &Answer) -> u16 {
    answer.response.status().as_u16()
}

fn wire_method(method: Method) -> hyper::Method {
    match method {
        Method::Get => hyper::Method::GET,
        Method::Head => hyper::Method::HEAD,
        Method::Options => hyper::Method::OPTIONS,
        Method::Post => hyper::Method::POST,
        Method::Put => hyper::Method::PUT,
        Method::Patch => hyper::Method::PATCH,
        Method::Delete => hyper::Method::DELETE,
    }
}
