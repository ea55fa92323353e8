//! Anchoring: a checkpoint is on record as leaving before an anchor is on record as holding it.

use std::collections::BTreeSet;

use domain::anchor::AnchorKind;
use domain::fact::Fact;
use domain::view::FindingKind;

use crate::findings::Here;

/// Checkpoints on their way to anchors.
#[derive(Debug, Default)]
pub(crate) struct Anchoring {
    sent: BTreeSet<(String, u64)>,
}

impl Anchoring {
    /// Takes in an entry about an anchor. In a choice of entries (`partial`) the intent may be left out.
    pub(crate) fn tell(&mut self, fact: &Fact, partial: bool, here: &mut Here<'_>) {
        let (anchor, size) = match fact {
            Fact::AnchorSent { anchor, size, .. }
            | Fact::AnchorRecorded { anchor, size, .. }
            | Fact::AnchorFailed { anchor, size, .. } => (anchor, *size),
            _ => return,
        };
        if size > here.seq.0 {
            let words = format!("it is about a checkpoint over {size} entries, and there were fewer");
            here.report(FindingKind::Missing, &words);
        }
        match fact {
            Fact::AnchorSent { .. } => {
                self.sent.insert((anchor.clone(), size));
            }
            Fact::AnchorRecorded { kind, .. } => {
                let sent = self.sent.remove(&(anchor.clone(), size));
                // What goes into a folder leaves by no network, and no entry announces it.
                if !sent && !partial && *kind != AnchorKind::Folder {
                    let words =
                        format!("an anchor holds {size} entries, and no entry says that they were sent");
                    here.report(FindingKind::Missing, &words);
                }
            }
            _ => {
                self.sent.remove(&(anchor.clone(), size));
            }
        }
    }
}
