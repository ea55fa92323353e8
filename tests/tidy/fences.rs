//! What may be used or said in one place alone.

use std::path::{Path, PathBuf};

use crate::complaints::Complaints;
use crate::house::{self, Package};
use crate::rust::RustFile;

/// Crates that decide and never act: they get the time, random bits and settings as arguments, and can be replayed.
const PURE: [&str; 12] = [
    "domain",
    "tlog",
    "turn",
    "policy",
    "detect",
    "attribution",
    "verify",
    "query",
    "exports",
    "openapi",
    "collections",
    "shortlist",
];

/// What no pure crate may mention outside its tests, as the beginning of a path, and why.
const IMPURE: [(&str, &str); 17] = [
    ("std::time::SystemTime", "take the time as an argument"),
    ("std::time::Instant", "take the time as an argument"),
    ("jiff::Timestamp::now", "take the time as an argument"),
    ("jiff::Zoned::now", "take the time as an argument"),
    ("jiff::tz::TimeZone::system", "take the time zone as an argument"),
    ("jiff::tz::TimeZone::get", "take the time zone as an argument"),
    ("jiff::tz::db", "take the time zone as an argument"),
    ("std::env", "take settings as arguments"),
    ("std::fs", "take bytes as arguments"),
    ("std::net", "reach for no network"),
    ("std::process", "start nothing"),
    ("std::thread", "leave threads to the engine"),
    ("tokio", "leave tasks to the engine"),
    ("getrandom", "take random bits as arguments"),
    ("rand", "take random bits as arguments"),
    ("ulid::Ulid::new", "take random bits as arguments"),
    ("std::collections::hash_map::RandomState", "take random bits as arguments"),
];

/// Libraries that stay in one place, by the beginning of their names.
const LIBRARIES: [(&str, &str, &str); 17] = [
    ("tauri", "app", "the window's shell is replaceable"),
    ("rusqlite", "store", "all SQL lies in one crate"),
    ("refinery", "store", "all SQL lies in one crate"),
    ("libsqlite3-sys", "store", "all SQL lies in one crate"),
    ("hyper", "egress and rehearsal", "the one asks and the other answers, and nobody else speaks HTTP"),
    ("rustls-platform-verifier", "egress", "there is one door out"),
    ("tokio-rustls", "egress", "there is one door out"),
    ("reqwest", "egress", "there is one door out"),
    ("ureq", "egress", "there is one door out"),
    ("rmcp", "mcp", "one crate speaks MCP"),
    ("sse-stream", "mcp", "it is rmcp's, and in its interface"),
    ("keyring", "keychain", "secrets have one keeper"),
    ("zbus", "keychain", "secrets have one keeper"),
    ("apple-native-keyring", "keychain", "secrets have one keeper"),
    ("windows-native-keyring", "keychain", "secrets have one keeper"),
    ("age", "keychain and evidence", "the one seals secrets, the other bundles"),
    ("zip", "evidence", "what a stranger hands over is unpacked in one place"),
];

/// Halves of a library of which each crate that uses it has one, as the beginning of a path.
const HALVES: [(&str, &str, &str); 4] = [
    ("hyper::client", "egress", "there is one door out"),
    ("hyper_util::client", "egress", "there is one door out"),
    ("hyper::server", "rehearsal", "nothing that ships to be used listens on a port"),
    ("hyper_util::server", "rehearsal", "nothing that ships to be used listens on a port"),
];

/// Libraries that bring a clock, an environment, randomness or a runtime with them.
const IMPURE_LIBRARIES: [&str; 6] =
    ["tokio", "getrandom", "rand", "fastrand", "chrono", "tracing-subscriber"];

/// The packages of tests and benchmarks play every part, also that of a stranger with an HTTP client.
const STRANGERS: [&str; 2] = ["acceptance", "bench"];

#[test]
fn libraries_stay_behind_their_fences() {
    let mut complaints = Complaints::default();
    for package in house::packages().iter().filter(|package| !STRANGERS.contains(&package.name.as_str())) {
        for dependency in package.dependencies.iter().filter(|dependency| !dependency.ours) {
            for reason in strays(package, &dependency.name, dependency.dev) {
                let place = package.place_of(&dependency.name);
                complaints.add(format!("{place}: `{}` in `{}`: {reason}", dependency.name, package.name));
            }
        }
    }
    complaints.settle("A library that reaches outside is used by one crate alone.");
}

