//! Test vectors for who writes a verifier of their own: `tests/fixtures/trail`. This is what writes them, and what
//! fails if they are not what it would write. After a change of the format: `TIEOUT_WRITE_FIXTURES=1 cargo nextest run
//! -p verify fixtures`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::bundle::BundleScope;
use domain::call::Verdict;
use domain::fact::Fact;
use domain::json::hex;
use domain::outcome::Outcome;
use domain::payload::salt;
use serde_json::{Value, json};
use tlog::Checkpoint;

use crate::files::{Files, Source, check, go_on, keys};
use crate::trail::{
    Stored, Telling, Trail, answered, asked, batch, conversation, decided, ended, model_called,
    model_returned, request, requested, sent, turn,
};
use crate::writer::{opening, write};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/trail");

/// One answer with one call, a question without an answer, and what bundles have besides.
fn small() -> Trail {
    let mut telling = Telling::default();
    telling.say(None, opening(), Vec::new());
    asked(&mut telling, 1);
    model_called(&mut telling, 1, 1);
    model_returned(&mut telling, 1, 1);
    let fact = Fact::BatchOpened { batch: batch(1), turn: turn(1), request: request(1), calls: 1 };
    telling.say(Some(conversation(1)), fact, Vec::new());
    requested(&mut telling, Some(1), 1);
    decided(&mut telling, Some(1), 1, Verdict::Allow);
    sent(&mut telling, Some(1), 1, 1);
    ended(&mut telling, Some(1), 1, Outcome::Returned);
    model_called(&mut telling, 1, 2);
    model_returned(&mut telling, 1, 2);
    answered(&mut telling, 1, &[1]);
    asked(&mut telling, 2);
    write(&go_on(telling).said)
}

fn vectors(trail: &Trail, source: &Source) -> Value {
    let mut payloads = Vec::new();
    let mut leaves = Vec::new();
    for piece in &trail.pieces {
        match piece {
            Stored::Entry { seq, body, leaf } => {
                leaves.push(json!({"seq": seq, "length": body.len(), "leaf": hex(leaf)}));
            }
            Stored::Payload { commitment, secret, bytes } => payloads.push(json!({
                "secret": hex(secret), "salt": hex(&salt(secret)), "bytes": hex(bytes), "commitment": commitment,
            })),
            _ => {}
        }
    }
    let root = |note: &str| {
        note.split_once("\n\n").and_then(|(text, _)| format!("{text}\n").parse::<Checkpoint>().ok())
    };
    let checkpoints: Vec<Value> = trail
        .notes()
        .iter()
        .map(|(size, note)| json!({"size": size, "root": root(note).unwrap().root.to_string(), "note": note}))
        .collect();
    let size = leaves.len() as u64;
    let inclusion: Vec<Value> = [0, 7, size - 1]
        .map(|index| json!({"index": index, "size": size, "path": source.inclusion(index, size)}))
        .into();
    let consistency: Vec<Value> = [1, 7, 16, size]
        .map(|old| json!({"old": old, "new": size, "path": source.consistency(old, size)}))
        .into();
    json!({
        "seeds": {"1": hex(&[1; 32]), "2": hex(&[102; 32])},
        "vkeys": keys().map(|key| key.to_vkey()),
        "leaves": leaves,
        "payloads": payloads,
        "checkpoints": checkpoints,
        "inclusion": inclusion,
        "consistency": consistency,
    })
}

/// Every file of the folder but the README, by its path.
fn expected() -> BTreeMap<String, Vec<u8>> {
    let trail = small();
    let source = Source::of(&trail);
    let scope = BundleScope::Conversation { conversation: conversation(1) };
    let vectors = serde_json::to_string_pretty(&vectors(&trail, &source)).unwrap() + "\n";
    let under = |folder: &'static str, files: Files| {
        files.into_iter().map(move |(name, bytes)| (format!("{folder}/{name}"), bytes))
    };
    let mut all: BTreeMap<_, _> =
        under("full", source.full()).chain(under("conversation", source.partial(scope))).collect();
    all.insert("vectors.json".to_owned(), vectors.into_bytes());
    all
}

fn there(folder: &Path, below: &str, all: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(listed) = std::fs::read_dir(folder) else { return };
    for item in listed {
        let path = item.unwrap().path();
        let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            there(&path, &format!("{name}/"), all);
        } else {
            all.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn the_fixtures_are_what_the_format_says() {
    let expected = expected();
    if std::env::var_os("TIEOUT_WRITE_FIXTURES").is_some() {
        for (name, bytes) in &expected {
            let path: PathBuf = [FOLDER, name].iter().collect();
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
    let mut there_is = BTreeMap::new();
    there(Path::new(FOLDER), "", &mut there_is);
    assert!(there_is.remove("README.md").is_some());
    assert_eq!(there_is.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, bytes) in &expected {
        assert!(there_is[name] == *bytes, "{name} is not what would be written");
    }
}

#[test]
fn both_verifiers_accept_the_fixtures_and_name_what_is_changed_in_them() {
    let mut there_is = BTreeMap::new();
    there(Path::new(FOLDER), "", &mut there_is);
    let [first, _] = keys().map(|key| key.to_vkey());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/verify.py");
    for folder in ["full", "conversation"] {
        let prefix = format!("{folder}/");
        let of = |(name, bytes): (&String, &Vec<u8>)| {
            Some((name.strip_prefix(&prefix)?.to_owned(), bytes.clone()))
        };
        let files: Files = there_is.iter().filter_map(of).collect();
        assert_eq!(check(&files, Some(&first), None).findings, []);
        let run = |arguments: &[&str]| {
            let run = Command::new("python3")
                .args(["-B", script, &format!("{FOLDER}/{folder}")])
                .args(arguments)
                .output();
            let run = run.expect("this test needs python3 (3.8 or later) on the path");
            (run.status.code(), String::from_utf8(run.stdout).unwrap())
        };
        assert_eq!(
            run(&["--vkey", &first, "--json"]),
            (Some(0), "{\"findings\": [], \"witnesses\": {}}\n".to_owned())
        );
        let (code, printed) = run(&["--vkey", "another key", "--json"]);
        let printed: Value = serde_json::from_str(&printed).unwrap();
        assert_eq!((code, &printed["findings"][0]["kind"]), (Some(3), &json!("unsigned")));
        assert_eq!(run(&["--unknown"]).0, Some(2));
    }
}
