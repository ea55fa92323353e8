//! Two verifiers, one in Rust and one of Python's standard library alone (`docs/verify.py`), over bundles that were
//! changed in more than a thousand ways: both find the same, and every change is found or is no part of the evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use domain::json::hex;
use domain::view::{FindingKind, Part, VerifyReport};
use serde_json::{Value, json};

use crate::files::{Files, bundles, check};
use crate::mutations::{Case, all};

/// What is compared: for each part and kind the first entry that it concerns.
type Found = BTreeMap<(String, String), Option<u64>>;

#[test]
fn two_verifiers_agree_on_more_than_a_thousand_bundles() {
    let (source, bases) = bundles();
    let cases = all(&source, &bases);
    assert!(cases.len() >= 1000, "{}", cases.len());
    let ours = agree(&bases, &cases);
    let kinds: BTreeSet<FindingKind> =
        ours.iter().flat_map(|report| report.findings.iter().map(|finding| finding.kind)).collect();
    let never: Vec<_> = [
        FindingKind::Missing,
        FindingKind::Altered,
        FindingKind::Gap,
        FindingKind::Truncated,
        FindingKind::Forked,
        FindingKind::Unsigned,
        FindingKind::Unopened,
        FindingKind::OffPolicy,
    ]
    .into_iter()
    .filter(|kind| !kinds.contains(kind))
    .collect();
    assert_eq!(never, []);
    let parts: BTreeSet<Part> =
        ours.iter().flat_map(|report| report.findings.iter().map(|finding| finding.part)).collect();
    assert_eq!(parts.len(), 7, "{parts:?}");
}

/// Has both verifiers check all of them: they find the same, and nothing in what is harmless alone. Gives what ours found.
#[track_caller]
pub(crate) fn agree(bases: &[Files], cases: &[Case]) -> Vec<VerifyReport> {
    let (ours, theirs) = std::thread::scope(|scope| {
        let theirs = scope.spawn(|| python(bases, cases));
        let check = |case: &Case| check(&case.files(bases), case.vkey.as_deref(), case.known.as_deref());
        let halves = cases.split_at(cases.len() / 2);
        let later = scope.spawn(move || halves.1.iter().map(check).collect::<Vec<_>>());
        let mut ours: Vec<VerifyReport> = halves.0.iter().map(check).collect();
        ours.extend(later.join().unwrap());
        (ours, theirs.join().unwrap())
    });
    assert_eq!(theirs.len(), cases.len());
    let mut wrong = Vec::new();
    for ((case, report), theirs) in cases.iter().zip(&ours).zip(&theirs) {
        let ours = found(report);
        if ours != *theirs {
            wrong.push(format!(
                "{}:\n  Rust   {ours:?}\n  Python {theirs:?}\n  {:?}",
                case.name, report.findings
            ));
        } else if ours.is_empty() != case.harmless {
            wrong.push(format!("{}: {ours:?}", case.name));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong[..wrong.len().min(12)].join("\n")
    );
    ours
}

fn found(report: &VerifyReport) -> Found {
    let mut found = Found::new();
    for finding in &report.findings {
        let word = |value: Value| value.as_str().unwrap().to_owned();
        let of = (word(json!(finding.part)), word(json!(finding.kind)));
        // They come first by place.
        found.entry(of).or_insert(finding.seq.map(|seq| seq.0));
    }
    found
}

/// Runs once over all of them.
fn python(bases: &[Files], cases: &[Case]) -> Vec<Found> {
    let driver = r#"
import json, sys
sys.path.insert(0, sys.argv[1])
import verify
work = json.load(open(sys.argv[2]))
pairs = lambda files: [(name, bytes.fromhex(data)) for name, data in files]
bases = [pairs(base) for base in work["bases"]]
out = []
for case in work["cases"]:
    changed = dict(pairs(case["changed"]))
    files = [(name, changed.get(name, data)) for name, data in bases[case["base"]] if name not in case["removed"]]
    found = verify.Bundle(files + pairs(case["added"]), case["vkey"], case["known"]).found
    out.append([[part, kind, seq] for part, kind, seq, words in found])
json.dump(out, sys.stdout)
"#;
    let pairs = |files: &[(String, Vec<u8>)]| -> Value {
        files.iter().map(|(name, bytes)| json!([name, hex(bytes)])).collect()
    };
    let all: Vec<&Files> = bases.iter().chain(cases.iter().filter_map(|case| case.own.as_ref())).collect();
    let mut own = bases.len();
    let described: Vec<Value> = cases
        .iter()
        .map(|case| {
            let base = case.base.unwrap_or_else(|| {
                own += 1;
                own - 1
            });
            json!({
                "base": base, "changed": pairs(&case.changed), "added": pairs(&case.added), "removed": case.removed,
                "vkey": case.vkey, "known": case.known,
            })
        })
        .collect();
    let all: Vec<Value> = all.into_iter().map(|files| pairs(files)).collect();
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let work = folder.join(format!("agreement-{}.json", std::process::id()));
    std::fs::write(&work, json!({"bases": all, "cases": described}).to_string()).unwrap();
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");
    let run = Command::new("python3").args(["-B", "-c", driver, docs]).arg(&work).output();
    let run = run.expect("this test needs python3 (3.8 or later) on the path");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    std::fs::remove_file(&work).unwrap();
    let found: Vec<Vec<(String, String, Option<u64>)>> = serde_json::from_slice(&run.stdout).unwrap();
    let first = |found: Vec<(String, String, Option<u64>)>| {
        let mut first = Found::new();
        for (part, kind, seq) in found {
            first.entry((part, kind)).or_insert(seq);
        }
        first
    };
    found.into_iter().map(first).collect()
}
