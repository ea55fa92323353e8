//! What people said of labels and of what labels are made of: a false alarm is told once and taken back once, and a lowered
//! label falls.

use std::collections::BTreeSet;

use domain::fact::Fact;
use domain::finding::{Carried, Judged};
use domain::id::CallId;
use domain::label::Label;
use domain::view::FindingKind;

use crate::findings::Here;

/// The false alarms that hold.
#[derive(Debug, Default)]
pub(crate) struct Judgements {
    dismissed: BTreeSet<(CallId, String, Carried, String)>,
}

impl Judgements {
    /// Takes in what a person said. `partial`: only some entries of the trail are told, so that what comes before this one
    /// may be missing.
    pub(crate) fn tell(&mut self, fact: &Fact, partial: bool, here: &mut Here<'_>) {
        match fact {
            Fact::FindingDismissed(judged) if !self.dismissed.insert(place(judged)) => {
                let words = format!("`{}` is called a false alarm there a second time", judged.kind);
                here.report(FindingKind::Forked, &words);
            }
            Fact::FindingRestored(judged) if !self.dismissed.remove(&place(judged)) && !partial => {
                let words = format!(
                    "`{}` is raised again there, and no entry before says that it was not",
                    judged.kind
                );
                here.report(FindingKind::Missing, &words);
            }
            Fact::LabelLowered { from, to, .. } if !is_lower(from, to) => {
                let words =
                    format!("a label is said to be lowered from {from} to {to}, which is not below it");
                here.report(FindingKind::OffPolicy, &words);
            }
            _ => {}
        }
    }
}

fn place(judged: &Judged) -> (CallId, String, Carried, String) {
    (judged.call, judged.kind.clone(), judged.carried, judged.pointer.clone())
}

/// What data is about stays what it is about: of a label, the level is what a person lowers.
fn is_lower(from: &Label, to: &Label) -> bool {
    to.level < from.level && to.categories.is_subset(&from.categories)
}
