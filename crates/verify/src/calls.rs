//! Calls: each was asked for, had leave before it was sent, was on record before it was sent, and ended once.

use std::collections::BTreeMap;

use domain::call::Verdict;
use domain::effect::Effect;
use domain::id::{BatchId, CallId, ConversationId, TurnId};
use domain::outcome::Outcome;
use domain::tool::ToolId;
use domain::view::FindingKind;

use crate::attempts::Attempts;
use crate::ended::{End, Ended};
use crate::findings::Here;

/// The calls without an outcome, and what is kept of those with one.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    open: BTreeMap<CallId, Call>,
    /// To see a second outcome, and to know what later calls and answers may have drawn on.
    ended: BTreeMap<CallId, Ended>,
    requested: u64,
}

/// What `call.requested` says of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requested<'a> {
    pub(crate) call: CallId,
    pub(crate) turn: Option<TurnId>,
    pub(crate) batch: Option<BatchId>,
    pub(crate) tool: &'a str,
    pub(crate) effect: Effect,
    pub(crate) early: bool,
    pub(crate) retry_of: Option<CallId>,
}

/// Whose request leaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    pub(crate) batch: Option<BatchId>,
    pub(crate) early: bool,
}

#[derive(Debug)]
struct Call {
    turn: Option<TurnId>,
    batch: Option<BatchId>,
    conversation: Option<ConversationId>,
    effect: Effect,
    early: bool,
    /// Whether it is answered from the record, and sends nothing.
    reads_record: bool,
    /// Whether it looks for tools, and sends nothing.
    finds_tools: bool,
    dropped: bool,
    verdict: Option<Verdict>,
    /// Whether a person was asked.
    asked: bool,
    /// What they said.
    allowed: Option<bool>,
    attempts: Attempts,
}

impl Call {
    fn why_no_leave(&self) -> Option<&'static str> {
        match (self.verdict, self.allowed) {
            _ if self.reads_record => Some("though it is answered from the record"),
            _ if self.finds_tools => Some("though it looks for tools and is never sent"),
            (Some(Verdict::Allow), None | Some(true)) | (Some(Verdict::Ask), Some(true)) => None,
            (None, _) => Some("before policy decided"),
            (Some(Verdict::Deny), _) => Some("though policy denied it"),
            (Some(_), Some(false)) => Some("though a person refused it"),
            (Some(_), None) => Some("though policy said to ask, and nobody allowed it"),
        }
    }
}

impl Calls {
    /// How many were asked for.
    pub(crate) fn requested(&self) -> u64 {
        self.requested
    }

