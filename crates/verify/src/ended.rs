//! How calls ended, and whether a call that drew on another's result ended as that one did.

use domain::fact::Fact;
use domain::id::{CallId, ConversationId};
use domain::label::{Category, Label, Level};
use domain::outcome::{FailureClass, Outcome};
use domain::view::FindingKind;

use crate::findings::Here;

/// What `call.ended` says, without what only its payloads tell.
#[derive(Debug)]
pub(crate) struct End<'a> {
    pub(crate) outcome: Outcome,
    /// Whether it has a result of its own.
    pub(crate) has_result: bool,
    pub(crate) from: Option<CallId>,
    failure: Option<FailureClass>,
    status: Option<u16>,
    size: u64,
    cut_from: Option<u64>,
    label: &'a Label,
}

/// What is kept of a call that has ended: any later one may draw on it. Kept small, since a trail may have millions.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) conversation: Option<ConversationId>,
    /// Why it is no part of its message matters to nobody; that it is none does.
    pub(crate) dropped: bool,
    /// Whether there is a result to draw on: its own, or the one on which it drew.
    holds: bool,
    outcome: Outcome,
    failure: Option<FailureClass>,
    status: Option<u16>,
    size: u64,
    cut_from: Option<u64>,
    level: Level,
    categories: u16,
}

impl<'a> End<'a> {
    /// The call that an entry ends, and how.
    pub(crate) fn of(fact: &'a Fact) -> Option<(CallId, Self)> {
        let Fact::CallEnded { call, outcome, failure, status, result, size, cut_from, label, from, .. } =
            fact
        else {
            return None;
        };
        let end = Self {
            outcome: *outcome,
            has_result: result.is_some(),
            from: *from,
            failure: *failure,
            status: *status,
            size: *size,
            cut_from: *cut_from,
            label,
        };
        Some((*call, end))
    }

    /// What is kept of it. `drawn_on` is the call on whose result it drew.
    pub(crate) fn kept(
        &self,
        conversation: Option<ConversationId>,
        dropped: bool,
        drawn_on: Option<&Ended>,
    ) -> Ended {
        Ended {
            conversation,
            dropped,
            holds: self.has_result || drawn_on.is_some_and(|drawn_on| drawn_on.holds),
            outcome: self.outcome,
            failure: self.failure,
            status: self.status,
            size: self.size,
            cut_from: self.cut_from,
            level: self.label.level,
            categories: bits(self.label),
        }
    }
}

impl Ended {
    /// Checks a call that says that it was answered with this one's result, whole.
    pub(crate) fn shared_with(&self, call: CallId, from: CallId, end: &End<'_>, here: &mut Here<'_>) {
        let told = (end.outcome, end.failure, end.status, end.size, end.cut_from);
        if told != (self.outcome, self.failure, self.status, self.size, self.cut_from) {
            let words = format!("{call} drew on {from}, and does not end as that did");
            here.report(FindingKind::Altered, &words);
        }
        self.label_holds(call, from, end, here);
    }

    /// Checks a call that says that it read a part of this one's result.
    pub(crate) fn read_by(&self, call: CallId, from: CallId, end: &End<'_>, here: &mut Here<'_>) {
        if end.outcome == Outcome::Returned && !(self.holds && end.has_result) {
            let words = format!("{call} read from {from}, and there is no result of the one or of the other");
            here.report(FindingKind::Missing, &words);
        }
        self.label_holds(call, from, end, here);
    }

    fn label_holds(&self, call: CallId, from: CallId, end: &End<'_>, here: &mut Here<'_>) {
        let covers = end.label.level >= self.level && bits(end.label) & self.categories == self.categories;
        // What did not return shows nothing, so nothing has to be said of how sensitive it is.
        if end.outcome == Outcome::Returned && !covers {
            let words = format!("{call} drew on {from}, and its label falls below the label of that");
            here.report(FindingKind::OffPolicy, &words);
        }
    }
}

/// A label's categories, one bit each.
fn bits(label: &Label) -> u16 {
    let all = (0..).zip(Category::ALL).filter(|(_, category)| label.categories.contains(category));
    all.fold(0, |bits, (place, _)| bits | 1 << place)
}
