//! The lints that the house leans on are switched on, for every crate; and every crate says what it is.

use std::path::Path;

use crate::complaints::Complaints;
use crate::house;

/// Lints and how they stand in the workspace's manifest; warnings are errors in `cargo xtask test`.
const LINTS: [(&str, &str, &str, &str); 7] = [
    ("rust", "unsafe_code", "forbid", "no crate of ours is in a place to need it"),
    ("rust", "missing_docs", "warn", "every public item says what it promises"),
    ("clippy", "unwrap_used", "warn", "an error is handled or handed on, never a crash"),
    ("clippy", "expect_used", "warn", "an error is handled or handed on, never a crash"),
    ("clippy", "panic", "warn", "an error is handled or handed on, never a crash"),
    ("clippy", "print_stdout", "warn", "libraries don't print"),
    ("clippy", "todo", "warn", "what lands is whole"),
];

#[test]
fn the_lints_are_on() {
    let mut complaints = Complaints::default();
    let manifest: toml::Table = house::read(Path::new("Cargo.toml")).parse().expect("Cargo.toml is TOML");
    for (tool, lint, level, why) in LINTS {
        let set = manifest["workspace"]["lints"].get(tool).and_then(|lints| lints.get(lint));
        let set = set.and_then(|set| set.as_str().or_else(|| set.get("level")?.as_str()));
        if set != Some(level) && set != Some("deny") && set != Some("forbid") {
            complaints.add(format!(
                "Cargo.toml:1: [workspace.lints.{tool}] should say `{lint} = \"{level}\"`: {why}"
            ));
        }
    }
    for package in house::packages() {
        let manifest: toml::Table = house::read(&package.manifest()).parse().expect("a manifest is TOML");
        let inherits = manifest.get("lints").and_then(|lints| lints.get("workspace")?.as_bool());
        if inherits != Some(true) {
            complaints.add(format!(
                "{}:1: add `[lints]` and `workspace = true`, or the lints don't hold here",
                package.manifest().display()
            ));
        }
    }
    complaints.settle("The lints of the house hold in every crate.");
}

#[test]
fn every_crate_says_what_it_keeps_out() {
    let mut complaints = Complaints::default();
    for package in house::packages() {
        let Some(root) = ["src/lib.rs", "src/main.rs"]
            .into_iter()
            .map(|name| package.folder.join(name))
            .find(|path| house::root().join(path).is_file())
        else {
            continue;
        };
        if let Err(mend) = introduction(&house::read(&root)) {
            complaints.add(format!("{}:1: {mend}", root.display()));
        }
    }
    complaints.settle("A crate exists to keep something out, and its first words say what.");
}

/// Checks the documentation at the head of a crate: there is some, and it says what the crate keeps out.
fn introduction(text: &str) -> Result<(), &'static str> {
    let head: Vec<&str> =
        text.lines().take_while(|line| line.starts_with("//!")).map(|line| line[3..].trim()).collect();
    if head.iter().all(|line| line.is_empty()) {
        return Err("begin the file with `//!` and a paragraph on what the crate is, and what it keeps out");
    }
    let words = head.join(" ").to_lowercase();
    let says = words.contains("keep")
        && words.split(|letter: char| !letter.is_alphabetic()).any(|word| word == "out");
    if says {
        Ok(())
    } else {
        Err("say in the first paragraph what the crate keeps out (`This crate keeps … out`)")
    }
}

#[test]
fn an_introduction_names_what_is_kept_out() {
    assert!(
        introduction("//! The nouns. This crate keeps all that acts out of the words.\n\npub mod a;").is_ok()
    );
    assert!(introduction("//! The nouns.\n").is_err());
    assert!(introduction("pub mod a;").is_err());
    assert!(introduction("//! It keeps an outline.").is_err());
}
