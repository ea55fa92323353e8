//! From the facts of one call to its decision.

use domain::call::{Approve, Decision};
use domain::effect::Effect;
use domain::label::Label;

use crate::rules::{APPROVE_ALL, ASK_EVERYTHING, READS_RUN, RECORD_READ, Rule, UNKNOWN_TOOL, WRITES_ASK};

/// What a decision may depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFacts {
    /// What the tool does at its source; [`Effect::Write`] if that is not known.
    pub effect: Effect,
    /// Whether a tool of the name that the model wrote is connected.
    pub known: bool,
    /// Whether it is answered from the record: nothing is sent for it.
    pub from_record: bool,
    /// The label under which the call is judged: the tool's, joined with that of the model's context when it wrote
    /// the batch. No rule in force reads it yet.
    pub label: Label,
}

/// What policy says of a call, by which rule, and why.
pub fn decide(approve: Approve, facts: &CallFacts) -> Decision {
    let rule = determining(approve, facts);
    Decision { verdict: rule.verdict, rule: rule.id.to_owned(), reason: rule.reason.to_owned() }
}

/// Denying comes before what a person set, so that no setting makes a call run that nothing can vouch for.
fn determining(approve: Approve, facts: &CallFacts) -> &'static Rule {
    if !facts.known {
        return &UNKNOWN_TOOL;
    }
    if facts.from_record {
        return &RECORD_READ;
    }
    match approve {
        Approve::None => &ASK_EVERYTHING,
        Approve::Reads if facts.effect.writes() => &WRITES_ASK,
        Approve::All if facts.effect.writes() => &APPROVE_ALL,
        Approve::Reads | Approve::All => &READS_RUN,
    }
}
