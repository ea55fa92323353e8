//! `import`: documents of OpenAPI that people publish, made into tools, beside the mere reading of them. What counts is the
//! time of the CPU: on a busy machine a clock on the wall measures the others.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::{Engine, ImportKind, ImportOptions};

use crate::arguments::Arguments;
use crate::cost;
use crate::report::{Figure, Goal, Report};
use crate::rounds::{Rounds, interleaved};
use crate::trouble::{Outcome, trouble};

/// How much of a document is imported in one measurement, so that a small one is measured often enough.
const LENGTH: usize = 256 << 10;
/// The documents of the repository.
const OURS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/openapi");
/// Names a folder of more.
const MORE: &str = "TIEOUT_OPENAPI_DIR";

struct Document {
    name: String,
    text: Vec<u8>,
    times: usize,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let more = std::env::var_os(MORE).map(PathBuf::from);
    let mut documents = Vec::new();
    for folder in more.as_deref().into_iter().chain([Path::new(OURS)]) {
        for document in read(folder)? {
            if !documents.iter().any(|known: &Document| known.name == document.name) {
                documents.push(document);
            }
        }
    }
    documents.sort_by(|one, other| one.name.cmp(&other.name));
    let rounds = Rounds { before: 1, counted: arguments.rounds.unwrap_or(7) };
    let mut figures = Vec::new();
    for document in &documents {
        let [imported, parsed] =
            interleaved(rounds, async |place| if place == 0 { imported(document) } else { parsed(document) })
                .await?;
        let goal = Some(Goal::RatioAtMost(3.0));
        figures.push(Figure::against(&document.name, "ms", &imported, ("reading it alone", &parsed), goal));
    }
    let notes = vec![format!(
        "Milliseconds of CPU time for a document, the reading of JSON or YAML included, beside that reading alone. {} \
         documents; {MORE} names a folder of more.",
        documents.len()
    )];
    Ok(Report { name: "import", figures, notes })
}

fn read(folder: &Path) -> Outcome<Vec<Document>> {
    let mut documents = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let named = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !path.extension().is_some_and(|ending| ["json", "yaml", "yml"].iter().any(|one| ending == *one)) {
            continue;
        }
        let text = std::fs::read(&path)?;
        // `3.0__github_box-box-openapi@c9a8…__openapi.json`: version, whose, and what.
        let parts: Vec<&str> = named.split("__").collect();
        let name = match parts.as_slice() {
            [version, whose, rest @ ..] => {
                let whose = whose.split('@').next().unwrap_or_default().trim_start_matches("github_");
                format!("{version} {whose} {}", rest.last().unwrap_or(&""))
            }
            _ => named.to_owned(),
        };
        documents.push(Document { name, times: (LENGTH / text.len()).max(1), text });
    }
    Ok(documents)
}

/// Milliseconds.
fn imported(document: &Document) -> Outcome<f64> {
    let before = cost::cpu();
    for _ in 0..document.times {
        let imported = Engine::read_import(ImportKind::OpenApi, &document.text, &ImportOptions::default())?;
        if black_box(imported).operations.is_empty() {
            return trouble(format!("{} has no operations", document.name));
        }
    }
    Ok(each(document, cost::cpu().saturating_sub(before)))
}

/// Milliseconds.
fn parsed(document: &Document) -> Outcome<f64> {
    let before = cost::cpu();
    for _ in 0..document.times {
        black_box(openapi::read(&document.text).map_err(|refused| refused.to_string())?);
    }
    Ok(each(document, cost::cpu().saturating_sub(before)))
}

fn each(document: &Document, took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0 / document.times as f64
}
