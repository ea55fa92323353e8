//! A review: somebody looks at the record who did not make it. Nothing is asked or changed meanwhile, and of payloads
//! only those are shown that were opened on record.

use std::collections::HashSet;

use domain::id::Seq;
use domain::payload::Commitment;
use domain::search::AnswerRow;
use domain::view::{CallDetail, ConversationRow, TurnView};

/// A review, from its start to its end.
#[derive(Default)]
pub(crate) struct Review {
    opened: HashSet<(Seq, Commitment)>,
}

impl Review {
    /// The payloads of this call were opened, and the record says so.
    pub(crate) fn opened(&mut self, detail: &CallDetail) {
        self.opened.extend(detail.payloads.iter().map(|payload| (payload.seq, payload.commitment)));
    }

    /// Whether a payload was opened.
    pub(crate) fn shows(&self, seq: Seq, commitment: Commitment) -> bool {
        self.opened.contains(&(seq, commitment))
    }
}

/// Leaves what the entries themselves say of a call, and of its payloads that they are erased.
pub(crate) fn close_call(detail: &mut CallDetail) {
    detail.payloads.retain(|payload| payload.erased.is_some());
}

/// Leaves what the entries themselves say of a turn.
pub(crate) fn close_turn(turn: &mut TurnView) {
    turn.question.clear();
    turn.words.clear();
    if let Some(answer) = &mut turn.answer {
        answer.text.clear();
        answer.citations.clear();
    }
}

/// Takes the question away.
pub(crate) fn close_answer_row(row: &mut AnswerRow) {
    row.question.clear();
}

/// Takes away the title, which is the beginning of a question.
pub(crate) fn close_conversation_row(row: &mut ConversationRow) {
    row.title.clear();
}
