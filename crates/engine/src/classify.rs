//! What a text or a payload holds, without a workspace.

use detect::{Detectors, label_of};
use domain::finding::Finding;
use domain::label::Label;

/// What was found, and the label that it gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classified {
    /// Public if nothing was found.
    pub label: Label,
    /// In the order of the text.
    pub findings: Vec<Finding>,
}

/// Classifies one line: a JSON string is a text, an object or array a payload, and anything else the text itself.
pub fn classify(detectors: &Detectors, line: &str) -> Classified {
    let findings = match line.trim_start().as_bytes().first() {
        Some(b'{' | b'[') => detectors.json(line),
        Some(b'"') => match serde_json::from_str::<String>(line) {
            Ok(text) => detectors.text(&text),
            Err(_) => detectors.text(line),
        },
        _ => detectors.text(line),
    };
    Classified { label: label_of(&findings), findings }
}
