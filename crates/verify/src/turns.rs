//! Turns: requests to models, batches, answers.

use std::collections::{BTreeMap, BTreeSet};

use domain::fact::Dropped;
use domain::id::{BatchId, CallId, ConversationId, ModelCallId, TurnId};
use domain::view::FindingKind;

use crate::batches::Batches;
use crate::calls::Sent;
use crate::findings::Here;

/// The turns that have not ended, and the requests to models that are under way.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    open: BTreeMap<TurnId, Turn>,
    under_way: BTreeSet<ModelCallId>,
    batches: Batches,
}

#[derive(Debug, Default)]
struct Turn {
    conversation: Option<ConversationId>,
    requests: BTreeSet<ModelCallId>,
    /// Its calls without an outcome.
    calls: u32,
}

impl Turns {
    /// A question begins a turn.
    pub(crate) fn ask(&mut self, turn: TurnId, here: &mut Here<'_>) {
        let begun = Turn { conversation: here.conversation, ..Turn::default() };
        if self.open.insert(turn, begun).is_some() {
            here.report(FindingKind::Forked, &format!("{turn} begins a second time"));
        }
    }

    /// A request to a model leaves.
    pub(crate) fn call_model(&mut self, request: ModelCallId, turn: Option<TurnId>, here: &mut Here<'_>) {
        if !self.under_way.insert(request) {
            here.report(FindingKind::Forked, &format!("{request} is sent a second time"));
        }
        if let Some(turn) = self.of(turn, here) {
            turn.requests.insert(request);
        }
    }

    /// A model's response ended.
    pub(crate) fn model_returned(&mut self, request: ModelCallId, here: &mut Here<'_>) {
        if !self.under_way.remove(&request) {
            let words = format!("{request} ends, and no entry says that it was sent and had not ended");
            here.report(FindingKind::Missing, &words);
        }
    }

    /// A batch is known whole.
    pub(crate) fn open_batch(
        &mut self,
        batch: BatchId,
        turn: TurnId,
        request: ModelCallId,
        calls: u32,
        here: &mut Here<'_>,
    ) {
        let Some(known) = self.of(Some(turn), here) else { return };
        if !known.requests.contains(&request) {
            let words = format!("{batch} comes of {request}, of which no entry of the turn tells");
            here.report(FindingKind::Missing, &words);
        }
        self.batches.open(batch, turn, request, calls, here);
    }

    /// A batch waits for a person.
    pub(crate) fn hold_batch(&mut self, batch: BatchId, calls: u32, limit: u32, here: &mut Here<'_>) {
        self.batches.hold(batch, calls, limit, here);
    }

    /// A person answered about a held batch.
    pub(crate) fn release_batch(&mut self, batch: BatchId, allowed: bool, here: &mut Here<'_>) {
        self.batches.release(batch, allowed, here);
    }

    /// A call was asked for; `early` is the request whose message was still being written, if it was.
    pub(crate) fn add_call(
        &mut self,
        call: CallId,
        turn: Option<TurnId>,
        batch: Option<BatchId>,
        early: Option<ModelCallId>,
        here: &mut Here<'_>,
    ) {
        if let Some(request) = early
            && (turn.is_none() || batch.is_none() || !self.under_way.contains(&request))
        {
            let words = format!("{call} starts early, and no message of a turn is being written");
            here.report(FindingKind::Missing, &words);
        }
        let Some(known) = self.of(turn, here) else { return };
        known.calls += 1;
        if let Some(request) = early
            && !known.requests.contains(&request)
        {
            let words = format!("{call} comes of {request}, of which no entry of the turn tells");
            here.report(FindingKind::Missing, &words);
        }
        if let (Some(turn), Some(batch)) = (turn, batch) {
            self.batches.add_call(batch, turn, call, early, here);
        }
    }

    /// A call's request leaves.
    pub(crate) fn send_call(&mut self, call: CallId, sent: Sent, here: &mut Here<'_>) {
        self.batches.send(call, sent, here);
    }

    /// A call that started early is no part of its message.
    pub(crate) fn drop_call(&mut self, call: CallId, why: Dropped, here: &mut Here<'_>) {
        self.batches.drop_call(call, why, here);
    }

    /// A call of a turn has its outcome. That may come after the turn's end, if it was stopped.
    pub(crate) fn end_call(&mut self, turn: Option<TurnId>) {
        if let Some(turn) = turn.and_then(|turn| self.open.get_mut(&turn)) {
            turn.calls = turn.calls.saturating_sub(1);
        }
    }

    /// A turn ends in an answer: everything that it asked for is on record.
    pub(crate) fn answer(&mut self, turn: TurnId, here: &mut Here<'_>) {
        let Some(ended) = self.end(turn, here) else { return };
        if ended.calls > 0 {
            let words = format!("{turn} is answered while {} of its calls have no outcome", ended.calls);
            here.report(FindingKind::Missing, &words);
        }
        for request in ended.requests.intersection(&self.under_way) {
            here.report(FindingKind::Missing, &format!("{turn} is answered while {request} has not ended"));
        }
        self.batches.answered(turn, here);
    }

    /// A turn ends without an answer.
    pub(crate) fn stop(&mut self, turn: TurnId, here: &mut Here<'_>) {
        self.end(turn, here);
        self.batches.stopped(turn);
    }

    /// What an earlier run left open was closed.
    pub(crate) fn recovered(&mut self, here: &mut Here<'_>) {
        // A request to a model that a crash cut off has no end: nobody can know what came.
        self.under_way.clear();
        self.batches = Batches::default();
        for turn in std::mem::take(&mut self.open).into_keys() {
            here.report(FindingKind::Missing, &format!("recovery left {turn} open"));
        }
    }

    fn end(&mut self, turn: TurnId, here: &mut Here<'_>) -> Option<Turn> {
        self.of(Some(turn), here)?;
        self.open.remove(&turn)
    }

    /// The turn that an entry names, which must be open and of the entry's conversation.
    fn of(&mut self, turn: Option<TurnId>, here: &mut Here<'_>) -> Option<&mut Turn> {
        let id = turn?;
        let turn = self.open.get_mut(&id);
        match &turn {
            None => here.report(FindingKind::Missing, &format!("it belongs to {id}, which is not open")),
            Some(turn) if turn.conversation != here.conversation => {
                here.report(FindingKind::Missing, &format!("it is not linked into the conversation of {id}"));
            }
            Some(_) => {}
        }
        turn
    }
}
