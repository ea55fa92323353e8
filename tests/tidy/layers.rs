//! Dependencies point down the table in docs/architecture.md.

use std::collections::BTreeMap;
use std::path::Path;

use crate::complaints::Complaints;
use crate::house::{self, Package};

const ARCHITECTURE: &str = "docs/architecture.md";
/// Tests may rehearse a conversation with a company that is not there; what is shipped may not.
const IN_TESTS: &str = "rehearsal";

/// Which crates each crate may use.
struct Table(BTreeMap<String, Vec<String>>);

impl Table {
    /// Reads the block that begins with three backticks and `layers`: `crate: what it may use`.
    fn read(document: &str) -> Self {
        let block = document.split("```layers\n").nth(1).and_then(|rest| rest.split("```").next());
        let block =
            block.unwrap_or_else(|| panic!("{ARCHITECTURE}: the block ```layers is missing; tidy reads it"));
        let row = |line: &str| {
            let (name, uses) = line.split_once(':')?;
            Some((name.trim().to_owned(), uses.split_whitespace().map(str::to_owned).collect()))
        };
        Self(block.lines().filter_map(row).collect())
    }

    fn check(&self, packages: &[Package]) -> Complaints {
        let mut complaints = Complaints::default();
        for package in packages {
            let Some(allowed) = self.0.get(&package.name) else {
                complaints.add(format!(
                    "{}:1: `{}` has no row in the layers of {ARCHITECTURE}; say there what it may use",
                    package.manifest().display(),
                    package.name
                ));
                continue;
            };
            let allows = |name: &str| allowed.iter().any(|allowed| allowed == name || allowed == "*");
            for edge in package.dependencies.iter().filter(|edge| edge.ours) {
                let rehearses = edge.dev && edge.name == IN_TESTS;
                if !allows(&edge.name) && !rehearses {
                    complaints.add(format!(
                        "{}: `{}` uses `{}`, which the layers of {ARCHITECTURE} don't allow. What two crates of layer 1 \
                         know of each other passes through `engine`, as an argument or a result; a noun that both \
                         need belongs in `domain`. If the layers themselves are to change, change the table and say \
                         why in docs/decisions/",
                        package.place_of(&edge.name),
                        package.name,
                        edge.name
                    ));
                }
            }
        }
        for name in self.0.keys().filter(|name| packages.iter().all(|package| package.name != **name)) {
            complaints.add(format!(
                "{ARCHITECTURE}: the layers name `{name}`, which is no crate here; take it out"
            ));
        }
        complaints
    }
}

#[test]
fn dependencies_point_down() {
    let table = Table::read(&house::read(Path::new(ARCHITECTURE)));
    table.check(&house::packages()).settle("Dependencies point down the table of layers.");
}

#[test]
fn an_edge_that_is_not_in_the_table_is_found() {
    let table = Table::read("words\n```layers\nlow:\nhigh: low\ngone: low\n```\n");
    let package = |name: &str, uses: &str, dev: bool| Package {
        name: name.into(),
        folder: format!("crates/{name}-of-no-kind").into(),
        dependencies: vec![house::Dependency { name: uses.into(), dev, ours: true }],
    };
    let good = [package("high", "low", false), package("low", IN_TESTS, true), package("gone", "low", false)];
    assert_eq!(table.check(&good).into_vec(), Vec::<String>::new());

    let stray = table.check(&[package("other", "low", false), package("low", "high", false)]).into_vec();
    let finds = |words: &str| stray.iter().any(|line| line.contains(words));
    assert!(finds("`other` has no row"), "{stray:?}");
    assert!(finds("`low` uses `high`, which"), "{stray:?}");
    assert!(finds("name `gone`, which is no crate"), "{stray:?}");
}
