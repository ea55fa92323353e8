//! `tieout classify`

use std::io::BufRead;

use domain::finding::Finding;
use engine::{Classified, Detectors, EngineError, classify};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::output::Output;

/// Reads standard input line by line and prints what each line holds. It needs no workspace, and nothing of what it reads
/// is printed.
pub(crate) fn run(output: &Output) -> Result<Exit, EngineError> {
    let detectors = Detectors::default();
    for line in std::io::stdin().lock().split(b'\n') {
        let line =
            line.map_err(|error| EngineError::BadInput(format!("standard input can't be read: {error}")))?;
        // Bytes that are no text are counted as the sign that stands for them.
        output.datum("classified", &shape(&classify(&detectors, &String::from_utf8_lossy(&line))));
    }
    Ok(Exit::Done)
}

fn shape(Classified { label, findings }: &Classified) -> Value {
    let findings: Vec<Value> = findings.iter().map(finding).collect();
    json!({ "level": label.level, "categories": label.categories, "findings": findings })
}

fn finding(finding: &Finding) -> Value {
    let Finding { kind, category, pointer, start, end, confidence } = finding;
    json!({
        "kind": kind,
        "category": category,
        "pointer": pointer,
        "start": start,
        "end": end,
        "confidence": f64::from(*confidence) / 100.0,
    })
}
