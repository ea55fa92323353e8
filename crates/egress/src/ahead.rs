//! Connections opened ahead: for a request that is expected, while nothing of it may leave yet.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::Uri;
use hyper::http::uri::{Authority, Scheme};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::dial::Dialer;
use crate::stream::Stream;

/// For how many requests to one origin connections are opened ahead.
const MOST: usize = 4;

/// How long a connection waits for the request for which it was opened.
const HOLD: Duration = Duration::from_secs(6);

/// What is known of each origin's connections, and those that wait for a request. There are as many origins as the
/// person has sources and models, so none is forgotten.
#[derive(Clone, Default)]
pub(crate) struct Ahead(Arc<Mutex<HashMap<Origin, Place>>>);

/// Scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Origin(Scheme, Authority);

impl Origin {
    pub(crate) fn of(uri: &Uri) -> Option<Self> {
        Some(Self(uri.scheme()?.clone(), uri.authority()?.clone()))
    }
}

#[derive(Default)]
struct Place {
    /// When each request was announced that is expected and has not begun.
    expected: VecDeque<Instant>,
    /// The connections that wait for a request, or are being opened for one.
    kept: VecDeque<Kept>,
    /// How many connections the client holds, in use or not.
    held: usize,
    /// How many requests are under way, or wait for a connection.
    under_way: usize,
    /// Whether one connection takes all requests (HTTP/2), as the last one that was opened said.
    shares: bool,
}

impl Ahead {
    /// Opens a connection if no open one is left for the requests that are expected.
    pub(crate) fn open(&self, dialer: &Arc<Dialer>, to: &Uri) {
        let (Some(origin), Ok(runtime)) = (Origin::of(to), Handle::try_current()) else { return };
        self.at(origin, |place| {
            let now = Instant::now();
            place.expected.retain(|announced| now.duration_since(*announced) < HOLD);
            place.kept.retain(|kept| !kept.task.is_finished());
            if place.expected.len() == MOST {
                return;
            }
            place.expected.push_back(now);
            let open = place.kept.len() + place.held;
            let enough = if place.shares { 1 } else { place.under_way + place.expected.len() };
            if open < enough {
                place.kept.push_back(Kept::new(&runtime, Arc::clone(dialer), to.clone()));
            }
        });
    }

    /// A request begins; it is under way until what this gives is dropped.
    pub(crate) fn begin(&self, origin: Origin) -> UnderWay {
        self.at(origin.clone(), |place| {
            place.expected.pop_front();
            place.under_way += 1;
        });
        UnderWay { ahead: self.clone(), origin }
    }

    /// The connection that was opened ahead longest ago and still stands. Waits for it if it is being opened.
    pub(crate) async fn take(&self, origin: &Origin) -> Option<Stream> {
        while let Some(kept) = self.at(origin.clone(), |place| place.kept.pop_front()) {
            if let Some(stream) = kept.stream().await {
                return Some(stream);
            }
        }
        None
    }

    /// The client gets a connection; it holds it until what this gives is dropped.
    pub(crate) fn hold(&self, origin: Origin, shares: bool) -> Held {
        self.at(origin.clone(), |place| {
            place.held += 1;
            place.shares = shares;
        });
        Held { ahead: self.clone(), origin }
    }

    fn at<T>(&self, origin: Origin, change: impl FnOnce(&mut Place) -> T) -> T {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(places.entry(origin).or_default())
    }
}

/// A request that is under way.
pub(crate) struct UnderWay {
    ahead: Ahead,
    origin: Origin,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.ahead.at(self.origin.clone(), |place| place.under_way -= 1);
    }
}

/// A connection that the client holds.
pub(crate) struct Held {
    ahead: Ahead,
    origin: Origin,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.ahead.at(self.origin.clone(), |place| place.held -= 1);
    }
}

/// A connection that waits for a request. Dropping it closes it.
struct Kept {
    wanted: Arc<Notify>,
    task: JoinHandle<Option<Stream>>,
}

impl Kept {
    fn new(runtime: &Handle, dialer: Arc<Dialer>, to: Uri) -> Self {
        let wanted = Arc::new(Notify::new());
        let task = runtime.spawn(keep(dialer, to, Arc::clone(&wanted)));
        Self { wanted, task }
    }

    async fn stream(mut self) -> Option<Stream> {
        self.wanted.notify_one();
        (&mut self.task).await.ok().flatten()
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Opens a connection and gives it when it is wanted, unless the server has closed it by then or nobody came.
async fn keep(dialer: Arc<Dialer>, to: Uri, wanted: Arc<Notify>) -> Option<Stream> {
    let mut stream = timeout(dialer.limit(), dialer.open(&to, None)).await.ok()?.ok()?;
    tokio::select! {
        // First of all, so that a connection that was closed in the same moment is not given.
        biased;
        () = stream.ended() => None,
        () = wanted.notified() => Some(stream),
        () = sleep(HOLD) => None,
    }
}
