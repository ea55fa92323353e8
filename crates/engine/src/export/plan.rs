//! Which entries a bundle of a conversation or an answer holds: its own, and those of the trail without which they could
//! not be judged.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::bundle::{BundlePreview, BundleScope};
use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::{CallId, ConversationId, HoldId, Seq, TurnId};
use domain::label::Label;
use domain::payload::Commitment;
use evidence::ReportedAnchor;
use store::{Snapshot, StoreError};

use super::halt::{Halt, Progress};
use crate::error::EngineError;

/// The part of the trail that a bundle is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) conversation: ConversationId,
    /// Only this turn is asked for, with what came before it.
    pub(super) turn: Option<TurnId>,
    /// The last entry of the conversation that is in it.
    pub(super) last: Seq,
}

impl Extent {
    /// What a scope means now; none if it is everything.
    pub(super) fn of(snapshot: &Snapshot, scope: BundleScope) -> Result<Option<Self>, EngineError> {
        match scope {
            BundleScope::Trail => Ok(None),
            BundleScope::Conversation { conversation } => {
                let none = || EngineError::NotFound(format!("there is no conversation {conversation}"));
                snapshot.conversation(conversation)?.ok_or_else(none)?;
                let last = Seq(snapshot.size().saturating_sub(1));
                Ok(Some(Self { conversation, turn: None, last }))
            }
            BundleScope::Answer { turn } => {
                let none = || EngineError::NotFound(format!("there is no turn {turn}"));
                let place = snapshot.place_of(turn)?.ok_or_else(none)?;
                let open = || {
                    EngineError::BadInput(format!(
                        "the turn {turn} has not ended; wait for its answer, or take the conversation as it stands"
                    ))
                };
                let last = place.ended.ok_or_else(open)?;
                Ok(Some(Self { conversation: place.conversation, turn: Some(turn), last }))
            }
        }
    }

    /// The same once its export was announced: a conversation's bundle ends with that, an answer's does not hold it.
    pub(super) fn ending_with(self, begun: Seq) -> Self {
        if self.turn.is_some() { self } else { Self { last: begun, ..self } }
    }
}

/// What goes in.
pub(super) struct Plan {
    pub(super) extent: Extent,
    /// The entries, ascending.
    pub(super) entries: Vec<Seq>,
    /// Those of them that ask for a call.
    pub(super) calls: Vec<Seq>,
    /// The turns that get a printed report.
    pub(super) turns: Vec<Turn>,
    /// The newest checkpoint that each anchor holds, newest first.
    pub(super) anchors: Vec<ReportedAnchor>,
    /// Payloads of the entries that were erased on record.
    pub(super) erased: BTreeSet<Commitment>,
    label: Label,
}

/// A turn that has ended.
pub(super) struct Turn {
    pub(super) turn: TurnId,
    /// Its entries that belong to no call.
    pub(super) entries: Vec<Seq>,
    /// The calls that its answer drew on.
    pub(super) exposed: Vec<CallId>,
    ended: bool,
}

impl Plan {
    /// Reads the whole trail, of most entries only their type.
    pub(super) fn of(snapshot: &Snapshot, extent: Extent, progress: &mut Progress) -> Result<Self, Halt> {
        let id = extent.conversation.to_string();
        let finder = memchr::memmem::Finder::new(&id);
        let wanted =
            |body: &[u8]| finder.find(body).is_some() || KEPT.iter().any(|kind| is_of_type(body, kind));
        let mut found = Found::new(extent);
        progress.expect(snapshot.size());
        let mut before = 0;
        snapshot.entries(0..snapshot.size(), wanted, |seq, body, _| {
            for _ in before..seq.0 {
                progress.step()?;
            }
            before = seq.0;
            // What does not read belongs to nothing that it could be named by; a bundle of everything has it.
            if let Ok(entry) = Entry::from_body(body) {
                found.take(&entry);
            }
            Ok::<_, Halt>(())
        })?;
        for _ in before..snapshot.size() {
            progress.step()?;
        }
        Ok(found.plan())
    }

    /// What it comes to.
    pub(super) fn preview(&self, snapshot: &Snapshot) -> Result<BundlePreview, StoreError> {
        let (mut payloads, mut payload_bytes) = (0, 0);
        for seq in &self.entries {
            for (_, size) in snapshot.sizes(*seq)? {
                payloads += 1;
                payload_bytes += size;
            }
        }
        // Announcing it will be an entry of the conversation.
        let announced = u64::from(self.extent.turn.is_none());
        Ok(BundlePreview {
            entries: self.entries.len() as u64 + announced,
            calls: self.calls.len() as u64,
            payloads,
            payload_bytes,
            erased: self.erased.len() as u64,
            label: self.label.clone(),
        })
    }
}

/// Types of entries that concern everything.
const KEPT: [&str; 6] =
    ["trail.opened", "epoch.opened", "payload.erased", "hold.set", "hold.released", "anchor.recorded"];

