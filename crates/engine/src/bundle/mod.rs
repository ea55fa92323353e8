//! Reading an evidence bundle: checked by the code that checks a trail, and shown on the screens that show one. It needs
//! no workspace, no key of ours and no network.
//!
//! Nothing in a bundle is trusted. What does not verify is shown all the same, since whoever has to judge it must see it;
//! what was found wrong comes first.

mod container;
mod shown;

use std::fmt;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use domain::bundle::Manifest;
use domain::id::CallId;
use domain::secret::Secret;
use domain::time::Span;
use domain::view::{CallDetail, CallRow, ConversationRow, TurnView, VerifyReport};
use evidence::Bundle;
use serde::Serialize;
use verify::BundleChecker;

use crate::blocking::blocking;
use crate::clock::Clock;
use crate::error::EngineError;
use crate::export::of_evidence;
use crate::locked::lock;
use container::Container;
use shown::{Lists, Shown};

/// A bundle that was opened. Clones are the same bundle.
#[derive(Clone)]
pub struct OpenBundle {
    manifest: Manifest,
    opened: Arc<Mutex<Opened>>,
}

struct Opened {
    bundle: Bundle<Container>,
    /// What was found last.
    report: Option<VerifyReport>,
    /// Laid out when it is first looked at.
    shown: Option<Shown>,
}

/// What screens show of a bundle.
#[derive(Clone, Debug, PartialEq, Serialize, specta::Type)]
pub struct BundleView {
    /// What it claims to be.
    pub manifest: Manifest,
    /// What was found when it was verified last.
    pub report: VerifyReport,
    /// Its conversations, newest first, at most 1000.
    pub conversations: Vec<ConversationRow>,
    /// Its turns, newest first, at most 1000.
    pub turns: Vec<TurnView>,
    /// Its calls, newest first, at most 10,000.
    pub calls: Vec<CallRow>,
}

impl OpenBundle {
    /// Opens a `.tieout`, a `.tieout.age` with an identity (`AGE-SECRET-KEY-1…`, or the text of a file of them), or the
    /// folder that somebody unpacked a bundle to.
    ///
    /// # Errors
    /// [`EngineError::BadInput`] if it can't be read, is no bundle, or is encrypted to somebody else.
    pub async fn open(path: &Path, identity: Option<Secret>) -> Result<Self, EngineError> {
        let path = path.to_owned();
        blocking(move || {
            let bundle = container::open(&path, identity.as_ref())?;
            let manifest = bundle.manifest().clone();
            let opened = Opened { bundle, report: None, shown: None };
            Ok(Self { manifest, opened: Arc::new(Mutex::new(opened)) })
        })
        .await
    }

    /// What the bundle claims to be.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Checks all of it. `vkey` is the trail's key as its reader got it by a way that they trust; without one it only
    /// shows whether the bundle agrees with itself. `known` is a checkpoint that they kept: the trail must continue it.
    /// `progress` hears how many files of how many were looked at, and can stop it; then there is no report.
    ///
    /// # Errors
    /// [`EngineError::BadInput`] if a file in it can't be unpacked. Findings are no error: they stand in the report.
    pub async fn verify(
        &self,
        vkey: Option<&str>,
        known: Option<&str>,
        mut progress: impl FnMut(u64, u64) -> ControlFlow<()> + Send + 'static,
    ) -> Result<Option<VerifyReport>, EngineError> {
        let checker = BundleChecker::new(vkey, known);
        let opened = Arc::clone(&self.opened);
        blocking(move || lock(&opened).verify(checker, &mut progress)).await
    }

    /// What screens show of it. It is verified first, if it was not before, against nothing but itself.
    ///
    /// # Errors
    /// As for [`OpenBundle::verify`], or if there is no room to lay it out.
    pub async fn view(&self) -> Result<BundleView, EngineError> {
        let (opened, manifest) = (Arc::clone(&self.opened), self.manifest.clone());
        blocking(move || {
            let mut opened = lock(&opened);
            let report = match &opened.report {
                Some(report) => report.clone(),
                None => opened.verify_itself()?,
            };
            let Lists { conversations, turns, calls } = opened.shown()?.lists()?;
            Ok(BundleView { manifest, report, conversations, turns, calls })
        })
        .await
    }

    /// One call, as a workspace shows it.
    ///
    /// # Errors
    /// If the bundle has none of that id, or there is no room to lay it out.
    pub async fn call(&self, id: CallId) -> Result<CallDetail, EngineError> {
        let opened = Arc::clone(&self.opened);
        blocking(move || lock(&opened).shown()?.call(id)).await
    }
}

impl Opened {
    fn verify_itself(&mut self) -> Result<VerifyReport, EngineError> {
        let report = self.verify(BundleChecker::new(None, None), &mut |_, _| ControlFlow::Continue(()))?;
        report.ok_or_else(|| EngineError::Internal("the verification ended without a report".to_owned()))
    }

    fn verify(
        &mut self,
        mut checker: BundleChecker,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Option<VerifyReport>, EngineError> {
        let began = Instant::now();
        let mut files = self.bundle.files();
        let total = files.left() as u64;
        while let Some(file) = files.next() {
            let (name, bytes) = file.map_err(of_evidence)?;
            checker.file(&name, bytes);
            if progress(total - files.left() as u64, total).is_break() {
                return Ok(None);
            }
        }
        let mut report = checker.finish(Clock::start()?.now().at);
        report.took_ms = Span::from(began.elapsed()).ms();
        self.report = Some(report.clone());
        Ok(Some(report))
    }

    fn shown(&mut self) -> Result<&Shown, EngineError> {
        let shown = match self.shown.take() {
            Some(shown) => shown,
            None => Shown::of(&mut self.bundle)?,
        };
        Ok(self.shown.insert(shown))
    }
}

impl fmt::Debug for OpenBundle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("OpenBundle").field("manifest", &self.manifest).finish_non_exhaustive()
    }
}
