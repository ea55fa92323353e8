//! `tieout decode`

use std::fs::File;
use std::path::Path;

use domain::model::{AskedCall, Finish, Usage};
use engine::{EngineError, Recording};
use serde_json::{Value, json};

use crate::args::Decode;
use crate::exit::Exit;
use crate::output::Output;

/// Reads a recorded answer and prints what it says. It needs no workspace.
pub(crate) fn run(decode: &Decode, output: &Output) -> Result<Exit, EngineError> {
    let Decode { protocol, file } = decode;
    let read = match file.as_deref().filter(|file| *file != Path::new("-")) {
        Some(file) => File::open(file).and_then(|file| engine::decode(*protocol, file)),
        None => engine::decode(*protocol, std::io::stdin().lock()),
    };
    let recording = read.map_err(|error| {
        let name = file.as_deref().unwrap_or(Path::new("-")).display();
        EngineError::BadInput(format!("{name} can't be read: {error}"))
    })?;
    output.datum("decoded", &shape(&recording));
    let Some(fault) = &recording.fault else { return Ok(Exit::Done) };
    output.problem(&format!("the answer is not whole: {fault}"));
    Ok(Exit::Failed)
}

fn shape(recording: &Recording) -> Value {
    let Recording { text, reasoning, calls, usage: Usage { input, output, .. }, finish, fault } = recording;
    let mut shape = json!({
        "text": text,
        "reasoning": reasoning,
        "tool_calls": calls.iter().map(call).collect::<Vec<_>>(),
        "finish": finish.map_or("error", word),
        "usage": { "input": input, "output": output },
    });
    if let (Some(fault), Some(fields)) = (fault, shape.as_object_mut()) {
        fields.insert("error".to_owned(), fault.as_str().into());
    }
    shape
}

fn call(call: &AskedCall) -> Value {
    let AskedCall { id, name, arguments } = call;
    let arguments = serde_json::from_str(arguments)
        .unwrap_or_else(|error| json!({ "invalid": arguments, "error": error.to_string() }));
    json!({ "id": id, "name": name, "arguments": arguments })
}

fn word(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::ToolCalls => "tool_calls",
        Finish::Length => "length",
        Finish::ContentFilter => "content_filter",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_model_wrote_wrong_is_shown_and_keeps_nothing_else_back() {
        let asked = |arguments: &str| AskedCall {
            id: "a".to_owned(),
            name: "t".to_owned(),
            arguments: arguments.to_owned(),
        };
        let recording = Recording {
            text: "Wait.".to_owned(),
            calls: vec![asked("{\"x\":"), asked("{\"x\":1}")],
            usage: Usage { input: 3, output: 4, ..Usage::default() },
            finish: Some(Finish::ToolCalls),
            ..Recording::default()
        };
        let mut shape = shape(&recording);
        let error = shape["tool_calls"][0]["arguments"]["error"].take();
        assert!(error.as_str().unwrap().contains("EOF"), "{error}");
        assert_eq!(
            shape,
            json!({
                "text": "Wait.",
                "reasoning": "",
                "tool_calls": [
                    { "id": "a", "name": "t", "arguments": { "invalid": "{\"x\":", "error": null } },
                    { "id": "a", "name": "t", "arguments": { "x": 1 } },
                ],
                "finish": "tool_calls",
                "usage": { "input": 3, "output": 4 },
            })
        );
    }

    #[test]
    fn a_fault_is_an_end_too() {
        let fault = Some("the answer ended in the middle of the message".to_owned());
        let shape = shape(&Recording { text: "Wa".to_owned(), fault, ..Recording::default() });
        assert_eq!((&shape["text"], &shape["finish"]), (&json!("Wa"), &json!("error")));
        assert_eq!(shape["error"], "the answer ended in the middle of the message");
    }
}