/// Whether a body that was not read yet says that it is of this type. Others may say so too: text of theirs could hold
/// the same letters.
pub(super) fn is_of_type(body: &[u8], kind: &str) -> bool {
    memchr::memmem::find(body, kind.as_bytes()).is_some()
}

/// What was found so far. An entry is erased, held or drawn on only by later ones, so one pass is enough.
struct Found {
    extent: Extent,
    entries: BTreeSet<Seq>,
    calls: Vec<Seq>,
    call_ids: HashSet<CallId>,
    turns: Vec<Turn>,
    anchors: BTreeMap<String, ReportedAnchor>,
    holds: HashSet<HoldId>,
    payloads: HashSet<Commitment>,
    erased: BTreeSet<Commitment>,
    label: Label,
}

impl Found {
    fn new(extent: Extent) -> Self {
        Self {
            extent,
            entries: BTreeSet::new(),
            calls: Vec::new(),
            call_ids: HashSet::new(),
            turns: Vec::new(),
            anchors: BTreeMap::new(),
            holds: HashSet::new(),
            payloads: HashSet::new(),
            erased: BTreeSet::new(),
            label: Label::join_all([]),
        }
    }

    fn take(&mut self, entry: &Entry) {
        let seq = entry.seq;
        let included = match (&entry.link, &entry.fact) {
            (Some(link), _) => link.conversation == self.extent.conversation && seq <= self.extent.last,
            (None, Fact::TrailOpened { .. } | Fact::EpochOpened { .. }) => true,
            (None, Fact::PayloadErased { payloads, .. }) => {
                let ours = payloads.iter().filter(|erased| self.payloads.contains(*erased));
                let before = self.erased.len();
                self.erased.extend(ours);
                self.erased.len() > before
            }
            (None, Fact::HoldSet { hold, of, call, .. }) => {
                let of_ours = of.is_none_or(|of| of == self.extent.conversation)
                    && call.is_none_or(|call| self.call_ids.contains(&call));
                if of_ours {
                    self.holds.insert(*hold);
                }
                of_ours
            }
            (None, Fact::HoldReleased { hold, .. }) => self.holds.contains(hold),
            (None, Fact::AnchorRecorded { anchor, kind, size, .. }) => {
                let held =
                    ReportedAnchor { name: anchor.clone(), kind: *kind, size: *size, at: entry.at, seq };
                self.anchors.insert(anchor.clone(), held);
                false
            }
            (None, _) => false,
        };
        if included {
            self.entries.insert(seq);
            self.payloads.extend(entry.fact.commitments());
            if entry.link.is_some() {
                self.tell(entry);
            }
        }
    }

    /// What an entry of the conversation says.
    fn tell(&mut self, entry: &Entry) {
        let label = match &entry.fact {
            Fact::QuestionAsked { turn, .. } => {
                let (entries, exposed) = (vec![entry.seq], Vec::new());
                return self.turns.push(Turn { turn: *turn, entries, exposed, ended: false });
            }
            Fact::CallRequested { call, label, .. } => {
                self.calls.push(entry.seq);
                self.call_ids.insert(*call);
                Some(label)
            }
            Fact::CallEnded { label, .. } => Some(label),
            Fact::ModelCalled { label, .. } | Fact::AnswerGiven { label, .. } => {
                self.of_turn(entry);
                Some(label)
            }
            Fact::ModelReturned { .. }
            | Fact::BatchOpened { .. }
            | Fact::BatchHeld { .. }
            | Fact::BatchReleased { .. }
            | Fact::TurnStopped { .. } => {
                self.of_turn(entry);
                None
            }
            _ => None,
        };
        if let Some(label) = label {
            self.label = std::mem::replace(&mut self.label, Label::join_all([])).join(label);
        }
    }

    /// An entry of the turn that was asked last: a conversation's turns come one after another.
    fn of_turn(&mut self, entry: &Entry) {
        let Some(turn) = self.turns.last_mut() else { return };
        turn.entries.push(entry.seq);
        match &entry.fact {
            Fact::AnswerGiven { exposed, .. } => {
                turn.exposed.clone_from(exposed);
                turn.ended = true;
            }
            Fact::TurnStopped { .. } => turn.ended = true,
            _ => {}
        }
    }

    fn plan(self) -> Plan {
        let Self { extent, mut entries, calls, mut turns, anchors, erased, label, .. } = self;
        entries.extend(anchors.values().map(|anchor| anchor.seq));
        let mut anchors: Vec<_> = anchors.into_values().collect();
        anchors.sort_by_key(|anchor| std::cmp::Reverse(anchor.seq));
        turns.retain(|turn| turn.ended && extent.turn.is_none_or(|only| only == turn.turn));
        Plan { extent, entries: entries.into_iter().collect(), calls, turns, anchors, erased, label }
    }
}
