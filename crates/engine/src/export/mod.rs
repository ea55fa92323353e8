//! Taking evidence out of the trail. That it leaves is on record before it does, and what left after: a bundle ends with
//! what announced it, and its hash stands in the entry behind.
//!
//! A file comes into being whole or not at all, and never in the place of another. Everything in it is of one moment,
//! whatever is recorded meanwhile, and however large the trail is, only a few entries of it are in memory.

mod collector;
mod document;
mod full;
mod halt;
mod partial;
mod plan;
mod printed;
mod tables;
mod target;
mod views;

use std::io::{self, BufWriter, Seek, Write};
use std::ops::ControlFlow;
use std::path::Path;

use domain::bundle::{BundleKind, BundleMade, BundlePreview, BundleScope, Manifest};
use domain::entry::Draft;
use domain::fact::Fact;
use domain::id::{ConversationId, Seq, TurnId};
use domain::time::Micros;
use evidence::{Bundler, Summary};
use store::Snapshot;

use crate::blocking::blocking;
use crate::engine::Engine;
use crate::error::EngineError;
use halt::{Halt, Progress};
use plan::{Extent, Plan};
use target::Target;

pub use collector::{Collector, Sending, ViewSent};
pub(crate) use halt::of_evidence;
pub use views::ViewForm;

/// What made a bundle, as its manifest says.
const PROGRAM: &str = concat!("tieout ", env!("CARGO_PKG_VERSION"));
/// How much of a bundle that is to be encrypted waits in memory; what is more waits in a file that has no name.
const IN_MEMORY: usize = 64 << 20;

/// What is asked for.
struct Order {
    scope: BundleScope,
    payloads: bool,
    recipient: Option<String>,
    made_at: Micros,
}

impl Engine {
    /// What a bundle would hold if it were made now.
    ///
    /// # Errors
    /// If what it is of does not exist or has not ended, or the trail can't be read.
    pub async fn export_preview(&self, scope: BundleScope) -> Result<BundlePreview, EngineError> {
        let reader = self.inner.reader.clone();
        blocking(move || {
            let snapshot = reader.snapshot()?;
            match Extent::of(&snapshot, scope)? {
                Some(extent) => {
                    Ok(Plan::of(&snapshot, extent, &mut Progress::unheard())?.preview(&snapshot)?)
                }
                None => full::preview(&snapshot),
            }
        })
        .await
        .map_err(Halt::into_error)
    }

    /// Makes a bundle at `to`, where nothing may be yet: announces it on record, makes it of the moment after that, and
    /// records what was made. With a recipient (`age1…`) it is encrypted, and its name ends in `.age`. `progress` hears
    /// how much of how much was done, and can stop it: then there is no file, and `None` comes back.
    ///
    /// # Errors
    /// [`EngineError::BadInput`] if something lies at `to` already, if it can't be written there, or if what it is of
    /// does not exist or has not ended; [`EngineError::ReadOnly`] or [`EngineError::OpenForReading`] if nothing can be
    /// put on record; or if the trail can't be read or written.
    pub async fn export(
        &self,
        scope: BundleScope,
        payloads: bool,
        recipient: Option<&str>,
        to: &Path,
        progress: impl FnMut(u64, u64) -> ControlFlow<()> + Send + 'static,
    ) -> Result<Option<BundleMade>, EngineError> {
        self.inner.store()?;
        if let Some(recipient) = recipient {
            // Encrypts nothing, to see that it can be encrypted to.
            evidence::seal(&[recipient], io::empty(), io::sink()).map_err(of_evidence)?;
        }
        let target = Target::at(&named(to, recipient.is_some()))?;
        let reader = self.inner.reader.clone();
        let of = blocking(move || Extent::of(&reader.snapshot()?, scope)).await?;
        let conversation = of.map(|extent| extent.conversation);
        let turn = of.and_then(|extent| extent.turn);
        let begun = self.begin(scope.kind(), conversation, turn, payloads, recipient.is_some()).await?;

        let recipient = recipient.map(str::to_owned);
        let order = Order { scope, payloads, recipient, made_at: self.inner.clock.now().at };
        let reader = self.inner.reader.clone();
        let extent = of.map(|extent| extent.ending_with(begun));
        let mut progress = Progress::heard(progress);
        match blocking(move || make(&reader.snapshot()?, &order, extent, target, &mut progress)).await {
            Ok(made) => self.record(begun, made).await.map(Some),
            Err(Halt::Stopped) => Ok(None),
            Err(halt) => Err(halt.into_error()),
        }
    }

