//! What policy says of a call, by what the conversation held when its model wrote the batch. Results of the batch's own
//! calls are held when all of it has ended, so that no call is judged by a sibling that happened to be quicker.

use domain::call::{Decision, ToolCall, Verdict};
use domain::id::CallId;
use domain::outcome::{Ending, Outcome};
use policy::{Call, CallFacts, Held};
use serde_json::Value;

use super::driver::Driver;
use super::known::Known;

/// What becomes of a call whose arguments a person changed.
pub(crate) enum Rejudged {
    /// It goes on.
    Goes,
    /// The rules deny it.
    Refused(Ending),
    /// A rule asks that did not ask before: the person has to see why.
    AsksAnew(Decision),
}

impl Driver {
    /// What policy says of a call.
    pub(crate) fn judge(&self, call: &ToolCall, known: Option<&Known>, from_record: bool) -> Decision {
        self.judged(call, &call.arguments, known, from_record, &self.held)
    }

    /// What it says of the arguments that a person puts in the place of the model's. What they changed is their own words.
    pub(crate) fn rejudge(&self, call: CallId, arguments: &str) -> Rejudged {
        let Some(live) = self.calls.get(&call) else { return Rejudged::Goes };
        let mut held = self.held.clone();
        held.add_words(&changed(&live.call.arguments, arguments));
        let decision = self.judged(&live.call, arguments, live.known.as_deref(), false, &held);
        match decision.verdict {
            Verdict::Allow => Rejudged::Goes,
            Verdict::Deny => {
                let words = format!("refused by policy: {}. Nothing was sent.", decision.reason);
                Rejudged::Refused(Ending::without_body(Outcome::Refused, None, words))
            }
            Verdict::Ask if says_more(&decision, &live.decision) => Rejudged::AsksAnew(decision),
            Verdict::Ask => Rejudged::Goes,
        }
    }

    /// All of a batch has ended: from now on its results are what the model knows.
    pub(crate) fn hold_results(&mut self, calls: &[CallId]) {
        for live in calls.iter().filter_map(|call| self.calls.get(call)) {
            // The words of a refusal are ours; those of a call that is still under way are read when it is over.
            let Some(end) = live.end.as_ref().filter(|end| end.outcome != Outcome::Refused) else { continue };
            let authors = self.connected.rules.authors(&live.call);
            // Sources are asked with the real values, so these are what arguments are looked for in.
            let real = self.talk.veil.reveal(&end.shown.text).text;
            self.held.hold(live.call.handle, &end.label, &real, authors);
        }
    }

    fn judged(
        &self,
        call: &ToolCall,
        arguments: &str,
        known: Option<&Known>,
        from_record: bool,
        held: &Held,
    ) -> Decision {
        let tool = call.tool.as_ref().map_or_else(|| call.asked_for.clone(), ToString::to_string);
        // What is no JSON never runs; it is judged as a call without arguments.
        let arguments = serde_json::from_str(arguments).unwrap_or(Value::Null);
        let subject = Call {
            tool: &tool,
            description: known.map_or("", |known| known.tool.description.as_str()),
            schema: known.map_or(&Value::Null, |known| &known.tool.input.0),
            arguments: &arguments,
            effect: call.effect,
            known: call.tool.is_some(),
            from_record,
            label: &call.label,
        };
        let rules = &self.connected.rules;
        let facts = CallFacts::of(&subject, &self.talk.label, held, rules.people());
        rules.policy.decide(self.approve, &facts)
    }
}

/// Whether a decision gives a reason that the one before did not.
fn says_more(now: &Decision, before: &Decision) -> bool {
    now.reason.split("; ").any(|reason| !before.reason.contains(reason))
}

/// The values of these arguments that the others don't have, as words.
fn changed(before: &str, after: &str) -> String {
    let values = |text: &str| {
        let mut values = Vec::new();
        leaves(&serde_json::from_str(text).unwrap_or(Value::Null), &mut values);
        values
    };
    let before = values(before);
    let mut changed = values(after);
    changed.retain(|value| !before.contains(value));
    changed.join("\n")
}

fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.values().for_each(|value| leaves(value, found)),
        Value::Array(items) => items.iter().for_each(|value| leaves(value, found)),
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_changed_is_what_they_wrote() {
        let before = r#"{"to": ["a@x.org", "b@x.org"], "n": 1}"#;
        assert_eq!(changed(before, r#"{"to": ["b@x.org", "c@x.org"], "n": 1}"#), "c@x.org");
        assert_eq!(changed(before, r#"{"to": ["b@x.org"], "n": 2}"#), "2");
        assert_eq!(changed(before, before), "");
    }
}
