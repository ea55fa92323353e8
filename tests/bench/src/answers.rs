//! Long answers of models, in each protocol's own bytes.

use domain::model::Protocol;
use serde_json::{Value, json};

/// What the model says, again and again; some of it has to be escaped.
const WORDS: [&str; 7] = ["the", " quick", " \"brown\"", " fox\n", " jumps", " über", " it"];
/// The arguments of each call, piece by piece.
const ARGUMENTS: [&str; 7] =
    ["{\"cus", "tomer\":", " 4711, ", "\"note\": \"", "what \\\"is", "\\\" due", "\"}"];

/// An answer, and what it says.
pub(crate) struct Answer {
    pub(crate) protocol: Protocol,
    pub(crate) bytes: Vec<u8>,
    /// How many bytes of words.
    pub(crate) words: usize,
    pub(crate) calls: usize,
}

/// An answer of words alone, at least so long.
pub(crate) fn words(protocol: Protocol, length: usize) -> Answer {
    let sentence: Vec<u8> = WORDS.iter().flat_map(|word| piece(protocol, word)).collect();
    let times = length.div_ceil(sentence.len());
    let mut bytes = sentence.repeat(times);
    bytes.extend(end(protocol, false));
    let said: usize = WORDS.iter().map(|word| word.len()).sum();
    Answer { protocol, bytes, words: said * times, calls: 0 }
}

/// An answer of calls alone, at least so long.
pub(crate) fn calls(protocol: Protocol, length: usize) -> Answer {
    let mut bytes = Vec::new();
    let mut calls = 0;
    while bytes.len() < length {
        bytes.extend(call(protocol, calls));
        calls += 1;
    }
    bytes.extend(end(protocol, true));
    Answer { protocol, bytes, words: 0, calls }
}

/// One event, in the protocol's frame.
fn event(protocol: Protocol, kind: &str, value: &Value) -> Vec<u8> {
    match protocol {
        Protocol::OpenaiChat | Protocol::Gemini => format!("data: {value}\n\n").into_bytes(),
        Protocol::OpenaiResponses | Protocol::Anthropic | Protocol::Cohere => {
            format!("event: {kind}\ndata: {value}\n\n").into_bytes()
        }
        Protocol::Ollama => format!("{value}\n").into_bytes(),
        Protocol::Bedrock => frame(kind, &value.to_string()),
    }
}

/// A frame of AWS's event stream: lengths, headers, payload, and two checksums.
fn frame(kind: &str, payload: &str) -> Vec<u8> {
    let short = |length: usize| u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    let long = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    let mut headers = Vec::new();
    for (name, value) in
        [(":event-type", kind), (":content-type", "application/json"), (":message-type", "event")]
    {
        headers.push(short(name.len())[1]);
        headers.extend(name.as_bytes());
        headers.push(7);
        headers.extend(short(value.len()));
        headers.extend(value.as_bytes());
    }
    let mut frame = [long(16 + headers.len() + payload.len()), long(headers.len())].concat();
    frame.extend(crc32fast::hash(&frame).to_be_bytes());
    frame.extend(headers);
    frame.extend(payload.as_bytes());
    frame.extend(crc32fast::hash(&frame).to_be_bytes());
    frame
}