    /// Puts on record that something is about to leave.
    async fn begin(
        &self,
        kind: BundleKind,
        conversation: Option<ConversationId>,
        turn: Option<TurnId>,
        payloads: bool,
        encrypted: bool,
    ) -> Result<Seq, EngineError> {
        let fact = Fact::ExportBegun { kind, turn, payloads, encrypted };
        let draft = Draft { moment: self.inner.clock.now(), conversation, fact, payloads: Vec::new() };
        let begun = self.inner.store()?.append(vec![draft]).await?;
        begun.first().copied().ok_or_else(|| EngineError::Internal("an entry got no number".to_owned()))
    }

    /// Puts on record what was made.
    async fn record(&self, begun: Seq, made: BundleMade) -> Result<BundleMade, EngineError> {
        let fact = Fact::ExportMade { begun, sha256: made.sha256.clone(), size: made.size };
        self.inner.store()?.append(vec![self.draft(fact, Vec::new())]).await?;
        Ok(made)
    }
}

fn make(
    snapshot: &Snapshot,
    order: &Order,
    extent: Option<Extent>,
    mut target: Target,
    progress: &mut Progress,
) -> Result<BundleMade, Halt> {
    let summary = match &order.recipient {
        None => {
            let mut out = BufWriter::new(target.file());
            let summary = write(snapshot, order, extent, &mut out, progress)?;
            out.flush()?;
            summary
        }
        Some(recipient) => {
            let mut plain = tempfile::spooled_tempfile_in(IN_MEMORY, target.folder());
            let summary = write(snapshot, order, extent, &mut plain, progress)?;
            plain.rewind()?;
            evidence::seal(&[recipient], plain, BufWriter::new(target.file()))?;
            summary
        }
    };
    progress.finish()?;
    let kept = target.keep()?;
    let Summary { entries, payloads, .. } = summary;
    Ok(BundleMade { path: kept.path, size: kept.size, sha256: kept.sha256, entries, payloads })
}

fn write(
    snapshot: &Snapshot,
    order: &Order,
    extent: Option<Extent>,
    out: impl Write + Seek,
    progress: &mut Progress,
) -> Result<Summary, Halt> {
    let plan = extent.map(|extent| Plan::of(snapshot, extent, progress)).transpose()?;
    let manifest = Manifest {
        v: 1,
        scope: order.scope,
        vkey: snapshot.vkey()?,
        size: snapshot.size(),
        entries: plan.as_ref().map_or(snapshot.size(), |plan| plan.entries.len() as u64),
        payloads: order.payloads,
        made_at: order.made_at,
        program: PROGRAM.to_owned(),
    };
    let mut bundler = Bundler::new(out, &manifest, &manifest.vkey, snapshot.note())?;
    match plan {
        None => full::write(snapshot, &manifest, &mut bundler, progress)?,
        Some(plan) => partial::write(snapshot, &manifest, &plan, &mut bundler, progress)?,
    }
    Ok(bundler.finish()?)
}

/// The name that a file gets: an encrypted one says that it is.
fn named(to: &Path, encrypted: bool) -> std::path::PathBuf {
    if encrypted && to.extension().is_none_or(|ending| ending != "age") {
        let mut name = to.as_os_str().to_owned();
        name.push(".age");
        return name.into();
    }
    to.to_owned()
}
