//! The story that the entries tell, fact by fact: whether each could happen after the ones before.

use domain::fact::Fact;
use domain::view::FindingKind;

use crate::anchoring::Anchoring;
use crate::calls::{Calls, Requested};
use crate::ended::End;
use crate::exports::Exports;
use crate::findings::Here;
use crate::judged::Judgements;
use crate::tokens::Tokens;
use crate::turns::Turns;

/// Everything that is under way.
#[derive(Debug, Default)]
pub(crate) struct Story {
    turns: Turns,
    calls: Calls,
    anchoring: Anchoring,
    tokens: Tokens,
    exports: Exports,
    judgements: Judgements,
    /// Whether only some entries of the trail are told.
    partial: bool,
    told: u64,
}

impl Story {
    /// For a choice of entries.
    pub(crate) fn of_some() -> Self {
        Self { partial: true, ..Self::default() }
    }

    /// How many entries were told.
    pub(crate) fn told(&self) -> u64 {
        self.told
    }

    /// How many calls it tells of.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.requested()
    }

    /// What happens next.
    pub(crate) fn tell(&mut self, fact: &Fact, here: &mut Here<'_>) {
        self.told += 1;
        match fact {
            Fact::TrailRecovered { .. } => {
                self.calls.recovered(here);
                self.turns.recovered(here);
            }
            Fact::QuestionAsked { turn, .. } => self.turns.ask(*turn, here),
            Fact::ModelCalled { request, turn, redacted, hidden, .. } => {
                if (*redacted > 0) != hidden.is_some() {
                    let words = "a request counts what the model is not shown if it names that, and else not";
                    here.report(FindingKind::Altered, words);
                }
                self.turns.call_model(*request, *turn, here);
            }
            Fact::ModelReturned { request, .. } => self.turns.model_returned(*request, here),
            Fact::BatchOpened { batch, turn, request, calls } => {
                self.turns.open_batch(*batch, *turn, *request, *calls, here);
            }
            Fact::BatchHeld { batch, calls, limit } => self.turns.hold_batch(*batch, *calls, *limit, here),
            Fact::BatchReleased { batch, allowed, .. } => self.turns.release_batch(*batch, *allowed, here),
            Fact::CallRequested { call, batch, turn, tool, effect, early, retry_of, .. } => {
                let (call, turn, batch) = (*call, *turn, *batch);
                let requested = Requested {
                    call,
                    turn,
                    batch,
                    tool,
                    effect: *effect,
                    early: early.is_some(),
                    retry_of: *retry_of,
                };
                if self.calls.request(requested, here) {
                    self.turns.add_call(call, turn, batch, *early, here);
                }
            }
            Fact::CallDecided { call, verdict, .. } => self.calls.decide(*call, *verdict, here),
            Fact::ApprovalAsked { calls, .. } => self.calls.ask(calls, here),
            Fact::ApprovalGiven { call, allowed, arguments, .. } => {
                self.calls.answer(*call, *allowed, arguments.is_some(), here);
            }
            Fact::CallSent { call, attempt, page, idempotency_key, .. } => {
                let which = (*attempt, *page);
                if let Some(sent) = self.calls.send(*call, which, idempotency_key.as_deref(), here) {
                    self.turns.send_call(*call, sent, here);
                }
            }
            Fact::AttemptEnded { call, attempt, status, .. } => {
                self.calls.end_attempt(*call, *attempt, *status, here);
            }
            Fact::CallDropped { call, why } => {
                self.calls.drop_call(*call, here);
                self.turns.drop_call(*call, *why, here);
            }
            Fact::CallEnded { .. } => {
                if let Some((call, end)) = End::of(fact) {
                    let turn = self.calls.end(call, &end, here);
                    self.turns.end_call(turn);
                }
            }
            Fact::AnswerGiven { turn, exposed, .. } => {
                self.calls.expose(exposed, here);
                self.turns.answer(*turn, here);
            }
            Fact::TurnStopped { turn, .. } => self.turns.stop(*turn, here),
            Fact::AnchorSent { .. } | Fact::AnchorRecorded { .. } | Fact::AnchorFailed { .. } => {
                self.anchoring.tell(fact, self.partial, here);
            }
            Fact::ExportBegun { .. } | Fact::ExportSent { .. } | Fact::ExportMade { .. } => {
                self.exports.tell(fact, here);
            }
            Fact::TokenSent { .. } | Fact::TokenEnded { .. } => self.tokens.tell(fact, self.partial, here),
            Fact::FindingDismissed(judged) => {
                self.calls.judge(judged.call, here);
                self.judgements.tell(fact, self.partial, here);
            }
            Fact::FindingRestored(_) | Fact::LabelLowered { .. } => {
                self.judgements.tell(fact, self.partial, here);
            }
            Fact::ReviewOpened { call } => self.calls.review(*call, here),
            Fact::TrailOpened { .. }
            | Fact::EpochOpened { .. }
            | Fact::ClockJumped { .. }
            | Fact::Heartbeat {}
            | Fact::ConversationOpened {}
            | Fact::SourceChanged { .. }
            | Fact::SourceAsked { .. }
            | Fact::ModelChanged { .. }
            | Fact::SettingsChanged { .. }
            | Fact::PayloadErased { .. }
            | Fact::HoldSet { .. }
            | Fact::HoldReleased { .. }
            | Fact::RetentionApplied { .. } => {}
        }
    }
}
