//! Ties: whoever alters an answer, a result or a pointer, and signs everything anew, is told which figure no longer stands.

use domain::bundle::BundleScope;
use domain::fact::Fact;
use domain::outcome::Outcome;
use domain::payload::{Payload, PayloadRole};
use domain::time::Micros;
use domain::view::{FindingKind, Part, VerifyReport};
use serde_json::{Value, json};
use verify::Checker;

use crate::agreement::agree;
use crate::files::{Files, Source, check, go_on};
use crate::mutations::Case;
use crate::trail::{Telling, Trail, call, tell_everything, turn};
use crate::writer::{seal, write};

const RESULT: &str = r#"{"months":[{"month":"April","earned":877},{"month":"May","earned":1204}],"rate":0.0431,"note":"as agreed"}"#;
const TEXT: &str = "May earned 1,204, or 327 more, over 2 months at 4.3 %; see “as agreed”.";

fn span(text: &str, places: &[(&str, &str)], derivation: Value) -> Value {
    let start = TEXT.find(text).unwrap();
    let kind = if derivation.is_null() { "exact" } else { "derived" };
    let place = |(pointer, raw): &(&str, &str)| json!({ "call": call(1), "pointer": pointer, "raw": raw });
    json!({
        "start": start, "end": start + text.len(), "text": text, "status": "tied", "kind": kind,
        "places": places.iter().map(place).collect::<Vec<_>>(), "derivation": derivation, "chance": null,
        "alternatives": 0, "cited": null, "cite_agrees": null,
    })
}

fn derived(operation: &str, computed: &str) -> Value {
    json!({ "operation": operation, "expression": "…", "computed": computed })
}

fn answer() -> Value {
    let exposure: Vec<Value> =
        (1..=4).map(|number| json!({ "call": call(number), "handle": format!("c{number}"), "mode": { "mode": "full" }, "earlier": false })).collect();
    let spans = [
        span("1,204", &[("/months/1/earned", "1204")], Value::Null),
        span(
            "327",
            &[("/months/1/earned", "1204"), ("/months/0/earned", "877")],
            derived("difference", "327"),
        ),
        span("2", &[("/months", "2 elements")], derived("count", "2")),
        span("4.3 %", &[("/rate", "0.0431")], Value::Null),
        span("as agreed", &[("/note", "as agreed")], Value::Null),
    ];
    json!({ "text": TEXT, "exposure": exposure, "ties": { "spans": spans, "counts": {}, "limit": "" } })
}

/// The story in which call 1 got this result, and this answer was given.
fn told(result: &str, answer: &Value) -> Telling {
    let mut telling = tell_everything();
    for said in &mut telling.said {
        let sealed = match &mut said.fact {
            Fact::CallEnded { call: ended, result: Some(commitment), .. } if *ended == call(1) => {
                let sealed = seal(PayloadRole::Result, result);
                *commitment = sealed.commitment();
                sealed
            }
            Fact::AnswerGiven { turn: given, answer: commitment, .. } if *given == turn(1) => {
                let bytes = answer.to_string().into_bytes();
                let sealed = Payload::seal([9; 32], PayloadRole::Answer, "application/json", bytes);
                *commitment = sealed.commitment();
                sealed
            }
            _ => continue,
        };
        said.payloads.retain(|payload| payload.role != sealed.role);
        said.payloads.push(sealed);
    }
    telling
}

fn bundle(telling: &Telling) -> Files {
    Source::of(&write(&telling.said)).partial(BundleScope::Answer { turn: turn(1) })
}

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut changed = answer();
    change(&mut changed);
    changed
}

fn of_ties(report: &VerifyReport) -> Vec<(FindingKind, String)> {
    let findings = report.findings.iter().filter(|finding| finding.part == Part::Ties);
    findings.map(|finding| (finding.kind, finding.words.clone())).collect()
}

fn checked(report: &VerifyReport) -> (u64, u64) {
    let part = report.parts.iter().find(|part| part.part == Part::Ties).unwrap();
    (part.checked, report.unchecked_ties)
}

#[test]
fn what_stands_where_the_record_says_has_no_finding() {
    let telling = told(RESULT, &answer());
    let report = check(&bundle(&telling), None, None);
    assert_eq!((report.findings.as_slice(), checked(&report)), ([].as_slice(), (5, 0)));
    let trail = write(&telling.said);
    assert_eq!(checked(&trail.report()), (5, 0), "of a whole trail too");
    assert_eq!(trail.findings(), []);
    assert_eq!(
        checked(&trail_without_payloads(&trail)),
        (0, 0),
        "who can't read payloads again rechecks nothing"
    );
}

fn trail_without_payloads(trail: &Trail) -> VerifyReport {
    let mut checker = Checker::new(None);
    trail.feed(&mut checker);
    checker.finish(Micros(0))
}

#[test]
fn what_was_erased_can_not_be_rechecked_and_is_no_finding() {
    let telling = go_on(told(RESULT, &answer()));
    let report = check(&bundle(&telling), None, None);
    assert_eq!((of_ties(&report), checked(&report)), (Vec::new(), (0, 5)), "{:?}", report.findings);
}

