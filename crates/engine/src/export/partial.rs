//! The bundle of a conversation or an answer.

use std::io::{Seek, Write};

use domain::bundle::Manifest;
use domain::entry::Entry;
use domain::fact::Fact;
use evidence::{Bundler, Content};
use store::Snapshot;
use tlog::TlogProof;

use super::halt::{Halt, Progress};
use super::plan::Plan;
use super::{printed, tables};

/// Everything in it but its head.
pub(super) fn write(
    snapshot: &Snapshot,
    manifest: &Manifest,
    plan: &Plan,
    bundler: &mut Bundler<impl Write + Seek>,
    progress: &mut Progress,
) -> Result<(), Halt> {
    progress.expect((2 * plan.entries.len() + plan.turns.len() + plan.calls.len()) as u64);
    for seq in &plan.entries {
        let (body, _) = snapshot.body(*seq)?;
        let proof = TlogProof::new(seq.0, snapshot.inclusion(*seq)?, snapshot.note().to_owned());
        bundler.proved(*seq, &body, &proof)?;
        if let Ok(entry) = Entry::from_body(&body) {
            earlier(snapshot, &entry, bundler)?;
            payloads(snapshot, manifest, &entry, bundler)?;
        }
        progress.step()?;
    }
    for turn in &plan.turns {
        if let Some(html) = printed::report(snapshot, manifest, plan, turn)? {
            bundler.report(turn.turn, &html)?;
        }
        progress.step()?;
    }
    tables::write(snapshot, plan.entries.iter().copied(), &plan.calls, bundler, progress)
}

/// The checkpoint that an entry is about. One that is not there is missing in the bundle too, and its reader is told.
fn earlier(snapshot: &Snapshot, entry: &Entry, bundler: &mut Bundler<impl Write + Seek>) -> Result<(), Halt> {
    let size = match &entry.fact {
        Fact::AnchorRecorded { size, .. } => *size,
        Fact::EpochOpened { .. } => entry.seq.0 + 1,
        _ => return Ok(()),
    };
    let Some(note) = snapshot.checkpoint(size)?.filter(|_| size <= snapshot.size()) else { return Ok(()) };
    let proof = snapshot.consistency(size)?;
    if matches!(entry.fact, Fact::AnchorRecorded { .. }) {
        bundler.anchor(entry.seq, &note, &proof)?;
    } else {
        bundler.epoch(entry.seq, &note, &proof)?;
    }
    Ok(())
}

fn payloads(
    snapshot: &Snapshot,
    manifest: &Manifest,
    entry: &Entry,
    bundler: &mut Bundler<impl Write + Seek>,
) -> Result<(), Halt> {
    let erased = snapshot.erased_of(entry)?;
    for commitment in entry.fact.commitments() {
        if erased.contains(&commitment) {
            bundler.payload(commitment, Content::Erased)?;
        } else if manifest.payloads
            && let Some(opened) = snapshot.opened(entry.seq, &commitment)?
        {
            bundler.payload(commitment, Content::Opened { salt: &opened.salt, bytes: &opened.bytes })?;
        }
    }
    Ok(())
}
