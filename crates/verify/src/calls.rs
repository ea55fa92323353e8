//! Calls: each was asked for, had leave before it was sent, was on record before it was sent, and ended once.

use std::collections::BTreeMap;

use domain::call::Verdict;
use domain::id::{CallId, ConversationId, TurnId};
use domain::outcome::Outcome;
use domain::view::FindingKind;

use crate::findings::Here;

/// The calls without an outcome, and the ids of those with one.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    open: BTreeMap<CallId, Call>,
    /// Kept, some 40 bytes each, to see a second outcome and to know what an answer may have drawn on.
    ended: BTreeMap<CallId, Option<ConversationId>>,
    requested: u64,
}

#[derive(Debug)]
struct Call {
    turn: Option<TurnId>,
    conversation: Option<ConversationId>,
    verdict: Option<Verdict>,
    /// Whether a person was asked.
    asked: bool,
    /// What they said.
    allowed: Option<bool>,
    /// How often it was sent.
    attempts: u32,
}

impl Call {
    fn has_leave(&self) -> bool {
        match self.verdict {
            Some(Verdict::Allow) => self.allowed != Some(false),
            Some(Verdict::Ask) => self.allowed == Some(true),
            Some(Verdict::Deny) | None => false,
        }
    }

    fn why_no_leave(&self) -> &'static str {
        match (self.verdict, self.allowed) {
            (None, _) => "before policy decided",
            (Some(Verdict::Deny), _) => "though policy denied it",
            (Some(_), Some(false)) => "though a person refused it",
            (Some(_), _) => "though policy said to ask, and nobody allowed it",
        }
    }
}

impl Calls {
    /// How many were asked for.
    pub(crate) fn requested(&self) -> u64 {
        self.requested
    }

    /// A call was asked for. Gives back whether it is new.
    pub(crate) fn request(&mut self, call: CallId, turn: Option<TurnId>, here: &mut Here<'_>) -> bool {
        if self.open.contains_key(&call) || self.ended.contains_key(&call) {
            here.report(FindingKind::Forked, &format!("{call} is asked for a second time"));
            return false;
        }
        self.requested += 1;
        let conversation = here.conversation;
        let new = Call { turn, conversation, verdict: None, asked: false, allowed: None, attempts: 0 };
        self.open.insert(call, new);
        true
    }

    /// Policy decided.
    pub(crate) fn decide(&mut self, call: CallId, verdict: Verdict, here: &mut Here<'_>) {
        let Some(known) = self.of(call, "decided upon", here) else { return };
        if known.verdict.is_some() {
            here.report(FindingKind::Forked, &format!("{call} is decided upon a second time"));
        } else {
            known.verdict = Some(verdict);
        }
    }

    /// A person was asked about some calls.
    pub(crate) fn ask(&mut self, calls: &[CallId], here: &mut Here<'_>) {
        for call in calls {
            let Some(known) = self.of(*call, "put before a person", here) else { continue };
            known.asked = true;
            if known.verdict != Some(Verdict::Ask) {
                let words = format!("a person is asked about {call}, of which policy did not say so");
                here.report(FindingKind::OffPolicy, &words);
            }
        }
    }

    /// A person answered about a call.
    pub(crate) fn answer(&mut self, call: CallId, allowed: bool, here: &mut Here<'_>) {
        let Some(known) = self.of(call, "answered", here) else { return };
        let before = known.allowed.replace(allowed);
        if !known.asked {
            here.report(
                FindingKind::OffPolicy,
                &format!("an answer about {call}, which nobody was asked about"),
            );
        }
        if before.is_some() {
            here.report(FindingKind::Forked, &format!("a second answer about {call}"));
        }
    }

    /// A call's request leaves.
    pub(crate) fn send(&mut self, call: CallId, attempt: u32, here: &mut Here<'_>) {
        let Some(known) = self.of(call, "sent", here) else { return };
        let leave = if known.has_leave() { None } else { Some(known.why_no_leave()) };
        let expected = known.attempts.saturating_add(1);
        known.attempts = known.attempts.max(attempt);
        if let Some(why) = leave {
            here.report(FindingKind::OffPolicy, &format!("{call} is sent {why}"));
        }
        if attempt != expected {
            let words = format!("attempt {attempt} of {call} where attempt {expected} would come");
            here.report(FindingKind::Gap, &words);
        }
    }

    /// A call ended. Gives back the turn that it belonged to, if it was open.
    pub(crate) fn end(&mut self, call: CallId, outcome: Outcome, here: &mut Here<'_>) -> Option<TurnId> {
        let known = self.of(call, "ended", here)?;
        let sent = known.attempts > 0;
        match outcome {
            Outcome::Returned | Outcome::TimedOut | Outcome::Unknown if !sent => {
                let words = format!("{call} {}, and no entry says that it was sent", outcome.word());
                here.report(FindingKind::Missing, &words);
            }
            Outcome::Refused if sent => {
                here.report(FindingKind::OffPolicy, &format!("{call} is refused, and was sent"));
            }
            _ => {}
        }
        let ended = self.open.remove(&call)?;
        self.ended.insert(call, ended.conversation);
        ended.turn
    }

    /// An answer names the calls that it could draw on: all have ended, in its conversation.
    pub(crate) fn expose(&self, calls: &[CallId], here: &mut Here<'_>) {
        for call in calls {
            let words = match self.ended.get(call) {
                Some(conversation) if *conversation == here.conversation => continue,
                Some(_) => format!("the answer drew on {call}, which is of another conversation"),
                None => format!("the answer drew on {call}, and no entry before says how that ended"),
            };
            here.report(FindingKind::Missing, &words);
        }
    }

    /// What an earlier run left open was closed.
    pub(crate) fn recovered(&mut self, here: &mut Here<'_>) {
        for call in self.open.keys() {
            here.report(FindingKind::Missing, &format!("recovery left {call} without an outcome"));
        }
    }

    /// The call that an entry names, which must be open and of the entry's conversation.
    fn of(&mut self, call: CallId, what: &str, here: &mut Here<'_>) -> Option<&mut Call> {
        let Some(known) = self.open.get_mut(&call) else {
            if !self.ended.contains_key(&call) {
                let words = format!("{call} is {what}, and no entry before says that it was asked for");
                here.report(FindingKind::Missing, &words);
            } else if what == "ended" {
                here.report(FindingKind::Forked, &format!("{call} has a second outcome"));
            } else {
                here.report(FindingKind::OffPolicy, &format!("{call} is {what} after its end"));
            }
            return None;
        };
        if known.conversation != here.conversation {
            here.report(FindingKind::Missing, &format!("it is not linked into the conversation of {call}"));
        }
        Some(known)
    }
}
