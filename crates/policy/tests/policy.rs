//! What policy promises: the table of its decisions, and the laws that hold for any batch.

use std::collections::BTreeSet;

use domain::call::{Approve, Verdict};
use domain::effect::Effect;
use domain::label::{Category, Label, Level};
use domain::outcome::Outcome;
use policy::{CallFacts, after_call, decide, policy_hash, policy_text, rules};
use proptest::prelude::*;

const APPROVES: [Approve; 3] = [Approve::None, Approve::Reads, Approve::All];
const EFFECTS: [Effect; 3] = [Effect::Read, Effect::IdempotentWrite, Effect::Write];
const OUTCOMES: [Outcome; 6] = [
    Outcome::Returned,
    Outcome::Failed,
    Outcome::Refused,
    Outcome::Cancelled,
    Outcome::TimedOut,
    Outcome::Unknown,
];

fn facts(effect: Effect, known: bool) -> CallFacts {
    CallFacts { effect, known, from_record: false, label: Label::unlabelled() }
}

#[test]
fn reads_run_and_writes_ask_unless_a_person_said_otherwise() {
    let check = |approve, effect, known, verdict, rule: &str| {
        let decision = decide(approve, &facts(effect, known));
        assert_eq!((decision.verdict, decision.rule.as_str()), (verdict, rule), "{approve:?} {effect:?}");
        assert!(!decision.reason.is_empty());
    };
    check(Approve::Reads, Effect::Read, true, Verdict::Allow, "reads-run");
    check(Approve::Reads, Effect::IdempotentWrite, true, Verdict::Ask, "writes-ask");
    check(Approve::Reads, Effect::Write, true, Verdict::Ask, "writes-ask");
    check(Approve::All, Effect::Read, true, Verdict::Allow, "reads-run");
    check(Approve::All, Effect::IdempotentWrite, true, Verdict::Allow, "approve-all");
    check(Approve::All, Effect::Write, true, Verdict::Allow, "approve-all");
    for effect in EFFECTS {
        check(Approve::None, effect, true, Verdict::Ask, "ask-everything");
        for approve in APPROVES {
            check(approve, effect, false, Verdict::Deny, "unknown-tool");
        }
    }
}

#[test]
fn what_is_not_said_is_reads() {
    assert_eq!(decide(Approve::default(), &facts(Effect::Write, true)).verdict, Verdict::Ask);
}

#[test]
fn every_rule_decides_somewhere_and_every_decision_names_a_rule() {
    let mut used = BTreeSet::new();
    for approve in APPROVES {
        for effect in EFFECTS {
            for known in [true, false] {
                let decision = decide(approve, &facts(effect, known));
                let rule = rules().iter().find(|rule| rule.id == decision.rule).unwrap();
                assert_eq!(rule.verdict, decision.verdict);
                used.insert(decision.rule);
            }
        }
    }
    let from_record = CallFacts { from_record: true, ..facts(Effect::Read, true) };
    for approve in APPROVES {
        assert_eq!(decide(approve, &from_record).verdict, Verdict::Allow);
        used.insert(decide(approve, &from_record).rule);
    }
    assert_eq!(used.len(), rules().len());
}

/// A trail names its policy by this hash. If the text has to change, this is the place to see that trails written
/// before and after will name different policies.
#[test]
fn the_policys_name_is_the_hash_of_its_text() {
    assert_eq!(policy_text().lines().count(), rules().len() + 1);
    assert_eq!(policy_hash(), domain::json::sha256_hex(policy_text().as_bytes()));
    assert_eq!(policy_hash(), "92f2c1d47bca82de35a2d4217c90ffa965f29a60c3770a7974a5ead01a1cbbad");
}

fn any_label() -> impl Strategy<Value = Label> {
    let level = prop::sample::select(Level::ALL.to_vec());
    let categories = prop::collection::btree_set(prop::sample::select(Category::ALL.to_vec()), 0..5);
    (level, categories).prop_map(|(level, categories)| Label::of(level, categories))
}

fn any_facts() -> impl Strategy<Value = CallFacts> {
    let effect = prop::sample::select(EFFECTS.to_vec());
    (effect, any::<bool>(), any_label()).prop_map(|(effect, known, label)| CallFacts {
        effect,
        known,
        from_record: false,
        label,
    })
}

/// A call of a batch, its outcome, and its place in the order of completion.
fn any_batch() -> impl Strategy<Value = Vec<(CallFacts, Outcome, u32)>> {
    let outcome = prop::sample::select(OUTCOMES.to_vec());
    prop::collection::vec((any_facts(), outcome, any::<u32>()), 0..16)
}

fn batch_label<'a>(calls: impl IntoIterator<Item = &'a (CallFacts, Outcome, u32)>) -> Label {
    calls
        .into_iter()
        .fold(Label::PUBLIC, |so_far, (facts, ended, _)| so_far.join(&after_call(&facts.label, *ended)))
}

fn at_least(high: &Label, low: &Label) -> bool {
    high.clone().join(low) == *high
}

proptest! {
    #[test]
    fn a_decision_knows_no_siblings_and_no_order(
        batch in any_batch(),
        approve in prop::sample::select(APPROVES.to_vec()),
    ) {
        let alone: Vec<_> = batch.iter().map(|(facts, ..)| decide(approve, facts)).collect();
        let mut completion: Vec<usize> = (0..batch.len()).collect();
        completion.sort_by_key(|place| batch[*place].2);
        for place in completion {
            prop_assert_eq!(&decide(approve, &batch[place].0), &alone[place]);
        }
    }

    #[test]
    fn approving_more_never_makes_a_decision_stricter(facts in any_facts()) {
        let verdicts = APPROVES.map(|approve| decide(approve, &facts).verdict);
        prop_assert!(verdicts.is_sorted_by(|stricter, laxer| stricter >= laxer));
    }

    #[test]
    fn writing_is_never_easier_than_reading(known in any::<bool>(), label in any_label()) {
        for approve in APPROVES {
            let verdicts = EFFECTS.map(|effect| decide(approve, &CallFacts { label: label.clone(), ..facts(effect, known) }).verdict);
            prop_assert!(verdicts.is_sorted());
        }
    }

    #[test]
    fn a_batchs_label_knows_no_order_and_covers_what_came_back(batch in any_batch()) {
        let label = batch_label(&batch);
        let mut completed = batch.clone();
        completed.sort_by_key(|(.., place)| *place);
        prop_assert_eq!(&batch_label(&completed), &label);
        for (facts, ended, _) in &batch {
            prop_assert!(*ended == Outcome::Refused || at_least(&label, &facts.label));
        }
    }

    #[test]
    fn a_conversations_mark_never_falls(batches in prop::collection::vec(any_batch(), 0..6)) {
        let mut mark = Label::PUBLIC;
        for batch in &batches {
            let raised = mark.clone().join(&batch_label(batch));
            prop_assert!(at_least(&raised, &mark));
            mark = raised;
        }
        prop_assert_eq!(mark, batch_label(batches.iter().flatten()));
    }

    #[test]
    fn a_refused_call_brings_nothing(label in any_label()) {
        prop_assert_eq!(after_call(&label, Outcome::Refused), Label::PUBLIC);
    }
}
