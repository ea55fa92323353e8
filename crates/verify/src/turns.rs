//! Turns: requests to models, batches, answers.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{BatchId, ConversationId, ModelCallId, TurnId};
use domain::view::FindingKind;

use crate::findings::Here;

/// The turns that have not ended, and the requests to models that are under way.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    open: BTreeMap<TurnId, Turn>,
    under_way: BTreeSet<ModelCallId>,
}

#[derive(Debug, Default)]
struct Turn {
    conversation: Option<ConversationId>,
    requests: BTreeSet<ModelCallId>,
    batches: BTreeMap<BatchId, Batch>,
    /// Its calls without an outcome.
    calls: u32,
}

#[derive(Debug, Default)]
struct Batch {
    /// What `batch.opened` says, once it did.
    stated: Option<u32>,
    requested: u32,
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
        let Some(turn) = self.of(Some(turn), here) else { return };
        let sent = turn.requests.contains(&request);
        let again = turn.batches.entry(batch).or_default().stated.replace(calls).is_some();
        if !sent {
            let words = format!("{batch} comes of {request}, of which no entry of the turn tells");
            here.report(FindingKind::Missing, &words);
        }
        if again {
            here.report(FindingKind::Forked, &format!("{batch} is opened a second time"));
        }
    }

    /// A call of a turn was asked for.
    pub(crate) fn add_call(&mut self, turn: Option<TurnId>, batch: Option<BatchId>, here: &mut Here<'_>) {
        let Some(turn) = self.of(turn, here) else { return };
        turn.calls += 1;
        if let Some(batch) = batch {
            turn.batches.entry(batch).or_default().requested += 1;
        }
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
        for (batch, Batch { stated, requested }) in ended.batches {
            match stated {
                Some(stated) if stated == requested => {}
                Some(stated) => {
                    let words = format!("{batch} has {stated} calls, and {requested} are on record");
                    here.report(FindingKind::Missing, &words);
                }
                None => {
                    here.report(FindingKind::Missing, &format!("no entry opens {batch}, which has calls"))
                }
            }
        }
    }

    /// A turn ends without an answer.
    pub(crate) fn stop(&mut self, turn: TurnId, here: &mut Here<'_>) {
        self.end(turn, here);
    }

    /// What an earlier run left open was closed.
    pub(crate) fn recovered(&mut self, here: &mut Here<'_>) {
        // A request to a model that a crash cut off has no end: nobody can know what came.
        self.under_way.clear();
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
