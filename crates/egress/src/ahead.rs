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

/// Opens connections ahead, keeps them, and gives them to the client.
#[derive(Clone)]
pub(crate) struct Ahead {
    dialer: Arc<Dialer>,
    /// How long a connection waits for the request for which it was opened.
    hold: Duration,
    places: Places,
}

/// What is known of each origin's connections, and those that wait for a request. There are as many origins as the
/// person has sources and models, so none is forgotten.
#[derive(Clone, Default)]
struct Places(Arc<Mutex<HashMap<Origin, Place>>>);

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
    /// Without any connection yet.
    pub(crate) fn new(dialer: Arc<Dialer>, hold: Duration) -> Self {
        Self { dialer, hold, places: Places::default() }
    }

    /// Opens a connection if no open one is left for the requests that are expected.
    pub(crate) fn open(&self, to: &Uri) {
        let (Some(origin), Ok(runtime)) = (Origin::of(to), Handle::try_current()) else { return };
        self.places.at(origin, |place| {
            let now = Instant::now();
            place.expected.retain(|announced| now.duration_since(*announced) < self.hold);
            place.kept.retain(|kept| !kept.task.is_finished());
            if place.expected.len() == MOST {
                return;
            }
            place.expected.push_back(now);
            let open = place.kept.len() + place.held;
            let enough = if place.shares { 1 } else { place.under_way + place.expected.len() };
            if open < enough {
                place.kept.push_back(Kept::new(&runtime, Arc::clone(&self.dialer), to.clone(), self.hold));
            }
        });
    }

    /// A request begins; it is under way until what this gives is dropped.
    pub(crate) fn begin(&self, origin: Origin) -> UnderWay {
        self.places.at(origin.clone(), |place| {
            place.expected.pop_front();
            place.under_way += 1;
        });
        UnderWay { places: self.places.clone(), origin }
    }

    /// The connection that was opened ahead longest ago and still stands. Waits for it if it is being opened.
    pub(crate) async fn take(&self, origin: &Origin) -> Option<Stream> {
        while let Some(kept) = self.places.at(origin.clone(), |place| place.kept.pop_front()) {
            if let Some(stream) = kept.stream().await {
                return Some(stream);
            }
        }
        None
    }

    /// The client gets a connection; it holds it until what this gives is dropped.
    pub(crate) fn hold(&self, origin: Origin, shares: bool) -> Held {
        self.places.at(origin.clone(), |place| {
            place.held += 1;
            place.shares = shares;
            if shares {
                place.kept.clear();
            }
        });
        Held { places: self.places.clone(), origin }
    }
}

impl Places {
    fn at<T>(&self, origin: Origin, change: impl FnOnce(&mut Place) -> T) -> T {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(places.entry(origin).or_default())
    }
}

/// A request that is under way.
pub(crate) struct UnderWay {
    places: Places,
    origin: Origin,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.places.at(self.origin.clone(), |place| place.under_way -= 1);
    }
}

/// A connection that the client holds.
pub(crate) struct Held {
    places: Places,
    origin: Origin,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.places.at(self.origin.clone(), |place| place.held -= 1);
    }
}

/// A connection that waits for a request. Dropping it closes it.
struct Kept {
    wanted: Arc<Notify>,
    task: JoinHandle<Option<Stream>>,
}

impl Kept {
    fn new(runtime: &Handle, dialer: Arc<Dialer>, to: Uri, hold: Duration) -> Self {
        let wanted = Arc::new(Notify::new());
        let task = runtime.spawn(keep(dialer, to, hold, Arc::clone(&wanted)));
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
async fn keep(dialer: Arc<Dialer>, to: Uri, hold: Duration, wanted: Arc<Notify>) -> Option<Stream> {
    let mut stream = timeout(dialer.limit(), dialer.open(&to, None)).await.ok()?.ok()?;
    tokio::select! {
        // First of all, so that a connection that was closed in the same moment is not given.
        biased;
        () = stream.ended() => None,
        () = wanted.notified() => Some(stream),
        () = sleep(hold) => None,
    }
}