fn strays(package: &Package, dependency: &str, dev: bool) -> Vec<String> {
    let mut reasons = Vec::new();
    if package.name == "xtask" {
        reasons.push(
            "xtask stands on the standard library alone, so that it compiles before anything else".into(),
        );
    }
    if dev {
        return reasons;
    }
    let begins = |start: &str| dependency == start || dependency.starts_with(&format!("{start}-"));
    if PURE.contains(&package.name.as_str()) && IMPURE_LIBRARIES.iter().any(|name| begins(name)) {
        reasons.push(
            "a pure crate takes time, randomness and settings as arguments; the engine has them".into(),
        );
    }
    for (library, home, why) in LIBRARIES.iter().filter(|(library, ..)| begins(library)) {
        if !home.split(" and ").any(|home| package.name == home) {
            reasons.push(format!(
                "`{library}` belongs to `{home}`, because {why}; ask that crate for what you need"
            ));
        }
    }
    reasons
}

#[test]
fn who_asks_does_not_answer_and_who_answers_does_not_ask() {
    let mut complaints = Complaints::default();
    for package in house::packages().iter().filter(|package| !STRANGERS.contains(&package.name.as_str())) {
        package.sources().iter().for_each(|file| halves(&package.name, file, &mut complaints));
    }
    complaints.settle("One crate is HTTP's client, and another is its server.");
}

fn halves(package: &str, file: &RustFile, complaints: &mut Complaints) {
    for mention in &file.mentions {
        let path = mention.path.join("::");
        let begins = |start: &str| path == start || path.starts_with(&format!("{start}::"));
        for (half, home, why) in HALVES.iter().filter(|(half, home, _)| begins(half) && package != *home) {
            complaints.add(format!(
                "{}:{}: `{half}` belongs to `{home}`, because {why}",
                file.path.display(),
                mention.line
            ));
        }
    }
}

#[test]
fn pure_crates_do_not_act() {
    let mut complaints = Complaints::default();
    for package in house::packages().iter().filter(|package| PURE.contains(&package.name.as_str())) {
        package.sources().iter().for_each(|file| impure(file, &mut complaints));
    }
    complaints.settle("Pure crates decide; they never act.");
}

fn impure(file: &RustFile, complaints: &mut Complaints) {
    for mention in &file.mentions {
        let path = mention.path.join("::");
        let fenced =
            IMPURE.iter().find(|(start, _)| path == *start || path.starts_with(&format!("{start}::")));
        if let Some((_, mend)) = fenced {
            complaints.add(format!(
                "{}:{}: `{path}` in a pure crate: {mend}",
                file.path.display(),
                mention.line
            ));
        }
    }
}

#[test]
fn only_the_store_says_that_an_intent_is_durable() {
    let mut complaints = Complaints::default();
    for package in house::packages().iter().filter(|package| package.name != "store") {
        for file in package.sources() {
            for mention in
                file.mentions.iter().filter(|mention| mention.path.ends_with(&["after_commit".into()]))
            {
                complaints.add(format!(
                    "{}:{}: makes a `DurableIntent`; take one from the store's writer, which makes it after COMMIT",
                    file.path.display(),
                    mention.line
                ));
            }
        }
    }
    complaints
        .settle("What leaves the machine stands in the trail already: nobody but the store may say so.");
}

/// Words that one file of the page may say, or none; why; and what to do.
const PAGE_WORDS: [(&str, Option<&str>, &str); 6] = [
    (
        "@tauri-apps",
        Some("ui/src/ipc/tauri.ts"),
        "only ui/src/ipc/tauri.ts knows the host; ask for what you need through ui/src/ipc/host.ts",
    ),
    ("{@html", None, "text from models and APIs is never markup; render components from its tokens"),
    ("innerHTML", None, "text from models and APIs is never markup; render components"),
    ("outerHTML", None, "text from models and APIs is never markup; render components"),
    ("insertAdjacentHTML", None, "text from models and APIs is never markup; render components"),
    ("document.write(", None, "text from models and APIs is never markup; render components"),
];

