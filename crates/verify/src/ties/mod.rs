//! Ties: whether each figure of an answer still stands where the answer's record says that it comes from.
//!
//! What an entry commits to can't be changed without that showing. This shows more: that the record was right when it was
//! made, and which figure is hit where a result or an answer was changed.

mod figures;
mod stands;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use domain::fact::Fact;
use domain::id::{CallId, Seq};
use domain::json::sha256;
use domain::payload::Commitment;
use domain::tie::{TieStatus, TiedSpan};
use domain::view::{FindingKind, Part};

use crate::findings::Findings;
use figures::{agrees, computes};
use stands::{Stands, stand};
use told::Told;

/// How many calls are followed, each of which has the result of the one before.
const FOLLOWED: usize = 64;

/// The results and the answers that the entries tell of.
#[derive(Debug, Default)]
pub(crate) struct Ties {
    results: BTreeMap<CallId, Had>,
    answers: Vec<Answered>,
    checked: u64,
    unchecked: u64,
}

/// What a call had.
#[derive(Debug)]
struct Had {
    seq: Seq,
    result: Option<Commitment>,
    from: Option<CallId>,
}

#[derive(Debug)]
struct Answered {
    seq: Seq,
    answer: Commitment,
    /// Over the calls whose results the model had.
    exposed: [u8; 32],
}

impl Ties {
    /// Takes in what an entry says.
    pub(crate) fn tell(&mut self, fact: &Fact, seq: Seq) {
        match fact {
            Fact::CallEnded { call, result, from, .. } if result.is_some() || from.is_some() => {
                self.results.entry(*call).or_insert(Had { seq, result: *result, from: *from });
            }
            Fact::AnswerGiven { answer, exposed, .. } => {
                let exposed = over(exposed.iter().copied());
                self.answers.push(Answered { seq, answer: *answer, exposed });
            }
            _ => {}
        }
    }

    /// How many ties were rechecked.
    pub(crate) fn checked(&self) -> u64 {
        self.checked
    }

    /// How many could not be.
    pub(crate) fn unchecked(&self) -> u64 {
        self.unchecked
    }

    /// Rechecks every tie of every answer. `payload` gives the bytes that are stored under a commitment of an entry, whether
    /// they open it or not, which is for others to say.
    pub(crate) fn recheck(
        &mut self,
        mut payload: impl FnMut(Seq, Commitment) -> Option<Vec<u8>>,
        findings: &mut Findings,
    ) {
        for answered in std::mem::take(&mut self.answers) {
            let Some(bytes) = payload(answered.seq, answered.answer) else { continue };
            let mut report = |words: &str| {
                findings.report(Part::Ties, FindingKind::Altered, Some(answered.seq), words);
            };
            let Some(told) = Told::read(&bytes).filter(|told| !told.spans.is_empty()) else { continue };
            if over(told.exposed.iter().copied()) != answered.exposed {
                let words =
                    "the answer of entry {} says that its model was shown other results than the entry does";
                report(&words.replace("{}", &answered.seq.to_string()));
            }
            let found = self.found(&told, &mut payload);
            for span in &told.spans {
                let Some(span) = span else {
                    report(&format!(
                        "in the answer of entry {}, a tie is not as ties are recorded",
                        answered.seq
                    ));
                    continue;
                };
                match self.check(span, &told, &found) {
                    Ok(()) => {}
                    Err(why) => report(&format!(
                        "in the answer of entry {}, bytes {} to {}: {why}",
                        answered.seq, span.start, span.end
                    )),
                }
            }
        }
    }

    /// What stands at each place that an answer names, by call and pointer. Of a call whose result is not here nothing is.
    fn found(
        &self,
        told: &Told,
        payload: &mut impl FnMut(Seq, Commitment) -> Option<Vec<u8>>,
    ) -> BTreeMap<CallId, BTreeMap<String, Option<Stands>>> {
        let mut wanted: BTreeMap<CallId, BTreeSet<&str>> = BTreeMap::new();
        for place in told.spans.iter().flatten().flat_map(|span| &span.places) {
            wanted.entry(place.call).or_default().insert(&place.pointer);
        }
        let mut found = BTreeMap::new();
        for (call, pointers) in wanted {
            let result = self.result_of(call).and_then(|(seq, commitment)| payload(seq, commitment));
            if let Some(body) = result {
                found.insert(call, stand(&body, &pointers));
            }
        }
        found
    }

    fn check(
        &mut self,
        span: &TiedSpan,
        told: &Told,
        found: &BTreeMap<CallId, BTreeMap<String, Option<Stands>>>,
    ) -> Result<(), String> {
        let place = usize::try_from(span.start).ok().zip(usize::try_from(span.end).ok());
        if place.and_then(|(start, end)| told.text.get(start..end)) != Some(span.text.as_str()) {
            return Err(format!("“{}” no longer stands there", span.text));
        }
        if !matches!(span.status, TieStatus::Tied | TieStatus::Possible) {
            return Ok(());
        }
        if let Some(place) = span.places.iter().find(|place| !told.exposed.contains(&place.call)) {
            return Err(format!(
                "“{}” is tied to {}, whose result the model was not shown",
                span.text, place.call
            ));
        }
        if span.places.is_empty() {
            return Err(format!("“{}” is tied to no place", span.text));
        }
        if span.places.iter().any(|place| !found.contains_key(&place.call)) {
            self.unchecked += 1;
            return Ok(());
        }
        self.checked += 1;
        for place in &span.places {
            let stands =
                found.get(&place.call).and_then(|found| found.get(&place.pointer)).and_then(Option::as_ref);
            let at = if place.pointer.is_empty() { "the whole" } else { &place.pointer };
            match stands {
                None => {
                    return Err(format!(
                        "“{}” no longer stands at {at} of {}: there is no such place",
                        span.text, place.call
                    ));
                }
                Some(stands) if !stands.is(&place.raw) => {
                    return Err(format!(
                        "“{}” no longer stands at {at} of {}: “{}” was there, and now {stands}",
                        span.text, place.call, place.raw
                    ));
                }
                Some(_) => {}
            }
        }
        let raws: Vec<&str> = span.places.iter().map(|place| place.raw.as_str()).collect();
        match &span.derivation {
            Some(derivation) => {
                if !computes(derivation, &raws) {
                    return Err(format!(
                        "“{}” is not what comes out: {} does not make {}",
                        span.text, derivation.expression, derivation.computed
                    ));
                }
                if !agrees(&span.text, &derivation.computed) {
                    return Err(format!("“{}” is not {}", span.text, derivation.expression));
                }
            }
            None => {
                if let Some(raw) = raws.first().filter(|raw| !agrees(&span.text, raw)) {
                    return Err(format!("“{}” is not “{raw}”, to which it is tied", span.text));
                }
            }
        }
        Ok(())
    }

    /// The result that a call had: its own, or that of the call on which it drew.
    fn result_of(&self, call: CallId) -> Option<(Seq, Commitment)> {
        let mut had = self.results.get(&call)?;
        for _ in 0..FOLLOWED {
            match (had.result, had.from) {
                (Some(result), _) => return Some((had.seq, result)),
                (None, from) => had = self.results.get(&from?)?,
            }
        }
        None
    }
}

/// A digest of which calls these are.
fn over(calls: impl Iterator<Item = CallId>) -> [u8; 32] {
    let calls: BTreeSet<String> = calls.map(|call| call.to_string()).collect();
    sha256(calls.into_iter().collect::<Vec<_>>().join("\n").as_bytes())
}
