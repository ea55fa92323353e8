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
use domain::id::{CallId, Seq, TurnId};
use domain::secret::Secret;
use domain::time::Span;
use domain::view::{CallDetail, CallRow, ConversationRow, EntryView, TurnView, VerifyReport, WireView};
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
    /// What was found last, and with which key of the reader's.
    verified: Option<(VerifyReport, Option<String>)>,
    /// Laid out when it is first looked at.
    shown: Option<Shown>,
}

/// What a reader of a bundle has from elsewhere. Without any of it a bundle only shows that it agrees with itself.
#[derive(Clone, Debug, Default)]
pub struct Against {
    /// The trail's key (C2SP signed-note vkey).
    pub vkey: Option<String>,
    /// A checkpoint that they kept: the trail must continue it.
    pub known: Option<String>,
    /// The keys of witnesses whose word counts (C2SP cosignature vkeys).
    pub witnesses: Vec<String>,
}

/// What screens show of a bundle.
#[derive(Clone, Debug, PartialEq, Serialize, specta::Type)]
pub struct BundleView {
    /// What it claims to be.
    pub manifest: Manifest,
    /// What was found when it was verified last.
    pub report: VerifyReport,
    /// The trail's key that its reader gave for that; without one the bundle vouched for itself.
    pub against: Option<String>,
    /// Its conversations, newest first, at most 1000.
    pub conversations: Vec<ConversationRow>,
    /// Its turns, newest first, at most 1000.
    pub turns: Vec<TurnView>,
    /// Its calls, newest first, at most 10,000.
    pub calls: Vec<CallRow>,
}

/// An age identity as a person gives it: itself (`AGE-SECRET-KEY-1…`), or the file that holds it, as `age-keygen` wrote it.
/// Nothing of it is kept.
///
/// # Errors
/// [`EngineError::BadInput`] if it is neither; the words repeat nothing that may be a key.
pub async fn age_identity(text: &str) -> Result<Secret, EngineError> {
    let text = text.trim();
    if text.to_ascii_uppercase().starts_with("AGE-") {
        return Ok(Secret::new(text));
    }
    let path = std::path::PathBuf::from(text);
    blocking(move || {
        std::fs::read_to_string(path).map(Secret::new).map_err(|error| {
            EngineError::BadInput(format!(
                "the file with the identity can't be read: {error}; write its path, or the identity itself, which \
                 begins with AGE-SECRET-KEY-1"
            ))
        })
    })
    .await
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
            let opened = Opened { bundle, verified: None, shown: None };
            Ok(Self { manifest, opened: Arc::new(Mutex::new(opened)) })
        })
        .await
    }

    /// What the bundle claims to be.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Checks all of it, against what its reader got by a way that they trust. `progress` hears how many files of how many were looked at, and can stop it; then there is no report.
    ///
    /// # Errors
    /// [`EngineError::BadInput`] if a file in it can't be unpacked. Findings are no error: they stand in the report.
    pub async fn verify(
        &self,
        against: &Against,
        mut progress: impl FnMut(u64, u64) -> ControlFlow<()> + Send + 'static,
    ) -> Result<Option<VerifyReport>, EngineError> {
        let (opened, against) = (Arc::clone(&self.opened), against.clone());
        blocking(move || lock(&opened).verify(&against, &mut progress)).await
    }

    /// What screens show of it. It is verified first, if it was not before, against nothing but itself.
    ///
    /// # Errors
    /// As for [`OpenBundle::verify`], or if there is no room to lay it out.
    pub async fn view(&self) -> Result<BundleView, EngineError> {
        let (opened, manifest) = (Arc::clone(&self.opened), self.manifest.clone());
        blocking(move || {
            let mut opened = lock(&opened);
            let (report, against) = opened.verified()?;
            let Lists { conversations, turns, calls } = opened.shown()?.lists()?;
            Ok(BundleView { manifest, report, against, conversations, turns, calls })
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

    /// What went to models in a turn and what came back, as a workspace shows it, at most `max` bytes of each body. Bodies
    /// that the bundle does not hold are left out.
    ///
    /// # Errors
    /// If there is no room to lay it out.
    pub async fn wire(&self, turn: TurnId, max: usize) -> Result<Vec<WireView>, EngineError> {
        let opened = Arc::clone(&self.opened);
        blocking(move || lock(&opened).shown()?.wire(turn, max)).await
    }

    /// One entry, as a workspace shows it.
    ///
    /// # Errors
    /// If the bundle has none of that number that reads as one, or there is no room to lay it out.
    pub async fn entry(&self, seq: Seq) -> Result<EntryView, EngineError> {
        let opened = Arc::clone(&self.opened);
        blocking(move || lock(&opened).shown()?.entry(seq)).await
    }
}

impl Opened {
    /// What was found last; what was not verified is verified now, against nothing but itself.
    fn verified(&mut self) -> Result<(VerifyReport, Option<String>), EngineError> {
        if self.verified.is_none() {
            self.verify(&Against::default(), &mut |_, _| ControlFlow::Continue(()))?;
        }
        let verified = self.verified.clone();
        verified.ok_or_else(|| EngineError::Internal("the verification ended without a report".to_owned()))
    }

    fn verify(
        &mut self,
        against: &Against,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Option<VerifyReport>, EngineError> {
        let mut checker = BundleChecker::new(against.vkey.as_deref(), against.known.as_deref());
        for vkey in &against.witnesses {
            checker.witness(vkey);
        }
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
        let bundle = &mut self.bundle;
        let payload = |commitment| bundle.payload(&commitment).ok().flatten();
        let mut report = checker.finish_with(Clock::start()?.now().at, payload);
        report.took_ms = Span::from(began.elapsed()).ms();
        self.verified = Some((report.clone(), against.vkey.clone()));
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
