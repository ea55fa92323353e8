//! Batches: each has the calls that it says, and what a person has to let go is not sent before.

use std::collections::BTreeMap;

use domain::fact::Dropped;
use domain::id::{BatchId, CallId, ConversationId, ModelCallId, TurnId};
use domain::view::FindingKind;

use crate::calls::Sent;
use crate::findings::Here;

/// The batches of the turns that have not ended.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    known: BTreeMap<BatchId, Batch>,
    of: BTreeMap<TurnId, Vec<BatchId>>,
    /// Calls that were taken in while their message was still being written.
    early: BTreeMap<CallId, BatchId>,
}

#[derive(Debug)]
struct Batch {
    turn: TurnId,
    conversation: Option<ConversationId>,
    /// What `batch.opened` says, once it did.
    stated: Option<u32>,
    /// Its calls on record, without those that were dropped.
    requested: u32,
    /// The request whose message its early calls come from.
    early_from: Option<ModelCallId>,
    early: Vec<CallId>,
    /// Whether a call of it was dropped because its message did not end well.
    broken: bool,
    /// Whether one of its calls was sent that had not started early.
    sent: bool,
    hold: Hold,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    None,
    Held,
    Released,
    Refused,
}

impl Batches {
    /// A call of a batch was asked for; `early` is the request whose message was still being written, if it was.
    pub(crate) fn add_call(
        &mut self,
        batch: BatchId,
        turn: TurnId,
        call: CallId,
        early: Option<ModelCallId>,
        here: &mut Here<'_>,
    ) {
        let known = self.of_turn(batch, turn, here);
        known.requested = known.requested.saturating_add(1);
        let Some(request) = early else { return };
        if known.stated.is_some() {
            let words = format!("{call} starts early, and its message had ended: {batch} was opened");
            here.report(FindingKind::Forked, &words);
        }
        if *known.early_from.get_or_insert(request) != request {
            let words = format!("{call} comes of {request}, and {batch} of another message");
            here.report(FindingKind::Forked, &words);
        }
        known.early.push(call);
        self.early.insert(call, batch);
    }

    /// A batch is known whole.
    pub(crate) fn open(
        &mut self,
        batch: BatchId,
        turn: TurnId,
        request: ModelCallId,
        calls: u32,
        here: &mut Here<'_>,
    ) {
        let known = self.of_turn(batch, turn, here);
        if known.stated.replace(calls).is_some() {
            here.report(FindingKind::Forked, &format!("{batch} is opened a second time"));
        }
        if known.early_from.is_some_and(|early_from| early_from != request) {
            let words = format!("{batch} comes of {request}, and its early calls of another message");
            here.report(FindingKind::Forked, &words);
        }
        if known.broken {
            let words = format!("{batch} is opened, though its message did not end well");
            here.report(FindingKind::OffPolicy, &words);
        }
    }

    /// A batch waits for a person.
    pub(crate) fn hold(&mut self, batch: BatchId, calls: u32, limit: u32, here: &mut Here<'_>) {
        let Some(known) = self.named(batch, "held", here) else { return };
        let (before, sent) = (std::mem::replace(&mut known.hold, Hold::Held), known.sent);
        if known.stated.is_some_and(|stated| stated != calls) {
            let words = format!("{batch} is held as of {calls} calls, and was opened with another number");
            here.report(FindingKind::Altered, &words);
        }
        if calls <= limit {
            let words = format!("{batch} is held, and its {calls} calls are no more than {limit}");
            here.report(FindingKind::OffPolicy, &words);
        }
        if before != Hold::None {
            here.report(FindingKind::Forked, &format!("{batch} is held a second time"));
        }
        if sent {
            here.report(FindingKind::OffPolicy, &format!("{batch} is held after calls of it were sent"));
        }
    }

    /// A person answered about a held batch.
    pub(crate) fn release(&mut self, batch: BatchId, allowed: bool, here: &mut Here<'_>) {
        let Some(known) = self.named(batch, "answered about", here) else { return };
        let after = if allowed { Hold::Released } else { Hold::Refused };
        match std::mem::replace(&mut known.hold, after) {
            Hold::Held => {}
            Hold::None => {
                here.report(FindingKind::OffPolicy, &format!("an answer about {batch}, which was not held"));
            }
            Hold::Released | Hold::Refused => {
                here.report(FindingKind::Forked, &format!("a second answer about {batch}"));
            }
        }
    }

