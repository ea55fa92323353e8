//! Whether a trail is sound: a figure of a run that recorded something wrong is worth nothing.

use std::ops::ControlFlow;

use ::verify::Checker;
use domain::time::Micros;
use domain::view::VerifyReport;
use engine::Engine;
use store::{Piece, Reader};

use crate::trouble::{Outcome, trouble};

/// Verifies all that a workspace holds, as `tieout trail verify` does; how many entries its trail has.
pub(crate) async fn verified(engine: &Engine) -> Outcome<u64> {
    match engine.verify(|_, _| ControlFlow::Continue(())).await? {
        Some(report) => sound(&report),
        None => trouble("the verification was stopped, and nobody stopped it"),
    }
}

/// Gives the trail alone to the checker that a stranger runs; how many entries it has. Blocks.
pub(crate) fn check(reader: &Reader) -> Outcome<u64> {
    let mut checker = Checker::new(None);
    for piece in reader.evidence()? {
        match piece? {
            Piece::Entry { seq, body, leaf } => checker.entry(seq, &body, &leaf),
            Piece::Payload { commitment, secret, bytes, .. } => {
                checker.payload(commitment, Some(&secret), &bytes);
            }
            Piece::Tile { level, index, hash } => checker.tile(level, index, &hash),
            Piece::Checkpoint { size, note } => checker.checkpoint(size, &note),
        }
    }
    sound(&checker.finish(Micros(0)))
}

fn sound(report: &VerifyReport) -> Outcome<u64> {
    match report.findings.first() {
        None => Ok(report.entries),
        Some(finding) => trouble(format!("the trail does not verify: {}", finding.words)),
    }
}
