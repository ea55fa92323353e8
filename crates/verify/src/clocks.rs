//! Runs of the program and their monotonic clocks.

use std::collections::BTreeSet;

use domain::id::BootId;
use domain::view::FindingKind;

use crate::findings::Here;

/// The run that writes, how far its clock is, and the runs that have ended.
#[derive(Debug, Default)]
pub(crate) struct Clocks {
    present: Option<(BootId, u64)>,
    ended: BTreeSet<BootId>,
}

impl Clocks {
    /// One run writes at a time, and its clock never goes back.
    pub(crate) fn check(&mut self, boot: BootId, mono: u64, here: &mut Here<'_>) {
        match self.present {
            Some((present, before)) if present == boot && mono < before => {
                let words = format!("the clock of {boot} went back from {before} to {mono}");
                here.report(FindingKind::Altered, &words);
            }
            Some((ended, _)) if ended != boot => {
                self.ended.insert(ended);
                if self.ended.contains(&boot) {
                    here.report(FindingKind::Forked, &format!("{boot} writes again after another run began"));
                }
            }
            _ => {}
        }
        self.present = Some((boot, mono));
    }
}