    /// A request of a call leaves. What started early is apart from a hold: policy let it go before, and one that was
    /// leaving when the refusal came stands behind it.
    pub(crate) fn send(&mut self, call: CallId, sent: Sent, here: &mut Here<'_>) {
        let Some(known) = sent.batch.and_then(|batch| self.known.get_mut(&batch)) else { return };
        known.sent |= !sent.early;
        let why = match known.hold {
            Hold::Held if !sent.early => "while its batch waits for a person",
            Hold::Refused if !sent.early => "though a person refused its batch",
            _ => return,
        };
        here.report(FindingKind::OffPolicy, &format!("{call} is sent {why}"));
    }

    /// A call that started early is no part of its message.
    pub(crate) fn drop_call(&mut self, call: CallId, why: Dropped, here: &mut Here<'_>) {
        let batch = self.early.remove(&call).and_then(|batch| self.known.get_mut(&batch));
        let Some(batch) = batch else {
            let words = format!("{call} is dropped, and no entry of an open turn says that it started early");
            here.report(FindingKind::Missing, &words);
            return;
        };
        batch.requested = batch.requested.saturating_sub(1);
        if why != Dropped::Changed {
            batch.broken = true;
            if batch.stated.is_some() {
                let words = format!("{call} is dropped for how its message ended, and its batch was opened");
                here.report(FindingKind::OffPolicy, &words);
            }
        }
    }

    /// The turn of these batches is answered: each was opened and has its calls.
    pub(crate) fn answered(&mut self, turn: TurnId, here: &mut Here<'_>) {
        for (batch, Batch { stated, requested, .. }) in self.ended(turn) {
            match stated {
                Some(stated) if stated == requested => {}
                Some(stated) => {
                    let words = format!("{batch} has {stated} calls, and {requested} are on record");
                    here.report(FindingKind::Missing, &words);
                }
                None if requested == 0 => {}
                None => {
                    here.report(FindingKind::Missing, &format!("no entry opens {batch}, which has calls"));
                }
            }
        }
    }

    /// The turn of these batches is stopped: whatever was under way stays as it is.
    pub(crate) fn stopped(&mut self, turn: TurnId) {
        self.ended(turn);
    }

    fn ended(&mut self, turn: TurnId) -> Vec<(BatchId, Batch)> {
        let batches = self.of.remove(&turn).unwrap_or_default();
        let ended: Vec<_> = batches.into_iter().filter_map(|batch| self.known.remove_entry(&batch)).collect();
        for call in ended.iter().flat_map(|(_, batch)| &batch.early) {
            self.early.remove(call);
        }
        ended
    }

    /// The batch that an entry of a turn names; known from here on.
    fn of_turn(&mut self, batch: BatchId, turn: TurnId, here: &mut Here<'_>) -> &mut Batch {
        let conversation = here.conversation;
        let of = &mut self.of;
        let known = self.known.entry(batch).or_insert_with(|| {
            of.entry(turn).or_default().push(batch);
            Batch {
                turn,
                conversation,
                stated: None,
                requested: 0,
                early_from: None,
                early: Vec::new(),
                broken: false,
                sent: false,
                hold: Hold::None,
            }
        });
        if known.turn != turn {
            here.report(FindingKind::Forked, &format!("{batch} belongs to {} and to {turn}", known.turn));
        }
        known
    }

    /// The batch that an entry names, which must be known and of the entry's conversation.
    fn named(&mut self, batch: BatchId, what: &str, here: &mut Here<'_>) -> Option<&mut Batch> {
        let known = self.known.get_mut(&batch);
        match &known {
            None => {
                let words = format!("{batch} is {what}, and no entry of an open turn tells of it");
                here.report(FindingKind::Missing, &words);
            }
            Some(known) if known.conversation != here.conversation => {
                let words = format!("it is not linked into the conversation of {batch}");
                here.report(FindingKind::Missing, &words);
            }
            Some(_) => {}
        }
        known
    }
}
