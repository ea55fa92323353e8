//! A server: one session for all its calls, opened when it is needed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::intent::DurableIntent;
use domain::json::Json;
use domain::outcome::Ending;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::ending::{too_late, unconnected, unknown};
use crate::handler::{Said, Shared};
use crate::prepared::Prepared;
use crate::session::Session;
use crate::settings::{Progress, Settings, Unavailable};

/// A session that ended sooner than this after it was opened counts as a failure.
const SHORT: Duration = Duration::from_secs(10);
/// The first and the longest wait before a session is opened anew after a failure.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How long a person may think about a server's question before its call runs out of time all the same.
const THINKING: Duration = Duration::from_secs(600);

/// A server. Clones are the same one; when the last is dropped, its program is killed. [`Server::close`] lets it leave.
#[derive(Clone)]
pub struct Server(Arc<Inner>);

struct Inner {
    settings: Settings,
    shared: Arc<Shared>,
    state: tokio::sync::Mutex<State>,
    /// Sessions that are being opened: who asked for one may have given up, and the next shall find it open.
    opening: Mutex<JoinSet<()>>,
}

#[derive(Default)]
struct State {
    session: Option<Arc<Session>>,
    /// How often in a row opening failed, or what was opened ended at once.
    failures: u32,
    closed: bool,
}

impl Server {
    /// That server, not yet connected, and what it says once it is.
    pub fn new(settings: Settings) -> (Self, mpsc::UnboundedReceiver<Said>) {
        let (said, hears) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::new(said, settings.log.clone()));
        let inner =
            Inner { settings, shared, state: tokio::sync::Mutex::default(), opening: Mutex::default() };
        (Self(Arc::new(inner)), hears)
    }

    /// What it says of its tools now, connected if it is not.
    ///
    /// # Errors
    /// If it can't be reached or does not answer as MCP says.
    pub async fn tools(&self) -> Result<Vec<Json>, Unavailable> {
        let session = self.session().await?;
        self.0.shared.stale.store(true, std::sync::atomic::Ordering::Release);
        session.definitions().await.map_err(|error| {
            let words = format!("the tools of {} can't be listed: {error}", self.0.settings.place);
            Unavailable::Because(self.0.settings.scrubber.text(words))
        })
    }

    /// Sends that attempt of a call, which the intent records, once, and tells how it ended. Dropping the future takes the
    /// call back: the server is told so.
    pub async fn call(
        &self,
        call: Prepared,
        attempt: u32,
        intent: DurableIntent,
        progress: Progress,
    ) -> Ending {
        let intent = Arc::new(Mutex::new(Some(intent)));
        let begun = Instant::now();
        let work = async {
            match self.session().await {
                Ok(session) => session.call(&self.0.settings, &call, attempt, intent.clone(), progress).await,
                Err(Unavailable::Because(words)) => unconnected(format!("{words}; nothing was sent")),
                Err(Unavailable::Challenged { words, challenge }) => {
                    self.0.shared.wants(&challenge);
                    unknown(&call, &challenge, format!("{words}; nothing was sent"))
                }
            }
        };
        tokio::pin!(work);
        let mut deadline = call.deadline;
        loop {
            let left = deadline.saturating_sub(begun.elapsed());
            tokio::select! {
                biased;
                ending = &mut work => return ending,
                () = tokio::time::sleep(left) => {
                    if !self.0.shared.is_asking() || begun.elapsed() > THINKING {
                        let sent = intent.lock().unwrap_or_else(PoisonError::into_inner).is_none();
                        return too_late(&call, &self.0.settings.place, sent);
                    }
                    // It waits for a person; once they have answered, it has its whole time again.
                    deadline = begun.elapsed() + call.deadline;
                }
            }
        }
    }

    /// Ends its session and its program. It takes no calls any more.
    pub async fn close(&self) {
        let mut state = self.0.state.lock().await;
        state.closed = true;
        if let Some(session) = state.session.take() {
            session.close().await;
        }
    }

    /// The session, opened if there is none.
    async fn session(&self) -> Result<Arc<Session>, Unavailable> {
        if let Ok(state) = self.0.state.try_lock()
            && let Some(session) = state.session.as_ref().filter(|session| !session.is_over())
        {
            return Ok(session.clone());
        }
        let (tell, told) = oneshot::channel();
        let server = self.clone();
        {
            let mut opening = self.0.opening.lock().unwrap_or_else(PoisonError::into_inner);
            while opening.try_join_next().is_some() {}
            opening.spawn(async move {
                let opened = server.open().await;
                let _gave_up = tell.send(opened);
            });
        }
        told.await.unwrap_or_else(|_| Err(Unavailable::Because("the session was given up".to_owned())))
    }

    async fn open(&self) -> Result<Arc<Session>, Unavailable> {
        let Inner { settings, shared, state, .. } = &*self.0;
        let mut state = state.lock().await;
        if state.closed {
            return Err(Unavailable::Because(format!("{} is closed", settings.place)));
        }
        if let Some(session) = &state.session {
            if !session.is_over() {
                return Ok(session.clone());
            }
            state.failures = if session.opened.elapsed() < SHORT { state.failures + 1 } else { 0 };
            let ended = state.session.take();
            if let Some(ended) = ended {
                ended.close().await;
            }
        }
        if state.failures > 0 {
            let doubled = FIRST_WAIT.saturating_mul(1 << (state.failures - 1).min(10));
            tokio::time::sleep(doubled.min(LONGEST_WAIT)).await;
        }
        match Session::open(settings, shared.clone()).await {
            Ok(session) => {
                state.session = Some(session.clone());
                Ok(session)
            }
            // It answered: nothing is gained by letting it rest.
            Err(Unavailable::Challenged { words, challenge }) => {
                let words = settings.scrubber.text(format!("{} can't be used: {words}", settings.place));
                Err(Unavailable::Challenged { words, challenge })
            }
            Err(Unavailable::Because(words)) => {
                state.failures += 1;
                let words = settings.scrubber.text(format!("{} can't be used: {words}", settings.place));
                shared.log.line(&format!("tieout: {words}"));
                Err(Unavailable::Because(format!(
                    "{words}. `tieout sources log {}` shows what it wrote",
                    settings.source
                )))
            }
        }
    }
}
