//! Exports and reviews: what left the trail was announced before, and whoever looked looked at something.

use std::collections::BTreeMap;

use domain::bundle::BundleKind;
use domain::fact::Fact;
use domain::id::Seq;
use domain::view::FindingKind;

use crate::findings::Here;

/// Exports that were begun and of which nothing says yet that they were made, each with whether it is a view.
#[derive(Debug, Default)]
pub(crate) struct Exports {
    begun: BTreeMap<Seq, bool>,
}

impl Exports {
    /// Takes in an entry about an export.
    pub(crate) fn tell(&mut self, fact: &Fact, here: &mut Here<'_>) {
        match fact {
            Fact::ExportBegun { kind, turn, .. } => {
                let of_conversation = matches!(kind, BundleKind::Conversation | BundleKind::Answer);
                if of_conversation != here.conversation.is_some() {
                    let words =
                        "an export is linked into its conversation if it is of one, and else into none";
                    here.report(FindingKind::Missing, words);
                }
                if turn.is_some() != (*kind == BundleKind::Answer) {
                    here.report(
                        FindingKind::Altered,
                        "an export names a turn if it is of an answer, and else none",
                    );
                }
                self.begun.insert(here.seq, *kind == BundleKind::View);
            }
            Fact::ExportSent { begun, .. } if self.begun.get(begun) != Some(&true) => {
                let words =
                    format!("a view is sent, and entry {begun} begins none, or one that was made before");
                here.report(FindingKind::Missing, &words);
            }
            Fact::ExportMade { begun, .. } if self.begun.remove(begun).is_none() => {
                let words =
                    format!("an export is made, and entry {begun} begins none, or one that was made before");
                here.report(FindingKind::Missing, &words);
            }
            _ => {}
        }
    }
}