    /// A call was asked for. Gives back whether it is new.
    pub(crate) fn request(&mut self, new: Requested<'_>, here: &mut Here<'_>) -> bool {
        let Requested { call, turn, batch, tool, effect, early, retry_of } = new;
        if self.open.contains_key(&call) || self.ended.contains_key(&call) {
            here.report(FindingKind::Forked, &format!("{call} is asked for a second time"));
            return false;
        }
        if early && effect.writes() {
            here.report(FindingKind::OffPolicy, &format!("{call} starts early, and is no read"));
        }
        if let Some(first) = retry_of {
            self.retry(call, first, turn, here);
        }
        self.requested += 1;
        let new = Call {
            turn,
            batch,
            conversation: here.conversation,
            effect,
            early,
            reads_record: tool.parse() == Ok(ToolId::read_result()),
            finds_tools: tool.parse() == Ok(ToolId::find_tools()),
            dropped: false,
            verdict: None,
            asked: false,
            allowed: None,
            attempts: Attempts::default(),
        };
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
    pub(crate) fn answer(&mut self, call: CallId, allowed: bool, edited: bool, here: &mut Here<'_>) {
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
        if edited && !allowed {
            here.report(FindingKind::OffPolicy, &format!("{call} is refused, and given other arguments"));
        }
    }

    /// A call's request leaves.
    pub(crate) fn send(
        &mut self,
        call: CallId,
        (attempt, page): (u32, Option<u32>),
        key: Option<&str>,
        here: &mut Here<'_>,
    ) -> Option<Sent> {
        let known = self.of(call, "sent", here)?;
        if let Some(why) = known.why_no_leave() {
            here.report(FindingKind::OffPolicy, &format!("{call} is sent {why}"));
        }
        match page {
            Some(page) => known.attempts.turn(call, attempt, page, known.effect, here),
            None => known.attempts.send(call, attempt, known.effect, key, here),
        }
        Some(Sent { batch: known.batch, early: known.early })
    }

    /// An attempt came to nothing, and its call goes on.
    pub(crate) fn end_attempt(
        &mut self,
        call: CallId,
        attempt: u32,
        status: Option<u16>,
        here: &mut Here<'_>,
    ) {
        if let Some(known) = self.of(call, "said to go on", here) {
            known.attempts.end(call, attempt, status, here);
        }
    }

    /// A call is no part of its message, whether it has ended or not.
    pub(crate) fn drop_call(&mut self, call: CallId, here: &mut Here<'_>) {
        let dropped = match (self.open.get_mut(&call), self.ended.get_mut(&call)) {
            (Some(open), _) => &mut open.dropped,
            (None, Some(ended)) => &mut ended.dropped,
            (None, None) => return,
        };
        if std::mem::replace(dropped, true) {
            here.report(FindingKind::Forked, &format!("{call} is dropped a second time"));
        }
    }

    /// A call ended. Gives back the turn that it belonged to, if it was open.
    pub(crate) fn end(&mut self, call: CallId, end: &End<'_>, here: &mut Here<'_>) -> Option<TurnId> {
        let known = self.of(call, "ended", here)?;
        let sent = known.attempts.any();
        if end.outcome == Outcome::Refused && sent {
            here.report(FindingKind::OffPolicy, &format!("{call} is refused, and was sent"));
        }
        // What looks for tools returns without having been sent.
        let needs_sending = match end.outcome {
            Outcome::Returned => !known.finds_tools,
            outcome => matches!(outcome, Outcome::TimedOut | Outcome::Unknown),
        };
        if needs_sending && !sent && (end.from.is_none() || end.outcome == Outcome::Unknown) {
            let words = format!("{call} {}, and no entry says that it was sent", end.outcome.word());
            here.report(FindingKind::Missing, &words);
        }
        let answered = matches!(end.outcome, Outcome::Returned | Outcome::TimedOut);
        if answered && sent && !known.attempts.any_under_way() {
            let words =
                format!("{call} {}, and each of its attempts had come to nothing", end.outcome.word());
            here.report(FindingKind::Missing, &words);
        }
        let ended = self.open.remove(&call)?;
        let drawn_on = end.from.and_then(|from| self.drawn_on(call, &ended, from, end, here));
        let kept = end.kept(ended.conversation, ended.dropped, drawn_on);
        self.ended.insert(call, kept);
        ended.turn
    }

    /// An answer names the calls that it could draw on: all have ended, in its conversation.
    pub(crate) fn expose(&self, calls: &[CallId], here: &mut Here<'_>) {
        for call in calls {
            if self.earlier(*call, "the answer drew on", here).is_some_and(|ended| ended.dropped) {
                let words = format!("the answer drew on {call}, which is no part of its message");
                here.report(FindingKind::OffPolicy, &words);
            }
        }
    }

    /// A reviewer opened a call's payloads.
    pub(crate) fn review(&self, call: CallId, here: &mut Here<'_>) {
        if !self.open.contains_key(&call) && !self.ended.contains_key(&call) {
            let words =
                format!("{call} is opened for review, and no entry before says that it was asked for");
            here.report(FindingKind::Missing, &words);
        }
    }

    /// A person said something of what was detected in a call: it has ended.
    pub(crate) fn judge(&self, call: CallId, here: &mut Here<'_>) {
        if !self.ended.contains_key(&call) {
            let words =
                format!("something detected in {call} is judged, and no entry before says that it ended");
            here.report(FindingKind::Missing, &words);
        }
    }

    /// What an earlier run left open was closed.
    pub(crate) fn recovered(&mut self, here: &mut Here<'_>) {
        for call in self.open.keys() {
            here.report(FindingKind::Missing, &format!("recovery left {call} without an outcome"));
        }
    }

    /// A person makes an ended call again, by hand.
    fn retry(&self, call: CallId, first: CallId, turn: Option<TurnId>, here: &mut Here<'_>) {
        self.earlier(first, &format!("{call} is made in the place of"), here);
        if let Some(turn) = turn {
            let words = format!("a person makes {first} again, and {call} is said to be of {turn}");
            here.report(FindingKind::OffPolicy, &words);
        }
    }

    /// A call says that it drew on another's result: that has ended before, and this one sent nothing.
    fn drawn_on(
        &self,
        call: CallId,
        known: &Call,
        from: CallId,
        end: &End<'_>,
        here: &mut Here<'_>,
    ) -> Option<&Ended> {
        let source = self.earlier(from, &format!("{call} drew on"), here)?;
        if known.attempts.any() {
            let words = format!("{call} was sent, and says that it drew on {from} instead");
            here.report(FindingKind::Forked, &words);
        } else if known.reads_record {
            source.read_by(call, from, end, here);
        } else if end.has_result {
            let words = format!("{call} drew on {from} and has a result of its own, and was not sent");
            here.report(FindingKind::Missing, &words);
        } else if known.effect.writes() {
            let words = format!("{call} changes something, and drew on {from} instead of being sent");
            here.report(FindingKind::OffPolicy, &words);
        } else {
            source.shared_with(call, from, end, here);
        }
        Some(source)
    }

    /// A call that an entry goes back to: it has ended before, in the entry's conversation.
    fn earlier(&self, call: CallId, what: &str, here: &mut Here<'_>) -> Option<&Ended> {
        let words = match self.ended.get(&call) {
            Some(ended) if ended.conversation == here.conversation => return Some(ended),
            Some(_) => format!("{what} {call}, which is of another conversation"),
            None => format!("{what} {call}, and no entry before says how that ended"),
        };
        here.report(FindingKind::Missing, &words);
        None
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
