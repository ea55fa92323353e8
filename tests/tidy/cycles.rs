//! Modules of one crate form no cycle.
//!
//! An edge is a path in one module's code that leads into another. A re-export is no edge: it shows where something
//! stands and uses nothing of it; a path through one leads to where the thing itself stands. What only the compiler
//! knows, such as the module of the type behind a method call, is not seen, but a value's type has to be named
//! somewhere before its methods can be called.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use crate::complaints::Complaints;
use crate::house;
use crate::rust::RustFile;

/// How many re-exports a path is followed through; one that leads in circles does not compile anyway.
const REEXPORTS: usize = 8;

/// A module's path from the root of its crate; the root is empty.
type Module = Vec<String>;

/// The modules of one crate and who uses whom.
struct Modules {
    files: BTreeMap<Module, RustFile>,
    /// For each module those it uses, and the line that first says so.
    uses: BTreeMap<Module, BTreeMap<Module, usize>>,
}

impl Modules {
    /// The modules of a crate whose root lies in `source`.
    fn new(source: &Path, files: Vec<RustFile>) -> Self {
        // A program beside a library is a crate of its own that uses the library by name.
        let library = files.iter().any(|file| file.path == source.join("lib.rs"));
        let files = files
            .into_iter()
            .filter(|file| !(library && file.path == source.join("main.rs")))
            .map(|file| (module_of(source, &file.path), file))
            .collect();
        let mut modules = Self { files, uses: BTreeMap::new() };
        let edges: Vec<_> = modules.files.keys().flat_map(|module| modules.edges(module)).collect();
        for (from, to, line) in edges {
            modules.uses.entry(from).or_default().entry(to).or_insert(line);
        }
        modules
    }

    fn edges(&self, from: &Module) -> Vec<(Module, Module, usize)> {
        let mut edges = Vec::new();
        for mention in &self.files[from].mentions {
            let Some(to) = self.home(from, &mention.path, REEXPORTS) else { continue };
            let shown = mention.reexport && to.starts_with(from);
            if to != *from && !shown {
                edges.push((from.clone(), to, mention.line));
            }
        }
        edges
    }

    /// The module in which the thing stands that `path` names when written in `from`; none outside this crate.
    fn home(&self, from: &Module, path: &[String], left: usize) -> Option<Module> {
        let mut rest = path;
        let mut at = from.clone();
        match path.first()?.as_str() {
            "crate" => {
                at.clear();
                rest = &path[1..];
            }
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|part| part == "super") {
                    at.pop()?;
                    rest = &rest[1..];
                }
            }
            first => {
                let mut child = from.clone();
                child.push(first.to_owned());
                if !self.files.contains_key(&child) {
                    return None;
                }
            }
        }
        while let Some(part) = rest.first() {
            let mut child = at.clone();
            child.push(part.clone());
            if self.files.contains_key(&child) {
                at = child;
                rest = &rest[1..];
            } else {
                return Some(self.behind_reexport(&at, part, left).unwrap_or(at));
            }
        }
        Some(at)
    }

    /// Where `name`, asked of module `at`, really stands, if `at` only shows it.
    fn behind_reexport(&self, at: &Module, name: &str, left: usize) -> Option<Module> {
        let file = &self.files[at];
        if left == 0 || file.items.iter().any(|item| item == name) {
            return None;
        }
        if let Some(path) = file.names.get(name) {
            return self.home(at, path, left - 1);
        }
        file.globs.iter().find_map(|glob| {
            let module = self.home(at, glob, left - 1)?;
            let there = &self.files[&module];
            let shows = there.items.iter().any(|item| item == name) || there.names.contains_key(name);
            shows.then(|| self.behind_reexport(&module, name, left - 1).unwrap_or(module))
        })
    }

    /// A shortest way from each module back to itself, but for modules that an earlier circle has shown.
    fn circles(&self) -> Vec<Vec<Module>> {
        let mut circles: Vec<Vec<Module>> = Vec::new();
        for start in self.uses.keys() {
            if circles.iter().any(|circle| circle.contains(start)) {
                continue;
            }
            circles.extend(self.way_back(start));
        }
        circles
    }

    fn way_back(&self, start: &Module) -> Option<Vec<Module>> {
        let mut ways = VecDeque::from([vec![start.clone()]]);
        let mut seen: Vec<Module> = Vec::new();
        while let Some(way) = ways.pop_front() {
            for next in self.uses.get(way.last()?).into_iter().flat_map(BTreeMap::keys) {
                let mut longer = way.clone();
                longer.push(next.clone());
                if next == start {
                    return Some(longer);
                }
                if !seen.contains(next) {
                    seen.push(next.clone());
                    ways.push_back(longer);
                }
            }
        }
        None
    }

    fn complain(&self, complaints: &mut Complaints) {
        for circle in self.circles() {
            let steps: Vec<String> = circle
                .windows(2)
                .map(|pair| {
                    let line = self.uses[&pair[0]][&pair[1]];
                    let place = self.files[&pair[0]].path.display();
                    format!("  {place}:{line}: `{}` uses `{}`", shown(&pair[0]), shown(&pair[1]))
                })
                .collect();
            complaints.add(format!(
                "these modules use each other in a circle; move what both need into a module that needs neither:\n{}",
                steps.join("\n")
            ));
        }
    }
}

