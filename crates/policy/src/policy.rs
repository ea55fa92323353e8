//! The policy in force: the built-in rules and a workspace's own, and what they say of one call.

use std::collections::BTreeMap;
use std::str::FromStr;

use cedar_policy::{
    AuthorizationError, Authorizer, Context, Entities, EntityId, EntityTypeName, EntityUid, PolicyId,
    PolicySet, Request, Response,
};
use domain::call::{Approve, Decision, Verdict};
use domain::json::sha256_hex;

use crate::facts::CallFacts;
use crate::request::context;
use crate::rule::{Rule, Strength};
use crate::text::{self, PolicyMistake};

/// The rules in force, read and checked once. One may be asked by many threads at once.
#[derive(Debug)]
pub struct Policy {
    text: String,
    rules: Vec<Rule>,
    places: BTreeMap<PolicyId, usize>,
    set: PolicySet,
    authorizer: Authorizer,
    entities: Entities,
    names: Names,
}

/// What every request names.
#[derive(Debug)]
struct Names {
    person: EntityUid,
    call: EntityUid,
    tool: EntityTypeName,
}

impl Policy {
    /// The built-in rules with a workspace's own, which may be none. An own rule takes the place of the built-in one that
    /// has its id.
    ///
    /// # Errors
    /// With every mistake of the text.
    pub fn load(own: &str) -> Result<Self, Vec<PolicyMistake>> {
        let (set, rules) = text::read(own)?;
        let places = rules.iter().enumerate().map(|(place, rule)| (PolicyId::new(&rule.id), place)).collect();
        let named = |text: &str| EntityUid::from_str(text).map_err(|error| vec![PolicyMistake::ours(&error)]);
        let names = Names {
            person: named("Person::\"person\"")?,
            call: named("Action::\"call\"")?,
            tool: EntityTypeName::from_str("Tool").map_err(|error| vec![PolicyMistake::ours(&error)])?,
        };
        let text = format!("{HEADER}\n{}\n{own}", text::DEFAULT);
        let (authorizer, entities) = (Authorizer::new(), Entities::empty());
        Ok(Self { text, rules, places, set, authorizer, entities, names })
    }

    /// The rules, the built-in ones first.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The whole text: what [`Self::hash`] is taken over, and what an auditor reads.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of [`Self::text`], hexadecimal: what `call.decided` names as the policy in force.
    pub fn hash(&self) -> String {
        sha256_hex(self.text.as_bytes())
    }

    /// What the rules say of a call. The same facts get the same decision, whatever ran before or beside the call.
    pub fn decide(&self, approve: Approve, facts: &CallFacts) -> Decision {
        let mut matching = self.matching(approve, facts);
        matching.sort_by_key(|rule| std::cmp::Reverse(rule.strength));
        let Some(strongest) = matching.first() else { return free(approve, facts) };
        let strength = strongest.strength;
        let equally: Vec<&str> = matching
            .iter()
            .take_while(|rule| rule.strength == strength)
            .map(|rule| rule.message.as_str())
            .collect();
        let decision = Decision {
            verdict: strength.verdict(),
            rule: strongest.id.clone(),
            reason: equally.join("; "),
            origins: facts.origins.clone(),
        };
        if approve == Approve::All && decision.verdict == Verdict::Ask {
            return Decision { rule: APPROVE_ALL.to_owned(), verdict: Verdict::Allow, ..decision };
        }
        decision
    }

    /// The rules that hold for a call, in their order. A rule that can't be evaluated holds: what is checked against the
    /// schema evaluates, so this is a fault of ours, and has to stop a call rather than let it go.
    fn matching(&self, approve: Approve, facts: &CallFacts) -> Vec<&Rule> {
        let response = self.response(approve, facts);
        let diagnostics = response.as_ref().map(Response::diagnostics);
        let reasons = diagnostics.iter().flat_map(|diagnostics| diagnostics.reason().cloned());
        let failed = diagnostics.iter().flat_map(|diagnostics| {
            diagnostics.errors().map(|error| match error {
                AuthorizationError::PolicyEvaluationError(error) => error.policy_id().clone(),
            })
        });
        let mut places: Vec<usize> =
            reasons.chain(failed).filter_map(|id| self.places.get(&id).copied()).collect();
        places.sort_unstable();
        places.dedup();
        if response.is_none() {
            // A request that can't be made holds every rule.
            places = (0..self.rules.len()).collect();
        }
        places.into_iter().filter_map(|place| self.rules.get(place)).collect()
    }

    fn response(&self, approve: Approve, facts: &CallFacts) -> Option<Response> {
        let tool = EntityUid::from_type_name_and_id(self.names.tool.clone(), EntityId::new(&facts.tool));
        let context: Context = context(approve, facts)?;
        let (person, call) = (self.names.person.clone(), self.names.call.clone());
        let request = Request::new(person, call, tool, context, None).ok()?;
        Some(self.authorizer.is_authorized(&request, &self.set, &self.entities))
    }
}

/// What is said of a call that no rule holds back.
fn free(approve: Approve, facts: &CallFacts) -> Decision {
    let (rule, reason) = match approve {
        _ if facts.from_record => {
            (RECORD_READ, "it reads a result that is on record already; nothing is sent")
        }
        _ if !facts.effect.writes() => (READS_RUN, "it changes nothing at its source"),
        Approve::All => (APPROVE_ALL, "everything was approved beforehand, writes too"),
        Approve::Asked => (ASKED_RUNS, "the person's words ask for it"),
        Approve::None | Approve::Reads => (UNRESTRAINED, "no rule holds it back"),
    };
    let (rule, reason, origins) = (rule.to_owned(), reason.to_owned(), facts.origins.clone());
    Decision { verdict: Verdict::Allow, rule, reason, origins }
}

impl Strength {
    /// What a call gets. Arguments can't be redacted without changing what is asked for, so a person sees them first.
    fn verdict(self) -> Verdict {
        match self {
            Self::Notice => Verdict::Allow,
            Self::Redact | Self::Ask => Verdict::Ask,
            Self::Deny => Verdict::Deny,
        }
    }
}

/// What the policy's text begins with, so that its hash can't be taken for one of something else.
const HEADER: &str = "// tieout/policy/v2";

const RECORD_READ: &str = "record-read";
const READS_RUN: &str = "reads-run";
const APPROVE_ALL: &str = "approve-all";
const ASKED_RUNS: &str = "asked-runs";
const UNRESTRAINED: &str = "unrestrained";
