//! A review: somebody looks at the record who did not make it. Nothing is asked or changed meanwhile, and of payloads
//! only those are shown that were opened on record.

use std::collections::HashSet;

use domain::id::{CallId, Seq};
use domain::payload::Commitment;
use domain::search::AnswerRow;
use domain::view::{CallDetail, CallRow, ConversationRow, TurnView};

/// A review, from its start to its end.
#[derive(Default)]
pub(crate) struct Review {
    calls: HashSet<CallId>,
    payloads: HashSet<(Seq, Commitment)>,
}

impl Review {
    /// The payloads of this call were opened, and the record says so.
    pub(crate) fn opened(&mut self, detail: &CallDetail) {
        self.calls.insert(detail.row.call);
        self.payloads.extend(detail.payloads.iter().map(|payload| (payload.seq, payload.commitment)));
    }

    /// Whether a payload was opened.
    pub(crate) fn shows(&self, seq: Seq, commitment: Commitment) -> bool {
        self.payloads.contains(&(seq, commitment))
    }

    /// Leaves what the entries themselves say of a call, and of its payloads that they are erased.
    pub(crate) fn close_call(&self, detail: &mut CallDetail) {
        self.close_call_row(&mut detail.row);
        detail.payloads.retain(|payload| payload.erased.is_some());
        detail.taken_from.clear();
        for used in &mut detail.used_by {
            (used.known, used.places) = (false, Vec::new());
        }
        detail.detected = None;
    }

    /// Takes away what a row repeats of a call's payloads, unless that call was opened.
    pub(crate) fn close_call_row(&self, row: &mut CallRow) {
        if !self.calls.contains(&row.call) {
            row.telling.clear();
            row.made = None;
        }
    }

    /// Leaves what the entries themselves say of a turn.
    pub(crate) fn close_turn(&self, turn: &mut TurnView) {
        turn.question.clear();
        turn.words.clear();
        if let Some(answer) = &mut turn.answer {
            answer.text.clear();
            answer.citations.clear();
            // How many figures are tied says nothing of them; each span repeats answer and result.
            answer.ties.spans.clear();
        }
        let of_batches = turn.batches.iter_mut().flat_map(|batch| &mut batch.calls);
        of_batches.chain(&mut turn.retries).for_each(|row| self.close_call_row(row));
    }

    /// Takes the question away.
    pub(crate) fn close_answer_row(&self, row: &mut AnswerRow) {
        row.question.clear();
    }

    /// Takes away the title, which is the beginning of a question.
    pub(crate) fn close_conversation_row(&self, row: &mut ConversationRow) {
        row.title.clear();
    }
}

#[cfg(test)]
mod tests {
    use domain::effect::Effect;
    use domain::id::Handle;
    use domain::label::Label;
    use domain::time::Micros;

    use super::*;

    fn row(number: u128) -> CallRow {
        CallRow {
            call: CallId::new(1, number),
            seq: Seq(3),
            at: Micros(0),
            conversation: None,
            turn: None,
            batch: None,
            position: 0,
            handle: Handle(1),
            tool: "people.payroll".to_owned(),
            effect: Effect::Read,
            telling: "department=Sales".to_owned(),
            label: Label::unlabelled(),
            made: None,
            verdict: None,
            approved: None,
            sent_at: None,
            outcome: None,
            failure: None,
            status: None,
            size: 0,
            took_ms: 0,
            attempts: 0,
            early: false,
            from: None,
            retry_of: None,
            edited: false,
            dropped: None,
        }
    }

    #[test]
    fn a_row_repeats_an_argument_only_of_a_call_that_was_opened() {
        let mut review = Review::default();
        let (entries, payloads, used_by, taken_from) = Default::default();
        review.opened(&CallDetail { row: row(1), entries, payloads, used_by, taken_from, detected: None });
        let [mut opened, mut closed] = [row(1), row(2)];
        review.close_call_row(&mut opened);
        review.close_call_row(&mut closed);
        assert_eq!((opened.telling.as_str(), closed.telling.as_str()), ("department=Sales", ""));
        assert_eq!(closed.tool, "people.payroll");
    }
}
