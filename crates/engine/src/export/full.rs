//! The bundle of a whole trail.

use std::io::{Seek, Write};

use domain::bundle::{BundlePreview, Manifest};
use domain::id::Seq;
use evidence::{Bundler, Content};
use store::Snapshot;

use super::halt::{Halt, Progress};
use super::plan::is_of_type;
use super::tables;

/// What it would hold.
pub(super) fn preview(snapshot: &Snapshot) -> Result<BundlePreview, Halt> {
    let held = snapshot.holdings()?;
    Ok(BundlePreview {
        // Announcing it will be an entry too.
        entries: snapshot.size() + 1,
        calls: held.calls,
        payloads: held.payloads,
        payload_bytes: held.payload_bytes,
        erased: held.erased,
        label: snapshot.label()?,
    })
}

/// Everything in it but its head.
pub(super) fn write(
    snapshot: &Snapshot,
    manifest: &Manifest,
    bundler: &mut Bundler<impl Write + Seek>,
    progress: &mut Progress,
) -> Result<(), Halt> {
    let payloads = if manifest.payloads { snapshot.holdings()?.payloads } else { 0 };
    progress.expect(2 * snapshot.size() + payloads);
    let mut calls = Vec::new();
    snapshot.entries(
        0..snapshot.size(),
        |_| true,
        |seq, body, leaf| {
            if is_of_type(body, "call.requested") {
                calls.push(seq);
            }
            bundler.entry(seq, body, leaf)?;
            progress.step()
        },
    )?;
    snapshot.checkpoints(|note| Ok::<_, Halt>(bundler.checkpoint(note)?))?;
    if manifest.payloads {
        snapshot.payloads(|commitment, opened| {
            bundler.payload(commitment, Content::Opened { salt: &opened.salt, bytes: &opened.bytes })?;
            progress.step()
        })?;
    }
    snapshot.erasures(|commitment| Ok::<_, Halt>(bundler.payload(commitment, Content::Erased)?))?;
    progress.expect(calls.len() as u64);
    tables::write(snapshot, (0..snapshot.size()).map(Seq), &calls, bundler, progress)
}
