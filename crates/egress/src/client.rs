//! One request on the wire, and where its time went.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use domain::time::Phases;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::ext::on_informational;
use hyper::header::{HeaderMap, PROXY_AUTHORIZATION};
use hyper::http::Extensions;
use hyper::{Method, Request, Response, Uri};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::ahead::{Ahead, Origin, UnderWay};
use crate::connector::Connector;
use crate::dial::{Dialer, Ways};
use crate::names::{Names, Pin};
use crate::network::Network;
use crate::passage::Passage;
use crate::phases::{Asker, Opened};
use crate::proxy::Proxies;

/// How long a connection stays open that nobody uses.
const IDLE: Duration = Duration::from_secs(60);
/// How much of an answer a connection reads ahead, and the most that a head may have: with hyper's own 408 KiB a batch
/// of large answers holds a second batch of buffers.
const READ_AHEAD: usize = 128 << 10;

/// How many open connections may turn out to be closed before a request fails for it.
const STALE: u32 = 3;

/// How many times a server may say that it has not answered yet (`103 Early Hints` and its like) before it has said too
/// much.
const MOST_INFORMATIONAL: u32 = 32;

/// The HTTP client: connections, and requests on them.
#[derive(Clone)]
pub(crate) struct Client {
    hyper: legacy::Client<Connector, Full<Bytes>>,
    ahead: Ahead,
    proxies: Arc<Proxies>,
}

/// A request as it goes on the wire.
pub(crate) struct Wired {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Where its host was found, if it was asked already.
    pub(crate) pin: Pin,
}

/// An answer's status and headers.
pub(crate) struct Answer {
    pub(crate) response: Response<Incoming>,
    /// All but the body.
    pub(crate) phases: Phases,
    /// When it was here.
    pub(crate) here: Instant,
    /// Its connection is in use until this is dropped.
    pub(crate) under_way: UnderWay,
}

/// There is no answer.
pub(crate) enum Unanswered {
    /// The client says why.
    Failed {
        error: legacy::Error,
        /// Whether something of the request may have left.
        left: bool,
    },
    /// The server said again and again that it would.
    Endless,
}

impl Client {
    /// No connection takes longer than `limit` to open, and one that was opened ahead waits for `hold`. All take this
    /// passage.
    pub(crate) fn new(
        limit: Duration,
        hold: Duration,
        names: &Names,
        network: &Network,
        passage: &Passage,
    ) -> Result<Self, rustls::Error> {
        let proxies = Arc::new(Proxies::new(&network.proxy));
        let ways = Ways { proxies: Arc::clone(&proxies), names, roots: &network.roots, limit };
        let dialer = Arc::new(Dialer::new(&ways, passage)?);
        let ahead = Ahead::new(Arc::clone(&dialer), hold);
        let hyper = legacy::Client::builder(TokioExecutor::new())
            // Sending again is a decision of the engine, and an entry of the trail.
            .retry_canceled_requests(false)
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .http1_max_buf_size(READ_AHEAD)
            .build(Connector { dialer, ahead: ahead.clone() });
        Ok(Self { hyper, ahead, proxies })
    }

    /// Opens a connection ahead.
    pub(crate) fn warm(&self, uri: &Uri) {
        self.ahead.open(uri);
    }

    /// The proxy through which a request to `uri` goes, as `host:port`.
    pub(crate) fn proxy(&self, uri: &Uri) -> Option<String> {
        Some(self.proxies.before(uri)?.uri().authority()?.to_string())
    }

    /// Sends the request once. A server may close an idle connection at any time; if that happens before the first
    /// byte of the request left, which the client knows, then nothing was sent, and the request goes on another.
    pub(crate) async fn send(&self, origin: Origin, mut wired: Wired) -> Result<Answer, Unanswered> {
        if let Some(credentials) = self.proxies.credentials(&wired.uri) {
            wired.headers.insert(PROXY_AUTHORIZATION, credentials);
        }
        let under_way = self.ahead.begin(origin);
        let mut stale = 0;
        loop {
            let asker = Asker::of(&wired.pin);
            match self.once(&wired, &asker).await {
                Ok((response, phases)) => {
                    return Ok(Answer { response, phases, here: Instant::now(), under_way });
                }
                Err(Unanswered::Failed { error, left: false }) if !error.is_connect() && !asker.dialled() => {
                    stale += 1;
                    if stale > STALE {
                        return Err(Unanswered::Failed { error, left: false });
                    }
                }
                Err(failed) => return Err(failed),
            }
        }
    }

    async fn once(&self, wired: &Wired, asker: &Asker) -> Result<(Response<Incoming>, Phases), Unanswered> {
        let mut request = Request::new(Full::new(wired.body.clone()));
        *request.method_mut() = wired.method.clone();
        *request.uri_mut() = wired.uri.clone();
        *request.headers_mut() = wired.headers.clone();
        let connection = capture_connection(&mut request);
        let said = Arc::new(Said::default());
        let hears = Arc::clone(&said);
        on_informational(&mut request, move |_| hears.more());
        let mut sending = pin!(asker.asking(self.hyper.request(request)));
        let mut began = None;
        let answer = poll_fn(|cx| {
            let polled = sending.as_mut().poll(cx);
            if began.is_none() && connection.connection_metadata().is_some() {
                began = Some(Instant::now());
            }
            polled
        });
        let answer = tokio::select! {
            answer = answer => answer,
            // Dropping what sends the request ends its connection.
            () = said.too_much.notified() => return Err(Unanswered::Endless),
        };
        match answer {
            Ok(response) => {
                let mut extras = Extensions::new();
                if let Some(connected) = connection.connection_metadata().as_ref() {
                    connected.get_extras(&mut extras);
                }
                let cost = extras.get::<Opened>().map(|opened| opened.cost(asker)).unwrap_or_default();
                let answer = began.map_or(Duration::ZERO, |began| began.elapsed());
                Ok((response, Phases { answer: answer.into(), ..cost }))
            }
            // The client gives back what it has not begun to write: its error says so.
            Err(error) => Err(Unanswered::Failed { left: began.is_some() && !unwritten(&error), error }),
        }
    }
}

/// What a server said before it answered.
#[derive(Default)]
struct Said {
    times: AtomicU32,
    too_much: Notify,
}

impl Said {
    fn more(&self) {
        if self.times.fetch_add(1, Ordering::Relaxed) >= MOST_INFORMATIONAL {
            self.too_much.notify_one();
        }
    }
}

fn unwritten(error: &legacy::Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<hyper::Error>());
    cause.is_some_and(hyper::Error::is_canceled)
}
