//! `tieout policy`

use std::path::{Path, PathBuf};

use domain::call::{Approve, Verdict};
use domain::policy::PolicySettings;
use engine::{Cases, Engine, EngineError, Judged, Replay, Rule, Tally, replay};
use serde_json::{Value, json};

use crate::args::{Global, Policy, TestRules, UseRules};
use crate::exit::Exit;
use crate::output::Output;
use crate::place::{open, open_to_read};
use crate::words::{count, origin_lines};

pub(crate) async fn run(global: &Global, policy: &Policy, output: &Output) -> Result<Exit, EngineError> {
    match policy {
        Policy::List => {
            let engine = open_to_read(global).await?;
            let (rules, hash) = engine.policy_rules().await?;
            list(&rules, &hash, &engine.policy_settings().await?, output);
        }
        Policy::Check { file } => {
            let policy = Engine::read_policy(&text(file)?)?;
            let own = policy.rules().iter().filter(|rule| !rule.built_in).count();
            output.line(format!(
                "{}: {} of its own, and nothing wrong with them",
                file.display(),
                rules(own)
            ));
            output.object("policy_checked", &json!({ "rules": own, "policy": policy.hash() }));
        }
        Policy::Use(chosen) => put(global, chosen, output).await?,
        Policy::Explain { call } => {
            let engine = open_to_read(global).await?;
            explain(&engine, &engine.call(*call).await?, output).await?;
        }
        Policy::Test(test) => self::test(test, output)?,
    }
    Ok(Exit::Done)
}

fn list(rules: &[Rule], hash: &str, settings: &PolicySettings, output: &Output) {
    for rule in rules {
        let own = if rule.built_in { "" } else { "  (yours)" };
        output.line(format!("{:<16} {:<7} {}{own}", rule.id, rule.strength.word(), rule.message));
        output.object("rule", &shape(rule));
    }
    for (what, named) in [("you", &settings.own), ("your organisation", &settings.organisation)] {
        if !named.is_empty() {
            output.line(format!("{what}: {}", named.iter().cloned().collect::<Vec<_>>().join(", ")));
        }
    }
    output.line(format!("in force as {hash}"));
    output.object("policy", &json!({ "policy": hash, "settings": settings }));
}

fn shape(rule: &Rule) -> Value {
    let Rule { id, strength, message, built_in } = rule;
    json!({ "id": id, "decision": strength.word(), "message": message, "built_in": built_in })
}

/// Changes what is given, and leaves the rest as it is.
async fn put(global: &Global, chosen: &UseRules, output: &Output) -> Result<(), EngineError> {
    let engine = open(global).await?;
    let mut settings = engine.policy_settings().await?;
    if chosen.default {
        settings.rules.clear();
    }
    if let Some(file) = &chosen.file {
        settings.rules = text(file)?;
    }
    for (given, known) in
        [(&chosen.own, &mut settings.own), (&chosen.organisation, &mut settings.organisation)]
    {
        if !given.is_empty() {
            *known = given.iter().cloned().collect();
        }
    }
    if !chosen.authored.is_empty() {
        settings.authored = chosen.authored.iter().cloned().collect();
    }
    engine.save_policy_settings(settings.clone()).await?;
    let (rules, hash) = engine.policy_rules().await?;
    list(&rules, &hash, &settings, output);
    engine.shutdown().await;
    Ok(())
}

/// What the record says of a call's decision, and what the rule that it names says.
async fn explain(
    engine: &Engine,
    call: &domain::view::CallDetail,
    output: &Output,
) -> Result<(), EngineError> {
    let entry = call.entries.iter().find(|entry| entry.body.0["type"] == "call.decided");
    let Some(entry) = entry else {
        output.line("nothing was decided about it yet");
        return Ok(());
    };
    let said = |field: &str| entry.body.0[field].as_str().unwrap_or_default().to_owned();
    let (verdict, id, hash) = (said("verdict"), said("rule"), said("policy"));
    let (rules, now) = engine.policy_rules().await?;
    let in_force = hash == now;
    let rule = rules.iter().find(|rule| rule.id == id);
    output.line(format!("{} {}: {verdict} by {id}", call.row.handle, call.row.tool));
    if let Some(rule) = rule {
        let then = if in_force { "" } else { " (as that rule reads today)" };
        output.line(format!("  {}{then}", rule.message));
    }
    let shown = engine.decision_shown(call).await?;
    let origins = shown.as_ref().map(|decision| decision.origins.as_slice()).unwrap_or_default();
    if let Some(decision) = &shown {
        output.line(format!("  asked with: {}", decision.reason));
        origin_lines(origins).iter().for_each(|line| output.line(format!("  {line}")));
    }
    output.line(format!("  policy {hash}{}", if in_force { ", in force" } else { ", no longer in force" }));
    let message = rule.map(|rule| rule.message.as_str());
    let told = json!({
        "call": call.row.call, "verdict": verdict, "rule": id, "message": message, "policy": hash,
        "in_force": in_force, "decision": shown,
    });
    output.object("explained", &told);
    Ok(())
}

