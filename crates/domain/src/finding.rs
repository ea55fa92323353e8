//! What was found in a text or a payload, and where.

use serde::{Deserialize, Serialize};

use crate::id::CallId;
use crate::label::{Category, Label};
use crate::payload::Commitment;

/// A place that holds something sensitive. What stands there is not in it: whoever records a finding must not record
/// the value a second time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename = "Detection")]
pub struct Finding {
    /// What it is: `email`, `iban`, `national_id.de`, `secret.stripe`, `field.health`, or a name of the user's own.
    pub kind: String,
    /// What it is about.
    pub category: Category,
    /// Where in the payload: an RFC 6901 pointer; empty for a text, or for a payload that is one value.
    pub pointer: String,
    /// Its first byte in the text, or in the string at `pointer`, as UTF-8. A number counts as its digits.
    pub start: u32,
    /// The byte after its last.
    pub end: u32,
    /// How sure we are, in percent: 100 where a check digit and the words around agree.
    pub confidence: u8,
}

/// Which of a call's payloads holds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Carried {
    /// The arguments that ran.
    Arguments,
    /// The result.
    Result,
}

/// What was detected in a call: the payload `findings` of its `call.ended`. It holds places and no values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct Detected {
    /// The label without what was detected: what its source, its tool and its server's own word say.
    pub plain: Label,
    /// In its arguments, in their order.
    #[serde(default)]
    pub arguments: Vec<Finding>,
    /// In its result, in its order.
    #[serde(default)]
    pub result: Vec<Finding>,
    /// How many bytes at the result's end nobody looked at, since it is longer than what is looked at.
    #[serde(default)]
    #[specta(type = u32)]
    pub unread: u64,
    /// How many findings are left out here, since there are more than are kept.
    #[serde(default)]
    pub left_out: u32,
}

impl Detected {
    /// Nothing, in what has this label by its source and tool.
    pub fn nothing(plain: Label) -> Self {
        Self { plain, arguments: Vec::new(), result: Vec::new(), unread: 0, left_out: 0 }
    }

    /// Every finding, those of the arguments first.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.arguments.iter().chain(&self.result)
    }

    /// Whether it says anything that the label without it doesn't.
    pub fn is_empty(&self) -> bool {
        self.arguments.is_empty() && self.result.is_empty() && self.unread == 0
    }

    /// What a row shows of it.
    pub fn made(&self) -> MadeOf {
        let mut found: Vec<KindCount> = Vec::new();
        for finding in self.findings() {
            match found.iter_mut().find(|known| known.kind == finding.kind) {
                Some(known) => known.count += 1,
                None => found.push(KindCount { kind: finding.kind.clone(), count: 1 }),
            }
        }
        found.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.kind.cmp(&other.kind)));
        MadeOf { plain: self.plain.clone(), found, unread: self.unread > 0 }
    }
}

/// What a call's label is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct MadeOf {
    /// What its source and its tool say.
    pub plain: Label,
    /// What was detected: each kind and how often, most first.
    pub found: Vec<KindCount>,
    /// Whether the result was too long to be looked at whole.
    pub unread: bool,
}

/// How often a kind was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct KindCount {
    /// The kind.
    pub kind: String,
    /// How often.
    pub count: u32,
}

/// A person's word about findings of a kind at one place of a tool: a false alarm, or one no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// The call at which they said it.
    pub call: CallId,
    /// The kind.
    pub kind: String,
    /// In which of a call's payloads.
    pub carried: Carried,
    /// Where, as [`shape`] gives it.
    pub pointer: String,
    /// Why.
    pub reason: Commitment,
}

/// A kind that is not raised at one place of a tool, since a person called it a false alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FalseAlarm {
    /// `source.tool`.
    pub tool: String,
    /// The kind.
    pub kind: String,
    /// In which of its calls' payloads.
    pub carried: Carried,
    /// Where, as [`shape`] gives it.
    pub pointer: String,
    /// The call at which they said so.
    pub call: CallId,
}

/// A place as it stands in every result of a tool: places in a list are as good as one another, so their numbers become `*`.
pub fn shape(pointer: &str) -> String {
    let is_place = |step: &str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    let steps = pointer.split('/').map(|step| if is_place(step) { "*" } else { step });
    steps.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_lists_have_one_shape() {
        assert_eq!(shape("/items/12/mail"), "/items/*/mail");
        assert_eq!(shape(""), "");
        assert_eq!(shape("/v2/0"), "/v2/*");
    }

    #[test]
    fn a_row_counts_kinds_the_most_frequent_first() {
        let finding = |kind: &str| Finding {
            kind: kind.to_owned(),
            category: Category::Contact,
            pointer: String::new(),
            start: 0,
            end: 1,
            confidence: 90,
        };
        let mut detected = Detected::nothing(Label::PUBLIC);
        detected.arguments = vec![finding("iban")];
        detected.result = vec![finding("email"), finding("email")];
        let made = detected.made();
        let found: Vec<_> = made.found.iter().map(|count| (count.kind.as_str(), count.count)).collect();
        assert_eq!(found, [("email", 2), ("iban", 1)]);
    }
}
