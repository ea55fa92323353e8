//! Amazon Bedrock Converse: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html>,
//! with the frames of `application/vnd.amazon.eventstream`
//! (<https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html>).

use std::collections::BTreeSet;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::spoken::{Asked, Dialect, Events, FAULT, body, is_name, list, text};
use crate::exchange::Request;
use crate::keys::Lock;
use crate::model::said::{Said, Token, object};

pub(super) struct Bedrock;

impl Dialect for Bedrock {
    fn is_for(&self, path: &str) -> bool {
        path.starts_with("/model/") && (path.ends_with("/converse") || path.ends_with("/converse-stream"))
    }

    fn locks(&self) -> &'static [Lock] {
        &[Lock::Bearer]
    }

    fn asked(&self, request: &Request) -> Result<Asked, String> {
        let body = body(request)?;
        let (model, method) = request.path.trim_start_matches("/model/").split_once('/').unwrap_or_default();
        let mut tools = Vec::new();
        for tool in list(&body["toolConfig"], "tools") {
            let spec = &tool["toolSpec"];
            if !is_name(text(spec, "name"), "-", 64) {
                return Err(format!(
                    "The value at toolConfig.tools.member.toolSpec.name is not allowed: {}",
                    spec["name"]
                ));
            }
            if spec["inputSchema"]["json"]["type"] != "object" {
                return Err("The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be object."
                    .to_owned());
            }
            tools.push(json!({ "type": "function", "function": { "name": spec["name"] } }));
        }
        let words = |blocks: &[Value]| blocks.iter().map(|block| text(block, "text")).collect::<String>();
        let mut messages = vec![json!({ "role": "system", "content": words(list(&body, "system")) })];
        let (mut open, mut last_role) = (BTreeSet::new(), "assistant");
        for message in list(&body, "messages") {
            let (role, blocks) = (text(message, "role"), list(message, "content"));
            if role == last_role {
                return Err("A conversation must alternate between user and assistant roles, and start with a user message.".to_owned());
            }
            last_role = role;
            if blocks.iter().any(|block| block["text"].as_str().is_some_and(str::is_empty)) {
                return Err("The text field in the ContentBlock object is blank.".to_owned());
            }
            for result in blocks.iter().filter_map(|block| block.get("toolResult")) {
                let id = text(result, "toolUseId");
                if !open.remove(id) {
                    return Err(format!(
                        "The toolResult block {id} answers no toolUse block of the message before."
                    ));
                }
                let told: String = list(result, "content")
                    .iter()
                    .map(|part| match &part["json"] {
                        Value::Null => text(part, "text").to_owned(),
                        json => json.to_string(),
                    })
                    .collect();
                messages.push(json!({ "role": "tool", "tool_call_id": id, "content": told }));
            }
            if !open.is_empty() {
                return Err(
                    "Expected toolResult blocks for every toolUse block of the message before.".to_owned()
                );
            }
            let mut calls = Vec::new();
            for used in blocks.iter().filter_map(|block| block.get("toolUse")) {
                if !used["input"].is_object() || tools.is_empty() {
                    return Err("A toolUse block needs an object as input, and toolConfig must be defined."
                        .to_owned());
                }
                open.insert(text(used, "toolUseId").to_owned());
                let function = json!({ "name": used["name"], "arguments": used["input"].to_string() });
                calls.push(json!({ "id": used["toolUseId"], "type": "function", "function": function }));
            }
            let said = words(blocks);
            if role == "assistant" || !said.is_empty() {
                messages.push(json!({ "role": role, "content": said, "tool_calls": calls }));
            }
        }
        if !open.is_empty() {
            return Err("The conversation ends with toolUse blocks.".to_owned());
        }
        let chat = json!({ "model": model, "messages": messages, "tools": tools });
        Asked::new(chat, method == "converse-stream")
    }

    fn events(&self, said: &Said<'_>, _asked: &Asked) -> Events {
        let first_call = usize::from(!said.message.text.is_empty());
        let mut open: Option<usize> = None;
        let mut tokens = Vec::new();
        for (place, token) in said.tokens.iter().enumerate() {
            let mut bytes = Vec::new();
            if place == 0 {
                bytes.extend(event("messageStart", &json!({ "role": "assistant" })));
            }
            let (index, delta) = match token {
                Token::Text(text) => {
                    open = Some(0);
                    (0, json!({ "text": text }))
                }
                Token::Call(index, call) => {
                    bytes.extend(open.map(stop).unwrap_or_default());
                    let index = first_call + index;
                    open = Some(index);
                    let start = json!({ "toolUse": { "toolUseId": call.id, "name": call.name } });
                    bytes.extend(event(
                        "contentBlockStart",
                        &json!({ "contentBlockIndex": index, "start": start }),
                    ));
                    tokens.push(bytes);
                    continue;
                }
                Token::Arguments(index, arguments) => {
                    (first_call + index, json!({ "toolUse": { "input": arguments } }))
                }
            };
            bytes.extend(event("contentBlockDelta", &json!({ "contentBlockIndex": index, "delta": delta })));
            tokens.push(bytes);
        }
        let mut closing = open.map(stop).unwrap_or_default();
        closing.extend(event("messageStop", &json!({ "stopReason": reason(said) })));
        closing.extend(event("metadata", &json!({ "usage": usage(said), "metrics": { "latencyMs": 1 } })));
        let fault = frame(
            &[(":exception-type", "internalServerException"), (":message-type", "exception")],
            &json!({ "message": FAULT }),
        );
        Events { tokens, closing, fault }
    }

    fn whole(&self, said: &Said<'_>) -> Value {
        let words = Some(said.text()).filter(|text| !text.is_empty()).map(|text| json!({ "text": text }));
        let calls = said.calls().map(|(call, arguments)| {
            json!({ "toolUse": { "toolUseId": call.id, "name": call.name, "input": object(&arguments) } })
        });
        let content: Vec<_> = words.into_iter().chain(calls).collect();
        json!({
            "output": { "message": { "role": "assistant", "content": content } },
            "stopReason": reason(said),
            "usage": usage(said),
            "metrics": { "latencyMs": 1 },
        })
    }

    fn error(&self, _status: StatusCode, _code: &str, message: &str) -> Value {
        json!({ "message": message })
    }

    fn media(&self) -> &'static str {
        "application/vnd.amazon.eventstream"
    }
}

