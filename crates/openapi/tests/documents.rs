//! Documents that people published: every operation is a tool that can be used or has its reason.
//!
//! A few lie in `tests/fixtures/openapi` with where they come from. `TIEOUT_OPENAPI_DIR` names a folder of more, with an
//! `index.jsonl` of the same form.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a panic here is a failed test that says where; helpers of tests count as code to the lint"
)]

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use openapi::{Imported, Operation, Options, import};
use serde_json::Value;

/// What holds of everything that is imported, whatever the document.
fn check(imported: &Imported) {
    let names: Vec<_> = imported.tools().map(|made| made.tool.name.as_str()).collect();
    assert_eq!(names.len(), names.iter().collect::<HashSet<_>>().len(), "names are distinct");
    for made in imported.tools() {
        let tool = &made.tool;
        let input = &tool.input.0;
        let at = &made.operation;
        assert_eq!(input["type"], "object", "{at}");
        assert!(!tool.description.trim().is_empty(), "{at}");
        let properties: BTreeSet<&str> =
            input["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let shape = tool.request.as_ref().expect("every argument has a place");
        for parameter in &shape.parameters {
            assert!(properties.contains(parameter.property.as_str()), "{at}: {parameter:?}");
        }
        let placed: BTreeSet<&str> = shape.parameters.iter().map(|one| one.property.as_str()).collect();
        assert_eq!(placed.len(), shape.parameters.len(), "{at}: one argument, one place");
        for part in tool.path.split('{').skip(1) {
            let name = part.split('}').next().unwrap();
            assert!(placed.contains(name), "{at}: {name}");
        }
        if shape.body.is_none() {
            assert_eq!(placed, properties, "{at}: what is not sent is no argument");
        }
        for required in input["required"].as_array().into_iter().flatten() {
            assert!(properties.contains(required.as_str().unwrap()), "{at}: {required}");
        }
        for property in &properties {
            let good = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
            assert!(property.len() <= 64 && property.bytes().all(good), "{at}: {property}");
        }
        if let Err(error) = jsonschema::draft202012::meta::validate(input) {
            panic!("{at}: {error} at {}", error.instance_path());
        }
        if let Err(error) = jsonschema::draft202012::options().should_validate_formats(true).build(input) {
            panic!("{at}: {error}");
        }
    }
}

fn check_folder(folder: &Path) {
    let index = fs::read_to_string(folder.join("index.jsonl")).unwrap();
    let mut left = Vec::new();
    for line in index.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let file = line["file"].as_str().unwrap();
        let text = fs::read(folder.join(file)).unwrap();
        let began = std::time::Instant::now();
        let imported =
            import(&text, &Options::default()).unwrap_or_else(|refused| panic!("{file}: {refused}"));
        let took = began.elapsed();
        check(&imported);
        assert_eq!(Some(imported.operations.len() as u64), line["operations"].as_u64(), "{file}");
        let tools = imported.tools().count();
        let mut reasons = BTreeSet::new();
        for operation in &imported.operations {
            if let Operation::Skipped(skipped) = operation {
                assert!(!skipped.reason.is_empty());
                reasons.insert(skipped.reason.clone());
            }
        }
        // Shown with `--no-capture`, to look at what a document became.
        if std::env::var_os("TIEOUT_OPENAPI_SHOW").is_some() {
            let notes: BTreeSet<_> = imported.tools().flat_map(|made| &made.notes).take(200).collect();
            eprintln!(
                "{file}: {took:?} {tools}/{} {:?} {:?}",
                imported.operations.len(),
                imported.server,
                imported.name
            );
            eprintln!("  offers {:?}\n  notes {:?} {notes:#?}", imported.offers, imported.notes);
            eprintln!("  reasons {:?}", reasons.iter().take(4).collect::<Vec<_>>());
        }
        left.push((file.to_owned(), imported.operations.len() - tools));
    }
    assert!(!left.is_empty());
}

#[test]
fn published_documents_become_tools() {
    check_folder(&PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/openapi")));
}

#[test]
fn a_folder_of_documents_becomes_tools() {
    if let Some(folder) = std::env::var_os("TIEOUT_OPENAPI_DIR") {
        check_folder(Path::new(&folder));
    }
}
