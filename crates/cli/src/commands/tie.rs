//! `tieout tie`

use std::io::BufRead;

use engine::{EngineError, ResultText, Tie, Ties, tie};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::output::Output;

/// Reads one answer with its results a line, and prints what each answer ties to. It needs no workspace.
pub(crate) fn run(output: &Output) -> Result<Exit, EngineError> {
    let mut exit = Exit::Done;
    for (number, line) in (1_u64..).zip(std::io::stdin().lock().lines()) {
        let line =
            line.map_err(|error| EngineError::BadInput(format!("standard input can't be read: {error}")))?;
        if line.trim().is_empty() {
            continue;
        }
        match Asked::read(&line) {
            Ok(asked) => output.datum("tied", &asked.tied()),
            Err(why) => {
                output.problem(&format!("line {number} is no answer with its results: {why}"));
                exit = Exit::Failed;
            }
        }
    }
    Ok(exit)
}

/// One line.
struct Asked {
    answer: String,
    results: Vec<Given>,
}

/// A result, its body as the text that it was.
struct Given {
    call: String,
    tool: String,
    body: String,
}

impl Asked {
    /// Numbers keep their digits: a body goes on as it was written.
    fn read(line: &str) -> serde_json::Result<Self> {
        let Line { answer, results } = serde_json::from_str(line)?;
        let results = results.into_iter().map(|result| {
            // A string is a body that is no JSON, or JSON as text.
            let body = serde_json::from_str::<String>(result.body.get());
            let body = body.unwrap_or_else(|_| result.body.get().to_owned());
            Given { call: result.call, tool: result.tool, body }
        });
        Ok(Self { answer, results: results.collect() })
    }

    fn tied(&self) -> Value {
        let results = self.results.iter();
        let results: Vec<ResultText<'_>> =
            results.map(|Given { call, tool, body }| ResultText { call, tool, body }).collect();
        let Ties { ties, untied, contradicted } = tie(&self.answer, &results);
        let ties: Vec<Value> = ties.iter().map(|tie| self.shape(tie)).collect();
        let (untied, contradicted) = (self.spans(&untied), self.spans(&contradicted));
        json!({ "ties": ties, "untied": untied, "contradicted": contradicted })
    }

    fn spans(&self, spans: &[(usize, usize)]) -> Vec<Value> {
        let span = |(start, end): &(usize, usize)| json!({ "start": start, "end": end, "text": self.answer[*start..*end] });
        spans.iter().map(span).collect()
    }

    fn shape(&self, tie: &Tie) -> Value {
        let places = tie.places.iter();
        let places: Vec<Value> = places
            .map(|place| json!({ "call": self.results[place.result].call, "pointer": place.pointer }))
            .collect();
        json!({
            "start": tie.start,
            "end": tie.end,
            "text": self.answer[tie.start..tie.end],
            "kind": tie.kind.as_str(),
            "places": places,
            "derivation": tie.derivation.map(|operation| operation.as_str()),
            "others": tie.others,
            "confidence": (tie.confidence * 100.0).round() / 100.0,
        })
    }
}

#[derive(serde::Deserialize)]
struct Line {
    answer: String,
    #[serde(default)]
    results: Vec<LineResult>,
}

#[derive(serde::Deserialize)]
struct LineResult {
    call: String,
    #[serde(default)]
    tool: String,
    body: Box<serde_json::value::RawValue>,
}