fn reason<'a>(said: &'a Said<'_>) -> &'a str {
    said.finish(["end_turn", "tool_use", "max_tokens", "content_filtered"])
}

fn usage(said: &Said<'_>) -> Value {
    let (read, written) = (said.read, said.written());
    json!({ "inputTokens": read, "outputTokens": written, "totalTokens": read + written })
}

fn stop(index: usize) -> Vec<u8> {
    event("contentBlockStop", &json!({ "contentBlockIndex": index }))
}

fn event(name: &str, payload: &Value) -> Vec<u8> {
    let headers = [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")];
    frame(&headers, payload)
}

/// A frame: the lengths of it all and of its headers, their CRC-32, the headers, the payload, and the CRC-32 of all that.
fn frame(headers: &[(&str, &str)], payload: &Value) -> Vec<u8> {
    /// The type of a header that holds text.
    const TEXT: u8 = 7;
    let mut written = Vec::new();
    for (name, value) in headers {
        written.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        written.extend_from_slice(name.as_bytes());
        written.push(TEXT);
        written.extend_from_slice(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
        written.extend_from_slice(value.as_bytes());
    }
    let payload = payload.to_string();
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes();
    let mut frame = Vec::new();
    frame.extend_from_slice(&length(16 + written.len() + payload.len()));
    frame.extend_from_slice(&length(written.len()));
    frame.extend_from_slice(&crc32fast::hash(&frame).to_be_bytes());
    frame.extend_from_slice(&written);
    frame.extend_from_slice(payload.as_bytes());
    frame.extend_from_slice(&crc32fast::hash(&frame).to_be_bytes());
    frame
}
