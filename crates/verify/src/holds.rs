//! Holds: what may not be erased, and since when.

use std::collections::BTreeMap;

use domain::fact::Fact;
use domain::id::{CallId, ConversationId, HoldId};
use domain::view::FindingKind;

use crate::findings::Here;

/// What one hold covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cover {
    Everything,
    Conversation(ConversationId),
    Call(CallId),
}

/// Every hold so far.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    /// What it covers; none once it was released.
    known: BTreeMap<HoldId, Option<Cover>>,
    /// How many holds cover each, so that a payload is looked up once and not for each hold.
    covered: BTreeMap<Cover, u32>,
}

/// To whom a payload belongs: the conversation of the entry that commits to it, and the calls that the entry names.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    conversation: Option<ConversationId>,
    calls: Vec<CallId>,
}

impl Holds {
    /// Takes in an entry that sets or releases a hold.
    pub(crate) fn tell(&mut self, fact: &Fact, here: &mut Here<'_>) {
        match fact {
            Fact::HoldSet { hold, of, call, .. } => {
                let cover = match (of, call) {
                    (None, None) => Cover::Everything,
                    (Some(of), None) => Cover::Conversation(*of),
                    (None, Some(call)) => Cover::Call(*call),
                    (Some(_), Some(_)) => {
                        here.report(
                            FindingKind::Altered,
                            &format!("{hold} is of a conversation and of a call"),
                        );
                        return;
                    }
                };
                if self.known.contains_key(hold) {
                    here.report(FindingKind::Forked, &format!("{hold} is set a second time"));
                } else {
                    self.known.insert(*hold, Some(cover));
                    *self.covered.entry(cover).or_default() += 1;
                }
            }
            Fact::HoldReleased { hold, .. } => match self.known.get_mut(hold).map(Option::take) {
                Some(Some(cover)) => {
                    if let Some(count) = self.covered.get_mut(&cover) {
                        *count = count.saturating_sub(1);
                    }
                }
                Some(None) => here.report(FindingKind::Forked, &format!("{hold} is released a second time")),
                None => {
                    let words = format!("{hold} is released, and no entry before says that it was set");
                    here.report(FindingKind::Missing, &words);
                }
            },
            _ => {}
        }
    }

    /// Whether a hold covers what belongs to this owner.
    pub(crate) fn cover(&self, owner: &Owner) -> bool {
        let held = |cover| self.covered.get(&cover).is_some_and(|count| *count > 0);
        held(Cover::Everything)
            || owner.conversation.is_some_and(|conversation| held(Cover::Conversation(conversation)))
            || owner.calls.iter().any(|call| held(Cover::Call(*call)))
    }
}

impl Owner {
    /// Whose the payloads of an entry are.
    pub(crate) fn of(fact: &Fact, conversation: Option<ConversationId>) -> Self {
        let calls = match fact {
            Fact::CallRequested { call, .. }
            | Fact::CallSent { call, .. }
            | Fact::AttemptEnded { call, .. }
            | Fact::ApprovalGiven { call, .. }
            | Fact::CallEnded { call, .. } => vec![*call],
            Fact::ApprovalAsked { calls, .. } => calls.clone(),
            _ => Vec::new(),
        };
        Self { conversation, calls }
    }
}