fn module_of(source: &Path, path: &Path) -> Module {
    let inside = path.strip_prefix(source).unwrap_or(path).with_extension("");
    let mut module: Module = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let root = module.len() == 1 && ["lib", "main"].contains(&module[0].as_str());
    if root || module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

fn shown(module: &Module) -> String {
    if module.is_empty() { "crate".into() } else { module.join("::") }
}

#[test]
fn modules_form_no_cycle() {
    let mut complaints = Complaints::default();
    for package in house::packages() {
        Modules::new(&package.folder.join("src"), package.sources()).complain(&mut complaints);
    }
    complaints.settle("Modules of one crate form no cycle.");
}

#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&[&str]]) {
    let parse = |(path, text): &(&str, &str)| RustFile::parse(Path::new("src").join(path), (*text).into());
    let modules = Modules::new(Path::new("src"), files.iter().map(parse).collect());
    let circles: Vec<Vec<String>> =
        modules.circles().iter().map(|circle| circle.iter().map(shown).collect()).collect();
    assert_eq!(circles, expected);
}

#[test]
fn a_circle_of_two_and_of_three_is_found() {
    check(
        &[("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b::B;"), ("b.rs", "fn f(_: &super::a::A) {}")],
        &[&["a", "b", "a"]],
    );
    check(
        &[
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a/mod.rs", "use crate::b::B;"),
            ("b.rs", "use crate::{c, a as _a};\nfn f() { c::g() }"),
            ("c.rs", "fn g() { crate::a::h() }"),
        ],
        &[&["a", "b", "a"], &["c", "a", "b", "c"]],
    );
}

#[test]
fn a_parent_and_a_child_that_use_each_other_are_a_circle() {
    check(
        &[("lib.rs", "mod a; pub struct S; fn f() { a::g() }"), ("a.rs", "pub fn g() -> crate::S {}")],
        &[&["crate", "a", "crate"]],
    );
}

#[test]
fn a_reexport_is_no_use_and_is_looked_through() {
    check(
        &[
            ("lib.rs", "mod a; mod b; pub use a::A; pub use b::*;"),
            ("a.rs", "pub struct A;"),
            ("b.rs", "use crate::A; pub struct B;"),
            ("c.rs", "use crate::B;"),
        ],
        &[],
    );
}

#[test]
fn tests_and_programs_beside_a_library_do_not_count() {
    check(
        &[
            ("lib.rs", "pub mod a;"),
            ("main.rs", "fn main() { a::f() }"),
            ("a.rs", "#[cfg(test)] mod tests { use crate::b::x; }"),
            ("b.rs", "use crate::a::f;"),
        ],
        &[],
    );
}
