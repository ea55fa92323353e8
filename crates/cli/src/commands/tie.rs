//! `tieout tie`

use std::io::BufRead;

use domain::tie::TieStatus;
use engine::{EngineError, ResultText, Shown, Span, tie};
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
        let results = self.results.iter().map(|Given { call, tool, body }| ResultText {
            call,
            tool,
            body,
            shown: Shown::Whole,
        });
        let results: Vec<ResultText<'_>> = results.collect();
        let spans = tie(&self.answer, &results, &[]);
        let of = |wanted: &[TieStatus]| -> Vec<Value> {
            let found = spans.iter().filter(|span| wanted.contains(&span.status));
            found.map(|span| self.marked(span)).collect()
        };
        let ties: Vec<Value> =
            spans.iter().filter(|span| span.status == TieStatus::Tied).map(|tie| self.shape(tie)).collect();
        json!({
            "ties": ties,
            "untied": of(&[TieStatus::Untied, TieStatus::Possible]),
            "contradicted": of(&[TieStatus::Contradicted]),
        })
    }

    /// A span that is no tie. One that chance explains as well says where it stands all the same.
    fn marked(&self, span: &Span) -> Value {
        let mut marked =
            json!({ "start": span.start, "end": span.end, "text": self.answer[span.start..span.end] });
        if span.status == TieStatus::Possible
            && let Some(fields) = marked.as_object_mut()
        {
            fields.insert("possible".to_owned(), json!(self.places(span)));
            fields.insert("chance".to_owned(), json!(span.chance));
        }
        marked
    }

    fn places(&self, span: &Span) -> Vec<Value> {
        let place = |place: &engine::Place| json!({ "call": self.results[place.result].call, "pointer": place.pointer, "raw": place.raw });
        span.places.iter().map(place).collect()
    }

    fn shape(&self, tie: &Span) -> Value {
        let derivation = tie.derivation.as_ref();
        json!({
            "start": tie.start,
            "end": tie.end,
            "text": self.answer[tie.start..tie.end],
            "kind": tie.kind,
            "places": self.places(tie),
            "derivation": derivation.map(|derivation| derivation.operation),
            "expression": derivation.map(|derivation| &derivation.expression),
            "chance": tie.chance,
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