/// A chunk of Chat Completions.
fn chunk(delta: &Value, reason: &Value) -> Value {
    json!({
        "id": "chatcmpl-CWqAQkLXcLW1cXvQ0MaWmy3p", "object": "chat.completion.chunk",
        "created": 1_762_000_000, "model": "gpt-x-2026-08-07", "service_tier": "default",
        "system_fingerprint": null, "usage": null, "obfuscation": "x7Yq2LkP",
        "choices": [{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": reason }],
    })
}

/// A chunk of Gemini's.
fn candidate(part: &Value, reason: &Value) -> Value {
    json!({
        "candidates": [{ "content": { "parts": [part], "role": "model" }, "index": 0, "finishReason": reason }],
        "usageMetadata": { "promptTokenCount": 97, "candidatesTokenCount": 12, "totalTokenCount": 109,
            "promptTokensDetails": [{ "modality": "TEXT", "tokenCount": 97 }] },
        "modelVersion": "gemini-x-flash", "responseId": "3sQYaZ6kBtWJ28oPmNa32AI",
    })
}

/// A line of Ollama's.
fn line(message: &Value, done: bool) -> Value {
    json!({ "model": "qwen3:4b", "created_at": "2026-08-17T08:22:52.061545Z", "message": message, "done": done })
}

/// A piece of a text.
fn piece(protocol: Protocol, words: &str) -> Vec<u8> {
    let (kind, value) = match protocol {
        Protocol::OpenaiChat => ("", chunk(&json!({ "content": words }), &Value::Null)),
        Protocol::OpenaiResponses => (
            "response.output_text.delta",
            json!({
                "type": "response.output_text.delta", "sequence_number": 4, "output_index": 0,
                "content_index": 0, "item_id": "msg_02ce8deeb6197db200698c5198ca0c81979bedbe6c98a8ab93",
                "delta": words, "logprobs": [], "obfuscation": "VLMdSoETMf5",
            }),
        ),
        Protocol::Anthropic => (
            "content_block_delta",
            json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": words } }),
        ),
        Protocol::Gemini => ("", candidate(&json!({ "text": words }), &Value::Null)),
        Protocol::Ollama => ("", line(&json!({ "role": "assistant", "content": words }), false)),
        Protocol::Cohere => (
            "content-delta",
            json!({ "type": "content-delta", "index": 0, "delta": { "message": { "content": { "text": words } } } }),
        ),
        Protocol::Bedrock => (
            "contentBlockDelta",
            json!({ "contentBlockIndex": 0, "delta": { "text": words }, "p": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ" }),
        ),
    };
    event(protocol, kind, &value)
}

/// A whole call: its beginning, its arguments, its end.
fn call(protocol: Protocol, place: usize) -> Vec<u8> {
    let id = format!("call_{place:07}");
    let name = "crm__invoices";
    let arguments = ARGUMENTS.concat();
    let pieces = |write: &dyn Fn(&str) -> Vec<u8>| ARGUMENTS.iter().flat_map(|piece| write(piece)).collect();
    let (begin, pieces, ends): (Vec<u8>, Vec<u8>, Vec<u8>) = match protocol {
        Protocol::OpenaiChat => {
            let delta =
                |call: Value| event(protocol, "", &chunk(&json!({ "tool_calls": [call] }), &Value::Null));
            let function = json!({ "name": name, "arguments": "" });
            (
                delta(json!({ "index": place, "id": id, "type": "function", "function": function })),
                pieces(&|piece| delta(json!({ "index": place, "function": { "arguments": piece } }))),
                Vec::new(),
            )
        }
        Protocol::OpenaiResponses => {
            let of = |kind: &str, mut value: Value| {
                value["type"] = json!(kind);
                value["output_index"] = json!(place);
                event(protocol, kind, &value)
            };
            let item = |arguments: &str, status: &str| {
                let item = format!("fc_{id}");
                json!({ "item": { "id": item, "type": "function_call", "status": status, "call_id": id,
                    "name": name, "arguments": arguments } })
            };
            let delta = json!({ "item_id": format!("fc_{id}"), "obfuscation": "VLMdSoETMf5" });
            let more = |piece: &str| {
                let mut more = delta.clone();
                more["delta"] = json!(piece);
                of("response.function_call_arguments.delta", more)
            };
            (
                of("response.output_item.added", item("", "in_progress")),
                pieces(&more),
                of("response.output_item.done", item(&arguments, "completed")),
            )
        }
        Protocol::Anthropic => {
            let of = |kind: &str, mut value: Value| {
                value["type"] = json!(kind);
                value["index"] = json!(place);
                event(protocol, kind, &value)
            };
            let block = json!({ "type": "tool_use", "id": id, "name": name, "input": {} });
            let more = |piece: &str| {
                let delta = json!({ "type": "input_json_delta", "partial_json": piece });
                of("content_block_delta", json!({ "delta": delta }))
            };
            (
                of("content_block_start", json!({ "content_block": block })),
                pieces(&more),
                of("content_block_stop", json!({})),
            )
        }
        Protocol::Gemini | Protocol::Ollama => {
            let arguments: Value = serde_json::from_str(&arguments).unwrap_or_default();
            let value = if protocol == Protocol::Gemini {
                candidate(&json!({ "functionCall": { "name": name, "args": arguments } }), &Value::Null)
            } else {
                let function = json!({ "index": place, "name": name, "arguments": arguments });
                line(
                    &json!({ "role": "assistant", "content": "", "tool_calls": [{ "function": function }] }),
                    false,
                )
            };
            (event(protocol, "", &value), Vec::new(), Vec::new())
        }
        Protocol::Cohere => {
            let of = |kind: &str, call: Value| {
                let delta = json!({ "message": { "tool_calls": call } });
                event(protocol, kind, &json!({ "type": kind, "index": place, "delta": delta }))
            };
            let function = json!({ "name": name, "arguments": "" });
            (
                of("tool-call-start", json!({ "id": id, "type": "function", "function": function })),
                pieces(&|piece| of("tool-call-delta", json!({ "function": { "arguments": piece } }))),
                event(protocol, "tool-call-end", &json!({ "type": "tool-call-end", "index": place })),
            )
        }
        Protocol::Bedrock => {
            let of = |kind: &str, mut value: Value| {
                value["contentBlockIndex"] = json!(place);
                value["p"] = json!("abcdefghijklmnopqrstuvw");
                event(protocol, kind, &value)
            };
            let start = json!({ "toolUse": { "toolUseId": id, "name": name } });
            let more =
                |piece: &str| of("contentBlockDelta", json!({ "delta": { "toolUse": { "input": piece } } }));
            (
                of("contentBlockStart", json!({ "start": start })),
                pieces(&more),
                of("contentBlockStop", json!({})),
            )
        }
    };
    [begin, pieces, ends].concat()
}

/// What ends the answer.
fn end(protocol: Protocol, has_calls: bool) -> Vec<u8> {
    let or = |calls: &'static str, words: &'static str| json!(if has_calls { calls } else { words });
    let (kind, value) = match protocol {
        Protocol::OpenaiChat => ("", chunk(&json!({}), &or("tool_calls", "stop"))),
        Protocol::OpenaiResponses => (
            "response.completed",
            json!({ "type": "response.completed", "response": { "status": "completed", "output": [] } }),
        ),
        Protocol::Anthropic => (
            "message_delta",
            json!({ "type": "message_delta", "delta": { "stop_reason": or("tool_use", "end_turn") } }),
        ),
        Protocol::Gemini => ("", candidate(&json!({ "text": "" }), &json!("STOP"))),
        Protocol::Ollama => ("", line(&json!({ "role": "assistant", "content": "" }), true)),
        Protocol::Cohere => (
            "message-end",
            json!({ "type": "message-end", "delta": { "finish_reason": or("TOOL_CALL", "COMPLETE") } }),
        ),
        Protocol::Bedrock => ("messageStop", json!({ "stopReason": or("tool_use", "end_turn") })),
    };
    event(protocol, kind, &value)
}
