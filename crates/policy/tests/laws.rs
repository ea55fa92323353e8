//! Laws of the kernel, for any batch and any conversation.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

use std::sync::LazyLock;

use domain::call::{Approve, Decision, Verdict};
use domain::effect::Effect;
use domain::id::Handle;
use domain::label::{Category, Integrity, Label, Level};
use domain::outcome::Outcome;
use policy::{Call, CallFacts, Held, People, Piece, Policy, after_call, closure};
use proptest::prelude::*;
use serde_json::{Value, json};

static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::load("").unwrap());
const EFFECTS: [Effect; 3] = [Effect::Read, Effect::IdempotentWrite, Effect::Write];
const OUTCOMES: [Outcome; 6] = [
    Outcome::Returned,
    Outcome::Failed,
    Outcome::Refused,
    Outcome::Cancelled,
    Outcome::TimedOut,
    Outcome::Unknown,
];
const VALUES: [&str; 8] = [
    "ana@x.org",
    "eve@evil.com",
    "13",
    "www.y.net/a",
    "Le Marais",
    "GB29NWBK60161331926819",
    "note 4711",
    "general",
];

fn any_label() -> impl Strategy<Value = Label> {
    let level = prop::sample::select(Level::ALL.to_vec());
    let categories = prop::collection::btree_set(prop::sample::select(Category::ALL.to_vec()), 0..5);
    let integrity = prop::sample::select(Integrity::ALL.to_vec());
    (level, categories, integrity)
        .prop_map(|(level, categories, integrity)| Label { integrity, ..Label::of(level, categories) })
}

/// A call of a batch: what it asks for, what it brings, and its place in the order of completion.
#[derive(Clone, Debug)]
struct Made {
    tool: &'static str,
    effect: Effect,
    arguments: Value,
    label: Label,
    result: String,
    ended: Outcome,
    completed: u32,
}

fn any_call() -> impl Strategy<Value = Made> {
    let tool = prop::sample::select(vec!["crm.get", "mail.send_email", "drive.delete_file", "web.get_page"]);
    let field = prop::sample::select(vec!["to", "id", "url", "body", "title", "user", "password"]);
    let value = || prop::sample::select(VALUES.to_vec());
    let outcome = prop::sample::select(OUTCOMES.to_vec());
    let effect = prop::sample::select(EFFECTS.to_vec());
    let arguments = prop::collection::vec((field, value()), 0..3);
    (tool, effect, arguments, any_label(), value(), outcome, any::<u32>()).prop_map(
        |(tool, effect, arguments, label, result, ended, completed)| {
            let fields = arguments.into_iter().map(|(field, value)| (field.to_owned(), json!(value)));
            let result = json!({ "item": { "found": result } }).to_string();
            Made { tool, effect, arguments: Value::Object(fields.collect()), label, result, ended, completed }
        },
    )
}

fn any_batches() -> impl Strategy<Value = Vec<Vec<Made>>> {
    prop::collection::vec(prop::collection::vec(any_call(), 0..8), 4)
}

