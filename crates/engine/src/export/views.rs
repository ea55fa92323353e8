//! Views of the trail for other programs: what a filter finds, in a format of theirs. Convenience, not evidence; no
//! payload's content is in any of them.

use std::collections::HashSet;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use domain::bundle::{BundleKind, BundleMade};
use domain::filter::Filter;
use domain::id::{Seq, TurnId, WorkspaceId};
use domain::json::hex;
use domain::view::CallRow;
use exports::{Checkpoint, Origin, csv, jsonl, ocsf, otlp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Snapshot, StoreError, TurnPlace};

use super::halt::Halt;
use super::plan::is_of_type;
use super::target::Target;
use crate::blocking::blocking;
use crate::engine::Engine;
use crate::error::EngineError;

/// Rows that are fetched at a time.
const PAGE: u32 = 1000;

/// A format of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ViewForm {
    /// A table of calls (RFC 4180).
    Csv,
    /// A JSON object for each call, with its story.
    Jsonl,
    /// Events of the Open Cybersecurity Schema Framework.
    Ocsf,
    /// Traces of OpenTelemetry, as its collector reads them from a file.
    Otlp,
}

impl Engine {
    /// Writes the calls that a filter finds, in the order of the trail, to a file at `to`, where nothing may be yet. That
    /// it leaves the trail is on record, before and after.
    ///
    /// # Errors
    /// [`EngineError::BadInput`] with the mistake in the filter, or if the file can't be made; as for
    /// [`Engine::export`] if nothing can be put on record.
    pub async fn export_view(
        &self,
        text: &str,
        form: ViewForm,
        to: &Path,
    ) -> Result<BundleMade, EngineError> {
        self.inner.store()?;
        let filter = self.filter(text)?;
        let mut target = Target::at(to)?;
        self.view(filter, form, move |write| {
            let mut out = BufWriter::new(target.file());
            let calls = write(&mut out)?;
            out.flush()?;
            drop(out);
            let kept = target.keep()?;
            Ok(BundleMade {
                path: kept.path,
                size: kept.size,
                sha256: kept.sha256,
                entries: calls,
                payloads: 0,
            })
        })
        .await
    }

    /// The same into a pipe.
    ///
    /// # Errors
    /// As for [`Engine::export_view`].
    pub async fn print_view(
        &self,
        text: &str,
        form: ViewForm,
        out: impl Write + Send + 'static,
    ) -> Result<BundleMade, EngineError> {
        let filter = self.filter(text)?;
        self.view(filter, form, move |write| {
            let mut out = Counted { out, hash: Sha256::new(), size: 0 };
            let calls = write(&mut out)?;
            out.flush()?;
            let (size, sha256) = (out.size, hex(&out.hash.finalize()));
            Ok(BundleMade { path: String::new(), size, sha256, entries: calls, payloads: 0 })
        })
        .await
    }

    async fn view(
        &self,
        filter: Filter,
        form: ViewForm,
        make: impl FnOnce(&dyn Fn(&mut dyn Write) -> Result<u64, Halt>) -> Result<BundleMade, Halt>
        + Send
        + 'static,
    ) -> Result<BundleMade, EngineError> {
        let begun = self.begin(BundleKind::View, None, None, false, false).await?;
        // Words are looked for where they are indexed, so whoever searches waits for the index.
        self.inner.reader.search(filter.clone(), None, 1).await?;
        let (reader, workspace) = (self.inner.reader.clone(), self.inner.folder.id);
        let made = blocking(move || {
            let snapshot = reader.snapshot()?;
            let calls = found(&snapshot, &filter)?;
            make(&|out| write(&snapshot, form, &calls, workspace, out))
        });
        self.record(begun, made.await.map_err(Halt::into_error)?).await
    }
}

/// The entries that ask for the calls that fit, ascending.
pub(super) fn found(snapshot: &Snapshot, filter: &Filter) -> Result<Vec<Seq>, StoreError> {
    let mut calls = Vec::new();
    let mut before = None;
    loop {
        let page = snapshot.search(filter, before, PAGE)?;
        calls.extend(page.rows.iter().map(|row| row.seq));
        match page.next {
            Some(next) => before = Some(next),
            None => break,
        }
    }
    calls.reverse();
    Ok(calls)
}

/// Writes the view, and says how many calls it is of.
fn write(
    snapshot: &Snapshot,
    form: ViewForm,
    calls: &[Seq],
    workspace: WorkspaceId,
    out: &mut dyn Write,
) -> Result<u64, Halt> {
    let origin = Origin { version: env!("CARGO_PKG_VERSION"), workspace };
    let root = snapshot.note().lines().nth(2).unwrap_or_default();
    let checkpoint = Checkpoint { size: snapshot.size(), root };
    let mut traced = HashSet::new();
    if form == ViewForm::Csv {
        out.write_all(csv::Calls::header().as_bytes())?;
    }
    for seq in calls {
        let Some(row) = snapshot.call_at(*seq)? else { continue };
        let line = match form {
            ViewForm::Csv => Some(csv::Calls::row(&row, &snapshot.body(*seq)?.1.to_hex())),
            ViewForm::Jsonl => snapshot.call(row.call, 0)?.map(|detail| jsonl::call(&detail)),
            ViewForm::Ocsf => {
                snapshot.call(row.call, 0)?.map(|detail| ocsf::event(&detail, checkpoint, origin))
            }
            ViewForm::Otlp => {
                trace(snapshot, &row, &mut traced, origin)?.map(|spans| otlp::request(spans, origin))
            }
        };
        out.write_all(line.unwrap_or_default().as_bytes())?;
    }
    Ok(calls.len() as u64)
}

/// The trace of a call's turn, once; of a call by hand its own.
pub(super) fn trace(
    snapshot: &Snapshot,
    row: &CallRow,
    traced: &mut HashSet<TurnId>,
    origin: Origin<'_>,
) -> Result<Option<Vec<otlp::Span>>, Halt> {
    let Some(turn) = row.turn else { return Ok(otlp::call(row)) };
    if !traced.insert(turn) {
        return Ok(None);
    }
    let (Some(place), Some(view)) = (snapshot.place_of(turn)?, snapshot.turn(turn)?) else { return Ok(None) };
    Ok(otlp::turn(&view, place.conversation, &requests(snapshot, place)?, origin))
}

/// The entries about requests to the model while a turn went on.
fn requests(snapshot: &Snapshot, place: TurnPlace) -> Result<Vec<domain::view::EntryView>, Halt> {
    let id = place.conversation.to_string();
    let wanted = |body: &[u8]| {
        (is_of_type(body, "model.called") || is_of_type(body, "model.returned"))
            && memchr::memmem::find(body, id.as_bytes()).is_some()
    };
    let mut entries = Vec::new();
    let until = place.ended.map_or(snapshot.size(), |ended| ended.0 + 1);
    snapshot.entries(place.asked.0..until, wanted, |seq, _, _| {
        entries.extend(snapshot.entry(seq)?);
        Ok::<_, Halt>(())
    })?;
    Ok(entries)
}

/// What goes through is counted and hashed.
struct Counted<W> {
    out: W,
    hash: Sha256,
    size: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
