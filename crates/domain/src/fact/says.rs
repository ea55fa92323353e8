//! What can be asked of every fact.

use super::Fact;
use crate::id::CallId;
use crate::payload::{Commitment, PayloadRole};

impl Fact {
    /// The name of its type, as in the entry.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::TrailOpened { .. } => "trail.opened",
            Self::TrailRecovered { .. } => "trail.recovered",
            Self::ConversationOpened {} => "conversation.opened",
            Self::QuestionAsked { .. } => "question.asked",
            Self::ModelCalled { .. } => "model.called",
            Self::ModelReturned { .. } => "model.returned",
            Self::BatchOpened { .. } => "batch.opened",
            Self::CallRequested { .. } => "call.requested",
            Self::CallDecided { .. } => "call.decided",
            Self::ApprovalAsked { .. } => "approval.asked",
            Self::ApprovalGiven { .. } => "approval.given",
            Self::CallSent { .. } => "call.sent",
            Self::AttemptEnded { .. } => "attempt.ended",
            Self::CallDropped { .. } => "call.dropped",
            Self::BatchHeld { .. } => "batch.held",
            Self::BatchReleased { .. } => "batch.released",
            Self::CallEnded { .. } => "call.ended",
            Self::AnswerGiven { .. } => "answer.given",
            Self::TurnStopped { .. } => "turn.stopped",
            Self::SourceChanged { .. } => "source.changed",
            Self::SourceAsked { .. } => "source.asked",
            Self::ModelChanged { .. } => "model.changed",
            Self::SettingsChanged { .. } => "settings.changed",
            Self::TokenSent { .. } => "token.sent",
            Self::TokenEnded { .. } => "token.ended",
            Self::EpochOpened { .. } => "epoch.opened",
            Self::ClockJumped { .. } => "clock.jumped",
            Self::Heartbeat {} => "heartbeat",
            Self::AnchorSent { .. } => "anchor.sent",
            Self::AnchorRecorded { .. } => "anchor.recorded",
            Self::AnchorFailed { .. } => "anchor.failed",
            Self::PayloadErased { .. } => "payload.erased",
            Self::HoldSet { .. } => "hold.set",
            Self::HoldReleased { .. } => "hold.released",
            Self::RetentionApplied { .. } => "retention.applied",
            Self::ExportBegun { .. } => "export.begun",
            Self::ExportSent { .. } => "export.sent",
            Self::ExportMade { .. } => "export.made",
            Self::FindingDismissed(_) => "finding.dismissed",
            Self::FindingRestored(_) => "finding.restored",
            Self::LabelLowered { .. } => "label.lowered",
            Self::ReviewOpened { .. } => "review.opened",
        }
    }

    /// The payloads it commits to.
    pub fn commitments(&self) -> Vec<Commitment> {
        self.payloads().into_iter().map(|(_, commitment)| commitment).collect()
    }

    /// The payloads it commits to and what each is to it, in the order in which they are kept.
    pub fn payloads(&self) -> Vec<(PayloadRole, Commitment)> {
        let each = |named: &[(PayloadRole, Option<&Commitment>)]| {
            named.iter().filter_map(|(role, commitment)| Some((*role, **commitment.as_ref()?))).collect()
        };
        match self {
            Self::QuestionAsked { question, .. } => vec![(PayloadRole::Question, *question)],
            Self::ModelCalled { prompt, hidden, .. } => {
                each(&[(PayloadRole::Prompt, Some(prompt)), (PayloadRole::Hidden, hidden.as_ref())])
            }
            Self::ModelReturned { response, .. } => vec![(PayloadRole::Response, *response)],
            Self::CallRequested { arguments, .. } => vec![(PayloadRole::Arguments, *arguments)],
            Self::ApprovalAsked { shown, .. } => vec![(PayloadRole::Shown, *shown)],
            Self::ApprovalGiven { reason, arguments, .. } => {
                each(&[(PayloadRole::Reason, reason.as_ref()), (PayloadRole::Arguments, arguments.as_ref())])
            }
            Self::BatchReleased { reason, .. } => each(&[(PayloadRole::Reason, reason.as_ref())]),
            Self::AttemptEnded { words, .. } | Self::AnchorFailed { words, .. } => {
                vec![(PayloadRole::Words, *words)]
            }
            Self::CallSent { request, .. } | Self::TokenSent { request, .. } => {
                vec![(PayloadRole::Request, *request)]
            }
            Self::SourceAsked { request, .. } => each(&[(PayloadRole::Request, request.as_ref())]),
            Self::CallEnded { result, words, findings, .. } => each(&[
                (PayloadRole::Result, result.as_ref()),
                (PayloadRole::Words, words.as_ref()),
                (PayloadRole::Findings, findings.as_ref()),
            ]),
            Self::AnswerGiven { answer, .. } => vec![(PayloadRole::Answer, *answer)],
            Self::TurnStopped { words, .. } | Self::TokenEnded { words, .. } => {
                each(&[(PayloadRole::Words, words.as_ref())])
            }
            Self::SourceChanged { setting, .. } | Self::ModelChanged { setting, .. } => {
                each(&[(PayloadRole::Setting, setting.as_ref())])
            }
            Self::SettingsChanged { setting, .. } => vec![(PayloadRole::Setting, *setting)],
            Self::AnchorRecorded { proof, .. } => vec![(PayloadRole::Anchor, *proof)],
            // What it erases are payloads of other entries.
            Self::PayloadErased { reason, .. }
            | Self::HoldSet { reason, .. }
            | Self::HoldReleased { reason, .. }
            | Self::LabelLowered { reason, .. } => vec![(PayloadRole::Reason, *reason)],
            Self::FindingDismissed(judged) | Self::FindingRestored(judged) => {
                vec![(PayloadRole::Reason, judged.reason)]
            }
            Self::EpochOpened { .. }
            | Self::ClockJumped { .. }
            | Self::Heartbeat {}
            | Self::AnchorSent { .. }
            | Self::RetentionApplied { .. }
            | Self::ExportBegun { .. }
            | Self::ExportSent { .. }
            | Self::ExportMade { .. }
            | Self::ReviewOpened { .. }
            | Self::TrailOpened { .. }
            | Self::TrailRecovered { .. }
            | Self::ConversationOpened {}
            | Self::BatchOpened { .. }
            | Self::BatchHeld { .. }
            | Self::CallDropped { .. }
            | Self::CallDecided { .. } => Vec::new(),
        }
    }

    /// Whether its payloads may be erased: those of settings, anchors and of erasing and holding itself stay, or nobody
    /// could tell what was done here and why.
    pub fn can_be_erased(&self) -> bool {
        !matches!(
            self,
            Self::SourceChanged { .. }
                | Self::ModelChanged { .. }
                | Self::SettingsChanged { .. }
                | Self::AnchorRecorded { .. }
                | Self::AnchorFailed { .. }
                | Self::PayloadErased { .. }
                | Self::HoldSet { .. }
                | Self::HoldReleased { .. }
                | Self::FindingDismissed(_)
                | Self::FindingRestored(_)
                | Self::LabelLowered { .. }
        )
    }

    /// The calls that it tells of; for an answer and an approval there may be many, for most facts there is none.
    pub fn calls(&self) -> &[CallId] {
        match self {
            Self::CallRequested { call, .. }
            | Self::CallDecided { call, .. }
            | Self::ApprovalGiven { call, .. }
            | Self::CallSent { call, .. }
            | Self::AttemptEnded { call, .. }
            | Self::CallDropped { call, .. }
            | Self::CallEnded { call, .. }
            | Self::ReviewOpened { call } => std::slice::from_ref(call),
            Self::FindingDismissed(judged) | Self::FindingRestored(judged) => {
                std::slice::from_ref(&judged.call)
            }
            Self::ApprovalAsked { calls, .. } => calls,
            Self::AnswerGiven { exposed, .. } => exposed,
            _ => &[],
        }
    }
}
