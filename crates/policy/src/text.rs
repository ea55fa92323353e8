//! Rules as text: read, checked against the schema, and refused with every mistake by line, rule and fix.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use cedar_policy::{Effect, Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use miette::Diagnostic;

use crate::rule::{Rule, Strength};

/// The built-in rules.
pub(crate) const DEFAULT: &str = include_str!("../rules/default.cedar");
const SCHEMA: &str = include_str!("../rules/schema.cedarschema");

/// A mistake in a text of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyMistake {
    /// Its line, from 1; 0 if the whole text is meant.
    pub line: usize,
    /// The rule it stands in, if that has an id.
    pub rule: String,
    /// What is wrong.
    pub problem: String,
    /// What to write instead; may be empty.
    pub fix: String,
}

impl PolicyMistake {
    /// A mistake in what we ship ourselves.
    pub(crate) fn ours(problem: &impl fmt::Display) -> Self {
        Self { line: 0, rule: String::new(), problem: problem.to_string(), fix: String::new() }
    }
}

impl fmt::Display for PolicyMistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.rule.as_str()) {
            (0, "") => write!(out, "{}", self.problem)?,
            (line, "") => write!(out, "line {line}: {}", self.problem)?,
            (line, rule) => write!(out, "line {line}, rule `{rule}`: {}", self.problem)?,
        }
        if self.fix.is_empty() { Ok(()) } else { write!(out, "; {}", self.fix) }
    }
}

/// The built-in rules and a workspace's own, in that order. An own rule takes the place of the built-in one of its id.
pub(crate) fn read(own: &str) -> Result<(PolicySet, Vec<Rule>), Vec<PolicyMistake>> {
    let ours = rules_of(DEFAULT, true)?;
    let theirs = if own.trim().is_empty() { Vec::new() } else { rules_of(own, false)? };
    let replaced: BTreeSet<&str> = theirs.iter().map(|(_, rule)| rule.id.as_str()).collect();
    let kept = ours.iter().filter(|(_, rule)| !replaced.contains(rule.id.as_str()));
    let (mut set, mut rules) = (PolicySet::new(), Vec::new());
    for (policy, rule) in kept.chain(&theirs) {
        set.add(policy.clone()).map_err(|error| vec![PolicyMistake::ours(&error)])?;
        rules.push(rule.clone());
    }
    Ok((set, rules))
}

/// The rules of one text, each under its own id.
fn rules_of(text: &str, built_in: bool) -> Result<Vec<(Policy, Rule)>, Vec<PolicyMistake>> {
    let parsed = PolicySet::from_str(text)
        .map_err(|errors| errors.iter().map(|error| mistake(text, "", error)).collect::<Vec<_>>())?;
    let mut policies: Vec<(usize, Policy)> =
        parsed.policies().map(|policy| (number(policy.id()), policy.clone())).collect();
    policies.sort_by_key(|(number, _)| *number);
    let mut mistakes = Vec::new();
    let mut rules: Vec<(Policy, Rule)> = Vec::new();
    let mut from = 0;
    for (_, policy) in policies {
        let line = line_of(text, &policy, &mut from);
        match rule(&policy, built_in, line) {
            Err(wrong) => mistakes.extend(wrong),
            Ok(rule) => {
                if rules.iter().any(|(_, known)| known.id == rule.id) {
                    let fix = "give each rule an @id of its own".to_owned();
                    let problem = "another rule of this text has this id".to_owned();
                    mistakes.push(PolicyMistake { line, rule: rule.id.clone(), problem, fix });
                }
                rules.push((policy.new_id(PolicyId::new(&rule.id)), rule));
            }
        }
    }
    let (schema, _warnings) =
        Schema::from_cedarschema_str(SCHEMA).map_err(|error| vec![PolicyMistake::ours(&error)])?;
    let checked = Validator::new(schema).validate(&parsed, ValidationMode::Strict);
    for error in checked.validation_errors() {
        let rule =
            parsed.policy(error.policy_id()).and_then(|policy| policy.annotation("id").map(str::to_owned));
        mistakes.push(mistake(text, &rule.unwrap_or_default(), error));
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    if mistakes.is_empty() { Ok(rules) } else { Err(mistakes) }
}

/// What a policy says of itself in its annotations.
fn rule(policy: &Policy, built_in: bool, line: usize) -> Result<Rule, Vec<PolicyMistake>> {
    let id = policy.annotation("id").unwrap_or_default();
    let mut wrong = Vec::new();
    let mut say = |problem: &str, fix: &str| {
        let (rule, problem, fix) = (id.to_owned(), problem.to_owned(), fix.to_owned());
        wrong.push(PolicyMistake { line, rule, problem, fix });
    };
    if policy.effect() != Effect::Forbid {
        say(
            "a rule forbids, and what none forbids runs",
            "write forbid and put its condition the other way round",
        );
    }
    let is_name = |id: &str| {
        !id.is_empty()
            && id.len() <= 64
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !is_name(id) {
        say("it has no @id of letters, digits and hyphens", "put @id(\"name-of-the-rule\") in front of it");
    }
    if !built_in && id == "unknown-tool" {
        say("a tool that is not connected can't be called", "leave this rule out; it always holds");
    }
    let message = policy.annotation("message").unwrap_or_default();
    if message.trim().is_empty() {
        say("it has no @message", "put @message(\"why, for the person who is asked\") in front of it");
    }
    let decision = policy.annotation("decision").unwrap_or_default();
    let strength = Strength::ALL.into_iter().find(|strength| strength.word() == decision);
    let Some(strength) = strength else {
        let words = Strength::ALL.map(Strength::word).join(", ");
        let problem = format!("`{decision}` is no decision");
        say(&problem, &format!("put @decision(\"ask\") in front of it, or another of {words}"));
        return Err(wrong);
    };
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(Rule { id: id.to_owned(), strength, message: message.to_owned(), built_in })
}

/// The place of a policy in its text: Cedar numbers them as they stand.
fn number(id: &PolicyId) -> usize {
    id.to_string().trim_start_matches("policy").parse().unwrap_or(usize::MAX)
}

/// The line where a policy begins. Policies come in their order, so each is looked for behind the one before.
fn line_of(text: &str, policy: &Policy, from: &mut usize) -> usize {
    let written = policy.to_string();
    let found = text.get(*from..).and_then(|rest| rest.find(written.as_str()));
    let at = found.map_or(*from, |found| *from + found);
    *from = at + if found.is_some() { written.len() } else { 0 };
    line_at(text, at)
}

fn line_at(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

fn mistake(text: &str, rule: &str, error: &(impl Diagnostic + ?Sized)) -> PolicyMistake {
    let label = error.labels().and_then(|mut labels| labels.next());
    let line = label.as_ref().map_or(0, |label| line_at(text, label.offset()));
    let expected = label.as_ref().and_then(|label| label.label().map(str::to_owned));
    let help = error.help().map(|help| help.to_string());
    // Cedar names the rule by the number that it gave it, which nobody has written.
    let said = error.to_string();
    let problem = said
        .split_once("`, ")
        .filter(|_| said.starts_with("for policy `"))
        .map_or(said.as_str(), |(_, rest)| rest);
    PolicyMistake {
        line,
        rule: rule.to_owned(),
        problem: problem.to_owned(),
        fix: help.or(expected).unwrap_or_default(),
    }
}
