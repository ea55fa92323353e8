//! Documents that people published, with parts taken out and put in the place of others: each is imported or refused, soon,
//! and every operation that it still has is a tool or a reason.
//!
//! `TIEOUT_OPENAPI_DIR` names a folder of more documents.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic here is a failed test that says where; helpers of tests count as code to the lint"
)]

use std::path::{Path, PathBuf};

use openapi::{Operation, Options, import_value, read};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

const METHODS: [&str; 8] = ["get", "head", "options", "post", "put", "patch", "delete", "trace"];
/// How many times a document is changed before it is imported again, so that the changes meet one another.
const CHANGES: usize = 12;

/// A change: which place, and what becomes of it.
type Change = (prop::sample::Index, u8);

fn documents() -> Vec<(String, Value, usize)> {
    let ours = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/openapi"));
    let more = std::env::var_os("TIEOUT_OPENAPI_DIR").map(PathBuf::from);
    let folders = more.into_iter().chain([ours]);
    let files = folders.flat_map(|folder: PathBuf| std::fs::read_dir(folder).unwrap().flatten());
    let mut found = Vec::new();
    for path in files.map(|entry| entry.path()) {
        if is_document(&path) {
            let text = std::fs::read(&path).unwrap();
            found.push((path.display().to_string(), read(&text).unwrap(), text.len()));
        }
    }
    assert!(found.len() >= 5);
    found
}

fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ["json", "yaml", "yml"].iter().any(|one| ending == *one))
}

/// How many values a document has, itself included.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Object(fields) => fields.values().map(size).sum(),
        Value::Array(items) => items.iter().map(size).sum(),
        _ => 0,
    }
}

/// The value at that place, counted through the document, and what is left to count.
fn at(value: &mut Value, place: usize) -> Result<&mut Value, usize> {
    if place == 0 {
        return Ok(value);
    }
    let mut left = place - 1;
    let inner: Box<dyn Iterator<Item = &mut Value>> = match value {
        Value::Object(fields) => Box::new(fields.values_mut()),
        Value::Array(items) => Box::new(items.iter_mut()),
        _ => return Err(left),
    };
    for one in inner {
        match at(one, left) {
            Ok(found) => return Ok(found),
            Err(rest) => left = rest,
        }
    }
    Err(left)
}

/// Takes a member out, or puts something of another type in its place.
fn change(value: &mut Value, kind: u8) {
    match (kind % 8, value) {
        (0 | 1, Value::Object(fields)) => {
            if let Some(name) = fields.keys().nth(usize::from(kind / 8) % fields.len().max(1)).cloned() {
                fields.remove(&name);
            }
        }
        (0 | 1, Value::Array(items)) => {
            if !items.is_empty() {
                items.remove(usize::from(kind / 8) % items.len());
            }
        }
        (2, Value::Object(fields)) => drop(fields.insert("$ref".to_owned(), json!("#/paths"))),
        (3, value) => *value = Value::Null,
        (4, value) => *value = json!([value.take()]),
        (5, value) => *value = json!({ "x": value.take() }),
        (6, value) => *value = json!(f64::from(kind) * 1e9),
        (_, value) => *value = json!("{odd} ~1 \u{7f} $ref"),
    }
}

/// The operations that a document still has.
fn operations(document: &Value) -> Option<usize> {
    let paths = document.get("paths")?.as_object()?;
    let mut count = 0;
    for (path, item) in paths {
        // What a path refers to, or says of methods of its own, is not counted here.
        if item.get("$ref").is_some()
            || item.get("additionalOperations").is_some()
            || item.get("query").is_some()
        {
            return None;
        }
        if !path.starts_with("x-") {
            count += METHODS.iter().filter(|method| item.get(**method).is_some()).count();
        }
    }
    Some(count)
}

#[test]
fn no_change_of_a_document_makes_it_panic_or_lose_an_operation() {
    let documents = documents();
    let most = documents.iter().map(|(.., length)| length).max().copied().unwrap_or_default();
    for (name, document, length) in documents {
        // The longer a document, the fewer cases: all of them take as long as a few of the longest.
        let cases = u32::try_from((most / length).clamp(32, 256)).unwrap();
        let mut runner = TestRunner::new(Config::with_cases(cases));
        let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..CHANGES);
        let ran = runner.run(&changes, |changes: Vec<Change>| {
            let mut changed = document.clone();
            for (place, kind) in changes {
                let place = place.index(size(&changed));
                if let Ok(value) = at(&mut changed, place) {
                    change(value, kind);
                }
            }
            let Ok(imported) = import_value(&changed, length, &Options::default()) else { return Ok(()) };
            if let Some(count) = operations(&changed) {
                prop_assert_eq!(imported.operations.len(), count);
            }
            for operation in &imported.operations {
                match operation {
                    Operation::Tool(made) => prop_assert_eq!(&made.tool.input.0["type"], "object"),
                    Operation::Skipped(skipped) => prop_assert!(!skipped.reason.is_empty()),
                }
            }
            Ok(())
        });
        ran.unwrap_or_else(|failed| panic!("{name}: {failed}"));
    }
}
