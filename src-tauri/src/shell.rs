//! What the commands share: which workspace is open, and how to tell the page that something changed.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use domain::asking::QuestionChange;
use domain::event::{Happening, RunEvent};
use domain::fact::Stopped;
use domain::id::Seq;
use domain::payload::Commitment;
use domain::view::CallDetail;
use engine::{Code, Engine, EngineError, OpenBundle, Run};
use tauri::ipc::Channel;
use tauri::{App, AppHandle, Manager};
use tauri_specta::Event;
use tokio::sync::{Notify, OwnedRwLockWriteGuard, RwLock, RwLockReadGuard};
use tokio::task::JoinSet;

use crate::args::WindowArgs;
use crate::downloads::{self, Downloads};
use crate::importing::Importing;
use crate::locked::locked;
use crate::review::Review;
use crate::stage::Stage;
use crate::wire::{CommandError, SessionChanged};

/// Names the workspace's folder, unless the arguments do.
pub(crate) const WORKSPACE: &str = "TIEOUT_WORKSPACE";

/// A command's argument for it.
pub(crate) type Here<'a> = tauri::State<'a, Arc<Shell>>;

/// The window's state. It holds no truth of its own: that is in the trail.
pub(crate) struct Shell {
    app: AppHandle,
    /// Where the workspace is, or would be made. The demo has a folder of its own.
    pub(crate) dir: PathBuf,
    stage: Arc<RwLock<Stage>>,
    /// Why nothing more is sent until the workspace is opened anew, if that is so.
    fatal: Mutex<Option<String>>,
    /// The review of the open workspace, if it is reviewed.
    review: Mutex<Option<Review>>,
    /// The evidence bundle that is open for reading, if one is.
    bundle: Mutex<Option<OpenBundle>>,
    /// What was made for the person to take away.
    pub(crate) downloads: Downloads,
    /// The description of an API that a person looks at.
    pub(crate) importing: Importing,
    /// How often the end of all verifications was asked for.
    stops: Arc<AtomicU64>,
    /// Wakes whoever tells the page how long the trail is.
    pub(crate) touched: Notify,
    /// The tasks that carry events of turns to the page. Each ends with its turn.
    tellers: Mutex<JoinSet<()>>,
}

impl Shell {
    /// Begins to open the workspace, and makes commands wait until that is done.
    ///
    /// # Errors
    /// If this account has no folder for data and none was named.
    pub(crate) fn start(app: &App, args: WindowArgs) -> Result<Arc<Self>, EngineError> {
        let named = args.workspace.or_else(|| std::env::var_os(WORKSPACE).map(PathBuf::from));
        let dir = named.map_or_else(engine::default_dir, Ok)?;
        let shell = Arc::new(Self {
            app: app.handle().clone(),
            dir,
            stage: Arc::new(RwLock::new(Stage::NoWorkspace)),
            fatal: Mutex::default(),
            review: Mutex::default(),
            bundle: Mutex::default(),
            downloads: Downloads::default(),
            importing: Importing::default(),
            stops: Arc::default(),
            touched: Notify::new(),
            tellers: Mutex::default(),
        });
        app.manage(Arc::clone(&shell));
        let (opening, mut stage) = (Arc::clone(&shell), tauri::async_runtime::block_on(shell.change_stage()));
        tauri::async_runtime::spawn(async move {
            *stage = if args.demo { Stage::demo().await } else { Stage::of(&opening.dir, None).await };
            drop(stage);
            opening.changed();
        });
        Ok(shell)
    }