#[test]
fn whoever_alters_something_and_signs_anew_is_told_which_figure_no_longer_stands() {
    let altered_result = RESULT.replace("1204", "1304");
    let cases: Vec<(&str, Files, &str)> = vec![
        (
            "a result",
            bundle(&told(&altered_result, &answer())),
            "“1,204” no longer stands at /months/1/earned of call_",
        ),
        (
            "a list",
            bundle(&told(&RESULT.replace("[{", "[{},{"), &answer())),
            "“2” no longer stands at /months of call_",
        ),
        ("no JSON", bundle(&told("cut off: {", &answer())), "there is no such place"),
        (
            "the text",
            bundle(&told(RESULT, &with(|answer| answer["text"] = json!(TEXT.replace("1,204", "9,204"))))),
            "“1,204” no longer stands there",
        ),
        (
            "text and span",
            bundle(&told(
                RESULT,
                &with(|answer| {
                    answer["text"] = json!(TEXT.replace("1,204", "9,204"));
                    answer["ties"]["spans"][0]["text"] = json!("9,204");
                }),
            )),
            "“9,204” is not “1204”, to which it is tied",
        ),
        (
            "a pointer",
            bundle(&told(
                RESULT,
                &with(|answer| {
                    answer["ties"]["spans"][0]["places"][0]["pointer"] = json!("/months/0/earned")
                }),
            )),
            "“1,204” no longer stands at /months/0/earned",
        ),
        (
            "a pointer to nowhere",
            bundle(&told(
                RESULT,
                &with(|answer| answer["ties"]["spans"][3]["places"][0]["pointer"] = json!("/x/0")),
            )),
            "“4.3 %” no longer stands at /x/0",
        ),
        (
            "what was repeated",
            bundle(&told(
                RESULT,
                &with(|answer| answer["ties"]["spans"][4]["places"][0]["raw"] = json!("as argued")),
            )),
            "“as argued” was there, and now “as agreed”",
        ),
        (
            "a computation",
            bundle(&told(
                RESULT,
                &with(|answer| answer["ties"]["spans"][1]["derivation"]["computed"] = json!("328")),
            )),
            "“327” is not what comes out",
        ),
        (
            "the call",
            bundle(&told(
                RESULT,
                &with(|answer| answer["ties"]["spans"][0]["places"][0]["call"] = json!(call(20))),
            )),
            "whose result the model was not shown",
        ),
        (
            "what was shown",
            bundle(&told(RESULT, &with(|answer| answer["exposure"].as_array_mut().unwrap().truncate(1)))),
            "other results than the entry does",
        ),
        (
            "the record",
            bundle(&told(RESULT, &with(|answer| answer["ties"]["spans"][0] = json!("1,204")))),
            "a tie is not as ties are recorded",
        ),
        (
            "places",
            bundle(&told(RESULT, &with(|answer| answer["ties"]["spans"][0]["places"] = json!([])))),
            "“1,204” is tied to no place",
        ),
    ];
    let mut both: Vec<Case> = Vec::new();
    for (what, files, words) in cases {
        let report = check(&files, None, None);
        let found = of_ties(&report);
        let named = found.iter().any(|(kind, told)| *kind == FindingKind::Altered && told.contains(words));
        assert!(named, "{what}: {:?}", report.findings);
        assert!(
            report.findings.iter().all(|finding| finding.part == Part::Ties),
            "{what}: {:?}",
            report.findings
        );
        both.push(Case { name: what.to_owned(), own: Some(files), ..Case::default() });
    }
    let sound = bundle(&told(RESULT, &answer()));
    both.push(Case { name: "nothing".to_owned(), own: Some(sound), harmless: true, ..Case::default() });
    // Who does not sign anew is found by the commitment, and told which figure it was all the same.
    let mut files = bundle(&told(RESULT, &answer()));
    let (_, bytes) = files.iter_mut().find(|(_, bytes)| bytes.ends_with(RESULT.as_bytes())).unwrap();
    let place = bytes.windows(4).position(|window| window == b"1204").unwrap();
    bytes[place] = b'3';
    let report = check(&files, None, None);
    assert!(report.findings.iter().any(|finding| finding.kind == FindingKind::Unopened));
    assert!(of_ties(&report).iter().any(|(_, words)| words.contains("“1,204” no longer stands at")));
    both.push(Case { name: "bytes alone".to_owned(), own: Some(files), ..Case::default() });
    agree(&[], &both);
}

#[test]
fn a_shared_result_is_followed_to_the_call_that_got_it() {
    let shares = |said: &mut crate::writer::Said| {
        let Fact::CallEnded { call: of, result, from, outcome, .. } = &mut said.fact else { return };
        if *of == call(20) {
            (*result, *from, *outcome) = (None, Some(call(1)), Outcome::Returned);
            said.payloads.clear();
        }
    };
    let drawn = with(|answer| {
        answer["ties"]["spans"][0]["places"][0]["call"] = json!(call(20));
        answer["exposure"].as_array_mut().unwrap().push(json!({ "call": call(20) }));
    });
    let mut changed = told(RESULT, &drawn);
    changed.said.iter_mut().for_each(shares);
    for said in &mut changed.said {
        if let Fact::AnswerGiven { turn: given, exposed, .. } = &mut said.fact
            && *given == turn(1)
        {
            exposed.push(call(20));
        }
    }
    let report = write(&changed.said).report();
    assert_eq!(of_ties(&report), [], "{:?}", report.findings);
    assert_eq!(checked(&report), (5, 0));
}
