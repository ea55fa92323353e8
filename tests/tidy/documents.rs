//! Documents name what is there, and what they point to is there.

use std::path::{Path, PathBuf};

use crate::complaints::Complaints;
use crate::house;

#[test]
fn every_crate_is_on_the_maps() {
    let mut complaints = Complaints::default();
    for document in ["README.md", "docs/architecture.md"] {
        let text = house::read(Path::new(document));
        for package in house::packages() {
            let folder = package.folder.to_string_lossy().replace('\\', "/");
            let last = folder.rsplit('/').next().unwrap_or(&folder);
            // On a map a crate under crates/ stands by its own folder's name.
            if !text.contains(&format!("{last}/")) {
                complaints.add(format!("{document}:1: the map does not name {folder}/; give it a line"));
            }
        }
    }
    complaints.settle("README.md and docs/architecture.md hold a map of the tree.");
}

#[test]
fn links_lead_somewhere() {
    let mut complaints = Complaints::default();
    for document in house::files(Path::new(""), &["md"]) {
        let folder = document.parent().unwrap_or(Path::new("")).to_owned();
        for (line, link) in links(&house::read(&document)) {
            if !house::root().join(&folder).join(&link).exists() {
                complaints.add(format!(
                    "{}:{line}: leads to {}, which is not there; mend the path",
                    document.display(),
                    link.display()
                ));
            }
        }
    }
    complaints.settle("Every relative link of a document leads to a file.");
}

/// The relative links of a document with their lines; examples between fences and `code` are none.
fn links(text: &str) -> Vec<(usize, PathBuf)> {
    let mut links = Vec::new();
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        // Every other piece between backticks is code.
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("``");
        for rest in prose.split("](").skip(1) {
            let target = rest.split([')', ' ', '#']).next().unwrap_or_default();
            let outside = target.is_empty() || target.contains("://") || target.starts_with("mailto:");
            if !outside {
                links.push((number + 1, PathBuf::from(target)));
            }
        }
    }
    links
}

#[test]
fn relative_links_are_found_and_others_are_not() {
    let text = "[a](docs/a.md#part) ![p](p.png \"t\")\n`[no](code.md)` [x](https://x.y) [h](#here)\n```\n[no](f.md)\n```\n";
    assert_eq!(links(text), [(1, "docs/a.md".into()), (1, "p.png".into())]);
}