    /// What is open.
    pub(crate) async fn stage(&self) -> RwLockReadGuard<'_, Stage> {
        self.stage.read().await
    }

    /// Keeps every command waiting until the guard is dropped. Whoever puts another stage in its place closes the
    /// old one.
    pub(crate) async fn change_stage(&self) -> OwnedRwLockWriteGuard<Stage> {
        Arc::clone(&self.stage).write_owned().await
    }

    /// The open workspace.
    ///
    /// # Errors
    /// If none is; the words say why.
    pub(crate) async fn engine(&self) -> Result<Engine, CommandError> {
        self.stage().await.engine(&self.dir)
    }

    /// The open workspace, for what sends or records something.
    ///
    /// # Errors
    /// If none is open, or it is reviewed.
    pub(crate) async fn engine_to_change(&self) -> Result<Engine, CommandError> {
        if self.is_reviewed() {
            let words = "this workspace is reviewed: nothing is asked or changed until the review ends";
            return Err(EngineError::BadInput(words.to_owned()).into());
        }
        self.engine().await
    }

    /// What the engine said, as the page is told it. That no more work can be done is remembered for the session.
    pub(crate) fn reply<T>(&self, said: Result<T, EngineError>) -> Result<T, CommandError> {
        said.map_err(|error| {
            let error = CommandError::from(error);
            if error.code == Code::TrailFatal {
                self.lose_trail(&error.message);
            }
            error
        })
    }

    /// Why no more work can be done, if that is so.
    pub(crate) fn fatal(&self) -> Option<String> {
        locked(&self.fatal).clone()
    }

    /// Forgets what was true of a workspace, because another was opened.
    pub(crate) fn begin_anew(&self) {
        *locked(&self.fatal) = None;
        *locked(&self.review) = None;
    }

    /// Whether the open workspace is reviewed.
    pub(crate) fn is_reviewed(&self) -> bool {
        locked(&self.review).is_some()
    }

    /// Closes what a review does not show, if there is one.
    pub(crate) fn in_review(&self, close: impl FnOnce(&Review)) {
        if let Some(review) = locked(&self.review).as_ref() {
            close(review);
        }
    }

    /// Begins a review; one that goes on goes on.
    pub(crate) fn begin_review(&self) {
        locked(&self.review).get_or_insert_default();
        self.changed();
    }

    /// Ends the review, if there is one.
    pub(crate) fn end_review(&self) {
        *locked(&self.review) = None;
        self.changed();
    }

    /// The payloads of a call were opened on record.
    pub(crate) fn opened_in_review(&self, detail: &CallDetail) {
        if let Some(review) = locked(&self.review).as_mut() {
            review.opened(detail);
        }
    }

    /// Whether a payload is shown: in a review only if it was opened.
    pub(crate) fn shows(&self, seq: Seq, commitment: Commitment) -> bool {
        locked(&self.review).as_ref().is_none_or(|review| review.shows(seq, commitment))
    }

    /// The bundle that is open for reading, if one is.
    pub(crate) fn bundle(&self) -> Option<OpenBundle> {
        locked(&self.bundle).clone()
    }

    /// Puts this bundle in the place of the one that is open.
    pub(crate) fn read_bundle(&self, bundle: Option<OpenBundle>) {
        *locked(&self.bundle) = bundle;
    }

    /// A path for a file that the person takes away, which nothing has yet.
    ///
    /// # Errors
    /// If there is no folder for it.
    pub(crate) fn download(&self, what: &str, ending: &str) -> Result<PathBuf, EngineError> {
        let folders = self.app.path();
        downloads::path_for(folders.download_dir().ok(), folders.home_dir().ok(), what, ending)
    }

    /// By what a verification that begins now learns that it is to stop.
    pub(crate) fn verifying(&self) -> Stop {
        let stops = Arc::clone(&self.stops);
        Stop { at: stops.load(Ordering::Relaxed), stops }
    }

    /// Stops every verification that runs.
    pub(crate) fn stop_verifying(&self) {
        self.stops.fetch_add(1, Ordering::Relaxed);
    }

    /// Tells the page that what `session` says is another than before.
    pub(crate) fn changed(&self) {
        self.tell(&SessionChanged);
        self.touched.notify_one();
    }

    /// Tells the page. A page that is gone needs not hear it.
    pub(crate) fn tell(&self, event: &(impl Event + Clone + serde::Serialize)) {
        if let Err(error) = event.emit(&self.app) {
            tracing::debug!(%error, "an event did not reach the page");
        }
    }

    /// Carries a turn's events to the page, in order, until the last. The turn goes on if the page is gone.
    pub(crate) fn carry(self: &Arc<Self>, mut run: Run, page: Channel<RunEvent>) {
        let shell = Arc::clone(self);
        let mut tellers = locked(&self.tellers);
        while tellers.try_join_next().is_some() {}
        tellers.spawn(async move {
            while let Some(event) = run.events.recv().await {
                // A full disk stops a turn too, and is no loss: the next question may find room.
                if let Happening::TurnEnded { stopped: Some(Stopped::Trail), words, .. } = &event.what
                    && shell.engine().await.is_ok_and(|engine| engine.has_lost_trail())
                {
                    shell.lose_trail(words);
                }
                let on_record = !matches!(event.what, Happening::TextDelta { .. });
                if let Err(error) = page.send(event) {
                    tracing::debug!(%error, "a turn's event did not reach the page");
                }
                if on_record {
                    shell.touched.notify_one();
                }
            }
        });
    }

    /// Carries what servers ask the person to the page, until another listens or the workspace closes.
    pub(crate) fn hear_servers(&self, engine: &Engine, page: Channel<QuestionChange>) {
        let mut questions = engine.server_questions();
        let mut tellers = locked(&self.tellers);
        while tellers.try_join_next().is_some() {}
        tellers.spawn(async move {
            while let Some(change) = questions.recv().await {
                if let Err(error) = page.send(change) {
                    tracing::debug!(%error, "a server's question did not reach the page");
                }
            }
        });
    }

    /// Closes the workspace, and waits for every turn and every task. What follows finds no workspace.
    pub(crate) async fn close(&self) {
        self.stop_verifying();
        let open = std::mem::replace(&mut *self.change_stage().await, Stage::NoWorkspace);
        open.close().await;
        let mut tellers = std::mem::take(&mut *locked(&self.tellers));
        while tellers.join_next().await.is_some() {}
    }

    fn lose_trail(&self, words: &str) {
        let is_news = locked(&self.fatal).replace(words.to_owned()).is_none();
        if is_news {
            tracing::error!(words, "the trail is lost; no more work until the workspace is opened anew");
            self.changed();
        }
    }
}

/// Whether what was begun at some time is to stop. Who begins after the word was said goes on.
pub(crate) struct Stop {
    stops: Arc<AtomicU64>,
    at: u64,
}

impl Stop {
    /// Whether it is.
    pub(crate) fn is_wanted(&self) -> bool {
        self.stops.load(Ordering::Relaxed) != self.at
    }
}
