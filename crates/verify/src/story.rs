//! The story that the entries tell, fact by fact: whether each could happen after the ones before.

use domain::fact::Fact;

use crate::calls::Calls;
use crate::findings::Here;
use crate::turns::Turns;

/// Everything that is under way.
#[derive(Debug, Default)]
pub(crate) struct Story {
    turns: Turns,
    calls: Calls,
}

impl Story {
    /// How many calls it tells of.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.requested()
    }

    /// What happens next.
    pub(crate) fn tell(&mut self, fact: &Fact, here: &mut Here<'_>) {
        match fact {
            Fact::TrailRecovered { .. } => {
                self.calls.recovered(here);
                self.turns.recovered(here);
            }
            Fact::QuestionAsked { turn, .. } => self.turns.ask(*turn, here),
            Fact::ModelCalled { request, turn, .. } => self.turns.call_model(*request, *turn, here),
            Fact::ModelReturned { request, .. } => self.turns.model_returned(*request, here),
            Fact::BatchOpened { batch, turn, request, calls } => {
                self.turns.open_batch(*batch, *turn, *request, *calls, here);
            }
            Fact::CallRequested { call, batch, turn, .. } => {
                if self.calls.request(*call, *turn, here) {
                    self.turns.add_call(*turn, *batch, here);
                }
            }
            Fact::CallDecided { call, verdict, .. } => self.calls.decide(*call, *verdict, here),
            Fact::ApprovalAsked { calls, .. } => self.calls.ask(calls, here),
            Fact::ApprovalGiven { call, allowed, .. } => self.calls.answer(*call, *allowed, here),
            Fact::CallSent { call, attempt, .. } => self.calls.send(*call, *attempt, here),
            Fact::CallEnded { call, outcome, .. } => {
                let turn = self.calls.end(*call, *outcome, here);
                self.turns.end_call(turn);
            }
            Fact::AnswerGiven { turn, exposed, .. } => {
                self.calls.expose(exposed, here);
                self.turns.answer(*turn, here);
            }
            Fact::TurnStopped { turn, .. } => self.turns.stop(*turn, here),
            Fact::TrailOpened { .. }
            | Fact::ConversationOpened {}
            | Fact::BatchHeld { .. }
            | Fact::BatchReleased { .. }
            | Fact::AttemptEnded { .. }
            | Fact::CallDropped { .. }
            | Fact::SourceChanged { .. }
            | Fact::ModelChanged { .. }
            | Fact::SettingsChanged { .. } => {}
        }
    }
}