#[test]
fn the_page_is_not_trusted() {
    let mut complaints = Complaints::default();
    let pages = house::files(Path::new("ui/src"), &["ts", "svelte", "html"]);
    assert!(!pages.is_empty(), "ui/src holds no page: where has it gone?");
    // What tauri-specta writes imports the host as well; ui/src/ipc/tauri.ts is the only one to import it.
    let generated = PathBuf::from("ui/src/ipc/bindings.ts");
    for path in pages.into_iter().filter(|path| !house::is_test(path) && *path != generated) {
        for (number, line) in house::read(&path).lines().enumerate() {
            for (word, home, mend) in PAGE_WORDS {
                if line.contains(word) && home.is_none_or(|home| Path::new(home) != path) {
                    complaints.add(format!("{}:{}: `{word}`: {mend}", path.display(), number + 1));
                }
            }
        }
    }
    complaints.settle("The page can reach nothing of its own, and foreign text is never markup.");
}

#[test]
fn only_the_hosts_file_imports_the_bindings_functions() {
    let mut complaints = Complaints::default();
    for path in house::files(Path::new("ui/src"), &["ts", "svelte"]) {
        if path == Path::new("ui/src/ipc/tauri.ts") || house::is_test(&path) {
            continue;
        }
        for line in code_from_bindings(&house::read(&path)) {
            complaints.add(format!(
                "{}:{line}: takes code from the bindings, which call the host; take types with `import type`, and call \
                 through ui/src/ipc/host.ts",
                path.display()
            ));
        }
    }
    complaints.settle("One file of the page knows the host.");
}

/// The lines of statements that import or re-export more than types from the generated bindings.
fn code_from_bindings(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut statement = (0, "");
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_start();
        if line.starts_with("import ") || line.starts_with("export ") {
            statement = (number + 1, line);
        }
        let source = line.rsplit_once("from ").map(|(_, source)| source.trim_end_matches([';', ' ']));
        let bindings = source.is_some_and(|source| source.trim_matches(['\'', '"']).ends_with("/bindings"));
        if bindings && !statement.1.starts_with("import type ") && !statement.1.starts_with("export type ") {
            found.push(statement.0);
        }
    }
    found
}

#[test]
fn types_of_the_bindings_are_free_and_their_code_is_not() {
    let types = "import type {\n  A,\n} from './bindings';\nexport type * from './bindings';\n";
    assert_eq!(code_from_bindings(types), Vec::<usize>::new());
    let code = "import { x } from './x';\nimport {\n  commands,\n} from \"../ipc/bindings\";\n";
    assert_eq!(code_from_bindings(code), [2]);
}

#[test]
fn a_clock_in_a_pure_crate_is_found_and_a_duration_is_not() {
    let text = "use std::time::{Duration, Instant};\nfn f() -> Duration { Instant::now().elapsed() }\n";
    let file = RustFile::parse("crates/turn/src/x.rs".into(), text.into());
    let mut complaints = Complaints::default();
    impure(&file, &mut complaints);
    let found = complaints.into_vec();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[1].starts_with("crates/turn/src/x.rs:2: `std::time::Instant::now`"), "{found:?}");
}

#[test]
fn a_client_in_the_crate_that_serves_is_found() {
    let text = "use hyper_util::{client::legacy::Client, server::conn::auto};\n";
    let found = |package: &str| {
        let file = RustFile::parse("src/x.rs".into(), text.into());
        let mut complaints = Complaints::default();
        halves(package, &file, &mut complaints);
        complaints.into_vec()
    };
    for (package, half) in [("rehearsal", "hyper_util::client"), ("egress", "hyper_util::server")] {
        let found = found(package);
        assert!(found.len() == 1 && found[0].contains(half), "{found:?}");
    }
}

#[test]
fn a_library_outside_its_fence_is_found() {
    let package =
        |name: &str| Package { name: name.into(), folder: PathBuf::new(), dependencies: Vec::new() };
    assert_eq!(strays(&package("engine"), "rusqlite", false).len(), 1);
    assert_eq!(strays(&package("app"), "tauri-plugin-opener", false).len(), 0);
    assert_eq!(strays(&package("sources"), "hyper-util", false).len(), 1);
    assert_eq!(strays(&package("rehearsal"), "hyper-util", false).len(), 0);
    assert_eq!(strays(&package("rehearsal"), "rustls-platform-verifier", false).len(), 1);
    assert_eq!(strays(&package("turn"), "tokio", false).len(), 1);
    assert_eq!(strays(&package("turn"), "tokio", true).len(), 0);
    assert_eq!(strays(&package("xtask"), "anything", true).len(), 1);
    assert_eq!(strays(&package("cli"), "agenda", false).len(), 0);
}
