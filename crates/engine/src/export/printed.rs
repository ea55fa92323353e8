//! The printed report of a turn, from what is on record of it.

use std::collections::HashSet;

use domain::bundle::Manifest;
use domain::id::{CallId, Seq};
use domain::view::CallDetail;
use evidence::Report;
use store::{Snapshot, StoreError};

use super::plan::{Plan, Turn};

/// The most of a payload's text that is printed, in bytes; the bundle has all of it beside.
const PRINTED: usize = 16 * 1024;

/// The report as HTML; none if the turn's rows can't be had.
pub(super) fn report(
    snapshot: &Snapshot,
    manifest: &Manifest,
    plan: &Plan,
    turn: &Turn,
) -> Result<Option<String>, StoreError> {
    let last = plan.extent.last;
    let Some(mut view) = snapshot.turn(turn.turn)? else { return Ok(None) };
    // What a person made again later is in no bundle that ended before.
    view.retries.retain(|row| row.seq <= last);
    let own = view.batches.iter().flat_map(|batch| &batch.calls).chain(&view.retries).map(|row| row.call);
    let mut told = HashSet::new();
    let wanted: Vec<CallId> =
        own.chain(turn.exposed.iter().copied()).filter(|call| told.insert(*call)).collect();
    let mut calls = Vec::with_capacity(wanted.len());
    for call in wanted {
        calls.extend(snapshot.call(call, PRINTED)?.map(|detail| until(detail, last)));
    }
    let mut entries = Vec::with_capacity(turn.entries.len());
    for seq in &turn.entries {
        entries.extend(snapshot.entry(*seq)?);
    }
    let report = Report {
        manifest: manifest.clone(),
        checkpoint: snapshot.note().to_owned(),
        conversation: plan.extent.conversation,
        turn: view,
        calls,
        entries,
        erased: plan.erased.clone(),
        anchors: plan.anchors.clone(),
    };
    Ok(Some(evidence::report(&report)))
}

/// What the bundle has of a call.
fn until(mut detail: CallDetail, last: Seq) -> CallDetail {
    detail.entries.retain(|entry| entry.seq <= last);
    detail.payloads.retain(|payload| payload.seq <= last);
    detail
}