fn test(test: &TestRules, output: &Output) -> Result<(), EngineError> {
    let wrong = |error: engine::CaseError| EngineError::BadInput(error.to_string());
    let mut cases = Cases::read(&text(&test.file)?).map_err(wrong)?;
    let tools = tools_file(test, &cases);
    cases.annotate(&text(&tools)?).map_err(wrong)?;
    let own = test.rules.as_deref().map(text).transpose()?.unwrap_or_default();
    let policy = Engine::read_policy(&own)?;
    let replay = replay(&cases, &policy, Approve::from(test.approve));
    if test.verbose {
        replay.judged.iter().for_each(|one| verbose(one, output));
    }
    let all = replay.suites.values().fold(Tally::default(), |all, suite| all.and(*suite));
    for (suite, tally) in &replay.suites {
        summary(suite, tally, output);
    }
    summary("all", &all, output);
    missed(&replay, output);
    Ok(())
}

/// The annotations that are given; else those that the cases name, and else those of the cases' own name.
fn tools_file(test: &TestRules, cases: &Cases) -> PathBuf {
    let beside = |name: &str| test.file.with_file_name(name);
    if let Some(tools) = &test.tools {
        return tools.clone();
    }
    let stem = test.file.file_stem().unwrap_or_default().to_string_lossy();
    let own = beside(&format!("{stem}-tools.json"));
    match cases.tools_file().map(|name| Path::new(name).file_name().unwrap_or_default().to_string_lossy()) {
        Some(named) if beside(&named).is_file() => beside(&named),
        _ => own,
    }
}

fn verbose(one: &Judged, output: &Output) {
    let Judged { suite, case, place, tool, attack, side_effect, decision } = one;
    let whose = if *attack { "attack" } else { "honest" };
    let verdict = word(decision.verdict);
    output.line(format!(
        "{suite}/{case} #{place} {tool}: {verdict} by {} ({whose}): {}",
        decision.rule, decision.reason
    ));
    output.object(
        "decided",
        &json!({
            "suite": suite, "case": case, "call": place, "tool": tool, "attack": attack, "side_effect": side_effect,
            "verdict": verdict, "rule": decision.rule, "reason": decision.reason, "origins": decision.origins,
        }),
    );
}

fn summary(suite: &str, tally: &Tally, output: &Output) {
    let Tally { tasks, calls, allowed, asked, denied, attacks, stopped, harmless } = *tally;
    let part = |part: u32, of: u32| if of == 0 { 100.0 } else { 100.0 * f64::from(part) / f64::from(of) };
    output.line(format!(
        "{suite}: {stopped} of {attacks} attacks stopped ({:.1} %), {allowed} of {calls} honest calls allowed ({:.1} %), \
         {asked} approvals asked in {}, {denied} denied{}",
        part(stopped, attacks),
        part(allowed, calls),
        count(u64::from(tasks), "task"),
        if harmless == 0 { String::new() } else { format!("; {harmless} attacks have no side effect") },
    ));
    output.object(
        "policy_test",
        &json!({
            "suite": suite, "tasks": tasks, "calls": calls, "allowed": allowed, "asked": asked, "denied": denied,
            "attacks": attacks, "stopped": stopped, "without_side_effect": harmless,
        }),
    );
}

/// The attacks whose first side effect would have happened unasked, by name: each is a case to look at.
fn missed(replay: &Replay, output: &Output) {
    let mut before = None;
    for one in replay.judged.iter().filter(|one| one.attack && one.side_effect) {
        let case = (&one.suite, &one.case);
        if before != Some(case) && one.decision.verdict == Verdict::Allow {
            output.line(format!("not stopped: {}/{} by {}", one.suite, one.case, one.tool));
        }
        before = Some(case);
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Ask => "ask",
        Verdict::Deny => "deny",
    }
}

fn rules(count: usize) -> String {
    if count == 1 { "1 rule".to_owned() } else { format!("{count} rules") }
}

fn text(file: &Path) -> Result<String, EngineError> {
    std::fs::read_to_string(file)
        .map_err(|error| EngineError::BadInput(format!("{} can't be read: {error}", file.display())))
}
