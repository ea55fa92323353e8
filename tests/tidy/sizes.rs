//! Files stay small enough to be read: past a limit there is a noun missing.

use std::path::{Path, PathBuf};

use crate::complaints::Complaints;
use crate::house;

const NEVER_ABOVE: usize = 500;
const NINE_IN_TEN_WITHIN: usize = 350;
const HALF_UNDER: usize = 150;

/// Written by a program for a program.
const GENERATED: &str = "ui/src/ipc/bindings.ts";

#[test]
fn files_are_small() {
    let sizes = sizes();
    let mut complaints = Complaints::default();
    complain(&sizes, &mut complaints);
    complaints
        .settle("Half the files are under 150 lines, nine in ten within 350, none above 500 (tests apart).");
}

/// Each source file with its lines, those of tests not counted; the longest first.
fn sizes() -> Vec<(usize, PathBuf)> {
    let rust = house::packages().into_iter().flat_map(|package| package.sources());
    let mut sizes: Vec<(usize, PathBuf)> =
        rust.map(|file| (file.text.lines().count() - file.test_lines, file.path)).collect();
    let page = house::files(Path::new("ui/src"), &["ts", "svelte"]);
    let page = page.into_iter().filter(|path| !house::is_test(path) && path != Path::new(GENERATED));
    sizes.extend(page.map(|path| (house::read(&path).lines().count(), path)));
    sizes.sort();
    sizes.reverse();
    sizes
}

fn complain(sizes: &[(usize, PathBuf)], complaints: &mut Complaints) {
    for (lines, path) in sizes.iter().filter(|(lines, _)| *lines > NEVER_ABOVE) {
        complaints.add(format!(
            "{}:{NEVER_ABOVE}: {lines} lines: look for the missing noun and give it a file",
            path.display()
        ));
    }
    let long = sizes.iter().filter(|(lines, _)| *lines > NINE_IN_TEN_WITHIN).count();
    if long * 10 > sizes.len() {
        complaints.add(format!(
            "{long} of {} files are above {NINE_IN_TEN_WITHIN} lines: {}",
            sizes.len(),
            longest(sizes)
        ));
    }
    let small = sizes.iter().filter(|(lines, _)| *lines < HALF_UNDER).count();
    if small * 2 < sizes.len() {
        complaints.add(format!(
            "only {small} of {} files are under {HALF_UNDER} lines: {}",
            sizes.len(),
            longest(sizes)
        ));
    }
}

fn longest(sizes: &[(usize, PathBuf)]) -> String {
    let shown: Vec<String> =
        sizes.iter().take(12).map(|(lines, path)| format!("{} ({lines})", path.display())).collect();
    format!("the longest are {}", shown.join(", "))
}

#[test]
fn each_limit_is_held() {
    let complaints = |lines: &[usize]| {
        let sizes: Vec<(usize, PathBuf)> =
            lines.iter().map(|lines| (*lines, PathBuf::from("x.rs"))).collect();
        let mut complaints = Complaints::default();
        complain(&sizes, &mut complaints);
        complaints.into_vec().len()
    };
    assert_eq!(complaints(&[350, 149]), 0);
    assert_eq!(complaints(&[501, 149, 1, 1, 1, 1, 1, 1, 1, 1]), 1);
    assert_eq!(complaints(&[351, 149]), 1);
    assert_eq!(complaints(&[150, 150, 149]), 1);
}