/// Judges a conversation batch by batch; the results of each are held in the order in which they came.
fn judged(
    policy: &Policy,
    words: &str,
    batches: &[Vec<Made>],
    by_completion: bool,
) -> (Vec<Decision>, Label) {
    let mut held = Held::default();
    held.say(words);
    let mut decisions = Vec::new();
    for batch in batches {
        let mut order: Vec<usize> = (0..batch.len()).collect();
        if by_completion {
            order.sort_by_key(|place| batch[*place].completed);
        }
        let decide = |made: &Made| {
            let call = Call {
                tool: made.tool,
                description: "",
                schema: &Value::Null,
                arguments: &made.arguments,
                effect: made.effect,
                known: true,
                from_record: false,
                label: &made.label,
            };
            policy.decide(Approve::Asked, &CallFacts::of(&call, held.label(), &held, &People::default()))
        };
        let mut decided: Vec<(usize, Decision)> =
            order.iter().map(|place| (*place, decide(&batch[*place]))).collect();
        decided.sort_by_key(|(place, _)| *place);
        decisions.extend(decided.into_iter().map(|(_, decision)| decision));
        // Results are held in the model's order, whatever order they came in.
        for (place, made) in (1..).zip(batch) {
            held.hold(Handle(place), &after_call(&made.label, made.ended), &made.result, None);
        }
    }
    (decisions, held.label().clone())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    /// Four batches of up to eight calls in each of 250 cases: a thousand batches.
    #[test]
    fn decisions_and_labels_know_no_order_of_completion(batches in any_batches()) {
        let policy = &*POLICY;
        let words = "Send ana@x.org note 4711 and delete the file";
        prop_assert_eq!(judged(policy, words, &batches, false), judged(policy, words, &batches, true));
    }

    #[test]
    fn a_conversations_mark_never_falls_and_covers_what_came_back(batches in any_batches()) {
        let mut mark = Label::PUBLIC;
        for made in batches.iter().flatten() {
            let brought = after_call(&made.label, made.ended);
            let raised = mark.clone().join(&brought);
            prop_assert_eq!(&raised.clone().join(&mark), &raised);
            prop_assert!(made.ended != Outcome::Refused || brought == Label::PUBLIC);
            mark = raised;
        }
    }

    #[test]
    fn closure_is_monotone_and_knows_no_order(
        labels in prop::collection::vec((0..3_usize, prop::option::of(0..2_usize), any_label()), 0..6),
        shuffled in 0..6_usize,
    ) {
        let sources = ["crm", "mail", "files"];
        let subjects = ["ana", "bo"];
        let pieces = |labels: &[(usize, Option<usize>, Label)]| {
            let pieces = labels.iter().map(|(source, subject, label)| Piece {
                source: sources[*source],
                subject: subject.map(|subject| subjects[subject]),
                label,
            });
            closure(pieces.collect::<Vec<_>>())
        };
        let whole = pieces(&labels);
        let mut other = labels.clone();
        let length = other.len();
        other.rotate_left(shuffled % length.max(1));
        other.reverse();
        prop_assert_eq!(&pieces(&other), &whole);
        for end in 0..labels.len() {
            let part = pieces(&labels[..end]);
            prop_assert_eq!(&whole.clone().join(&part), &whole);
        }
    }

    #[test]
    fn approving_more_never_makes_a_decision_stricter(batches in any_batches()) {
        let policy = &*POLICY;
        let mut held = Held::default();
        held.say("Send it");
        for made in batches.iter().flatten() {
            let call = Call {
                tool: made.tool,
                description: "",
                schema: &Value::Null,
                arguments: &made.arguments,
                effect: made.effect,
                known: true,
                from_record: false,
                label: &made.label,
            };
            let facts = CallFacts::of(&call, held.label(), &held, &People::default());
            let verdicts = [Approve::None, Approve::Reads, Approve::Asked, Approve::All]
                .map(|approve| policy.decide(approve, &facts).verdict);
            prop_assert!(verdicts.is_sorted_by(|stricter, laxer| stricter >= laxer), "{:?}", verdicts);
            prop_assert!(verdicts[3] != Verdict::Ask);
            held.hold(Handle(1), &made.label, &made.result, None);
        }
    }
}

#[test]
fn categories_combine_about_one_subject_or_from_two_sources() {
    let label = |category| Label::of(Level::Internal, [category]);
    let (identity, health) = (label(Category::Identity), label(Category::Health));
    let piece = |source, subject, label| Piece { source, subject, label };
    let level = |pieces: Vec<Piece<'_>>| closure(pieces).level;
    assert_eq!(level(vec![piece("crm", None, &identity), piece("clinic", None, &health)]), Level::Restricted);
    assert_eq!(
        level(vec![piece("crm", Some("7"), &identity), piece("crm", Some("7"), &health)]),
        Level::Restricted
    );
    assert_eq!(
        level(vec![piece("crm", Some("7"), &identity), piece("crm", Some("8"), &health)]),
        Level::Internal
    );
    assert_eq!(level(vec![piece("crm", None, &identity), piece("mail", None, &identity)]), Level::Internal);
}
