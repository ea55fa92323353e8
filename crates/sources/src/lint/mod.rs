//! Advice on sources: what a definition makes slower or less safe than it needs to be, and how to mend it. Each piece
//! says what is so, not what may be: a person who reads three false ones reads no fourth.

mod ids;
mod limits;
mod names;
mod origin;
mod reach;
mod state;

use domain::advice::Advice;
use domain::source::SourceSpec;

/// Advice on these sources: in their order, then by kind, then in the order of the file. What a definition says is
/// taken as true; the source itself is not asked.
pub fn lint(sources: &[SourceSpec]) -> Vec<Advice> {
    let mut advice = Vec::new();
    for spec in sources {
        let start = advice.len();
        advice.extend(ids::lists(spec));
        advice.extend(state::shared(spec));
        advice.extend(state::whole(spec));
        advice.extend(limits::shared(spec, sources));
        advice.extend(limits::no_idempotency_header(spec));
        advice.extend(limits::no_rate(spec));
        advice.extend(origin::hidden(spec, sources));
        advice[start..].sort_by_key(|piece: &Advice| piece.kind);
    }
    advice
}
