//! The rules in force, as people read them, and the name that the trail gives them.

use domain::call::Verdict;
use domain::json::sha256_hex;

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in the trail. It never changes its meaning; a rule that means something else gets another.
    pub id: &'static str,
    /// What it decides.
    pub verdict: Verdict,
    /// When, in a sentence that stands alone.
    pub sentence: &'static str,
    /// Why, to the person who is asked about one call.
    pub(crate) reason: &'static str,
}

/// Every rule in force, the one that goes before the others first. For each call exactly one of them decides.
pub fn rules() -> &'static [Rule] {
    &RULES
}

/// The rules as one text, a line each: what [`policy_hash`] is taken over, and what an auditor reads.
pub fn policy_text() -> String {
    let mut text = format!("{HEADER}\n");
    for rule in rules() {
        let verdict = match rule.verdict {
            Verdict::Allow => "allow",
            Verdict::Ask => "ask",
            Verdict::Deny => "deny",
        };
        text.push_str(&format!("{} {verdict} {}\n", rule.id, rule.sentence));
    }
    text
}

/// SHA-256 of [`policy_text`], hexadecimal: what `call.decided` names as the policy in force.
pub fn policy_hash() -> String {
    sha256_hex(policy_text().as_bytes())
}

/// What the rules' text begins with, so that its hash can't be taken for one of something else.
const HEADER: &str = "tieout/policy/v1";

pub(crate) static UNKNOWN_TOOL: Rule = Rule {
    id: "unknown-tool",
    verdict: Verdict::Deny,
    sentence: "A call for a tool that is not connected is denied, whatever was approved.",
    reason: "no tool of this name is connected",
};
pub(crate) static RECORD_READ: Rule = Rule {
    id: "record-read",
    verdict: Verdict::Allow,
    sentence: "A call that reads more of a result of its own conversation from the record runs, since nothing is sent.",
    reason: "it reads a result that is on record already; nothing is sent",
};
pub(crate) static ASK_EVERYTHING: Rule = Rule {
    id: "ask-everything",
    verdict: Verdict::Ask,
    sentence: "Where nothing is approved beforehand, every call asks a person.",
    reason: "every call asks here, because nothing was approved beforehand",
};
pub(crate) static READS_RUN: Rule = Rule {
    id: "reads-run",
    verdict: Verdict::Allow,
    sentence: "Where reads or everything are approved beforehand, a call that changes nothing at its source runs.",
    reason: "it changes nothing at its source",
};
pub(crate) static WRITES_ASK: Rule = Rule {
    id: "writes-ask",
    verdict: Verdict::Ask,
    sentence: "Where reads are approved beforehand, a call that may change something at its source asks a person.",
    reason: "it may change something at its source; a person decides",
};
pub(crate) static APPROVE_ALL: Rule = Rule {
    id: "approve-all",
    verdict: Verdict::Allow,
    sentence: "Where everything is approved beforehand, a call that may change something at its source runs.",
    reason: "everything was approved beforehand, writes too",
};

static RULES: [Rule; 6] = [UNKNOWN_TOOL, RECORD_READ, ASK_EVERYTHING, READS_RUN, WRITES_ASK, APPROVE_ALL];
