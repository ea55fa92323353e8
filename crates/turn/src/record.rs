//! What the machine puts on record about a call.

use domain::call::{Decision, ToolCall};
use domain::fact::Fact;
use domain::id::{CallId, ModelCallId, TurnId};
use domain::payload::Commitment;

use crate::event::{EndedAttempt, EndedCall};

/// The model asked for it; `early` names the request whose message was still being written.
pub(crate) fn requested(
    call: &ToolCall,
    turn: TurnId,
    arguments: Commitment,
    early: Option<ModelCallId>,
) -> Fact {
    Fact::CallRequested {
        call: call.id,
        batch: call.batch,
        turn: Some(turn),
        position: call.position,
        handle: call.handle,
        tool: call.tool.as_ref().map(ToString::to_string).unwrap_or_default(),
        tool_version: call.tool_version.clone(),
        effect: call.effect,
        arguments,
        label: call.label.clone(),
        early,
        retry_of: None,
    }
}

/// What policy said of it.
pub(crate) fn decided(call: CallId, decision: &Decision, policy: &str) -> Fact {
    let Decision { verdict, rule, .. } = decision;
    Fact::CallDecided { call, verdict: *verdict, rule: rule.clone(), policy: policy.to_owned() }
}

impl EndedAttempt {
    /// What is on record of an attempt that came to nothing while its call goes on. `None` if it has no words: then it
    /// did not fail.
    pub fn fact(&self) -> Option<Fact> {
        Some(Fact::AttemptEnded {
            call: self.ended.call,
            attempt: self.attempt,
            failure: self.ended.failure,
            status: self.ended.status,
            words: self.ended.words?,
            took: self.took,
        })
    }
}

impl EndedCall {
    /// What is on record of a call's end.
    pub fn fact(self) -> Fact {
        let EndedCall {
            call,
            outcome,
            failure,
            status,
            result,
            words,
            size,
            cut_from,
            took,
            label,
            from,
            phases,
            findings,
        } = self;
        Fact::CallEnded {
            call,
            outcome,
            failure,
            status,
            result,
            words,
            size,
            cut_from,
            took,
            label,
            from,
            phases,
            findings,
        }
    }
}
