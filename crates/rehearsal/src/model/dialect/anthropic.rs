//! Anthropic Messages: <https://docs.anthropic.com/en/api/messages>.

use std::collections::BTreeSet;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::spoken::{Asked, Dialect, Events, FAULT, body, is_name, list, text};
use super::sse;
use crate::exchange::Request;
use crate::keys::Lock;
use crate::model::identity::ID;
use crate::model::said::{Said, Token, object};

pub(super) struct Anthropic;

impl Dialect for Anthropic {
    fn is_for(&self, path: &str) -> bool {
        path == "/v1/messages"
    }

    fn locks(&self) -> &'static [Lock] {
        // Its own library has moved from the one place to the other.
        &[Lock::ApiKey { header: "x-api-key" }, Lock::Bearer]
    }

    fn asked(&self, request: &Request) -> Result<Asked, String> {
        if request.header("anthropic-version").is_none() {
            return Err("anthropic-version: header is required".to_owned());
        }
        let body = body(request)?;
        if body["max_tokens"].as_u64().is_none_or(|tokens| tokens == 0) {
            return Err("max_tokens: Field required".to_owned());
        }
        let mut tools = Vec::new();
        for (place, tool) in list(&body, "tools").iter().enumerate() {
            if !is_name(text(tool, "name"), "-", 128) {
                return Err(format!(
                    "tools.{place}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
                ));
            }
            if tool["input_schema"]["type"] != "object" {
                return Err(format!("tools.{place}.custom.input_schema.type: Field required"));
            }
            tools.push(json!({ "type": "function", "function": { "name": tool["name"] } }));
        }
        let mut messages = vec![json!({ "role": "system", "content": body["system"] })];
        let mut open = BTreeSet::new();
        for (place, message) in list(&body, "messages").iter().enumerate() {
            messages.extend(message_of(place, message, &mut open)?);
        }
        if !open.is_empty() {
            return Err(missing(list(&body, "messages").len(), &open));
        }
        let choice = &body["tool_choice"];
        let mut chat = json!({ "model": body["model"], "messages": messages, "tools": tools });
        if choice["disable_parallel_tool_use"] == true {
            chat["parallel_tool_calls"] = json!(false);
        }
        if choice["type"] == "none" {
            chat["tool_choice"] = json!("none");
        }
        Asked::new(chat, body["stream"] == true)
    }

    fn events(&self, said: &Said<'_>, _asked: &Asked) -> Events {
        let begins_with_text = usize::from(!said.message.text.is_empty());
        let mut open: Option<usize> = None;
        let mut tokens = Vec::new();
        for (place, token) in said.tokens.iter().enumerate() {
            let mut bytes = Vec::new();
            if place == 0 {
                bytes.extend(sse::named(&json!({ "type": "message_start", "message": {
                    "id": id(said), "type": "message", "role": "assistant", "model": ID, "content": [],
                    "stop_reason": null, "stop_sequence": null,
                    "usage": { "input_tokens": said.read, "output_tokens": 1 },
                } })));
            }
            let (index, start, delta) = match token {
                Token::Text(text) => {
                    let start = (open.is_none()).then(|| json!({ "type": "text", "text": "" }));
                    (0, start, Some(json!({ "type": "text_delta", "text": text })))
                }
                Token::Call(index, call) => {
                    let start = json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": {} });
                    (begins_with_text + index, Some(start), None)
                }
                Token::Arguments(index, arguments) => {
                    let delta = json!({ "type": "input_json_delta", "partial_json": arguments });
                    (begins_with_text + index, None, Some(delta))
                }
            };
            if let Some(start) = start {
                bytes.extend(open.map(stop).unwrap_or_default());
                open = Some(index);
                let start = json!({ "type": "content_block_start", "index": index, "content_block": start });
                bytes.extend(sse::named(&start));
            }
            if let Some(delta) = delta {
                let delta = json!({ "type": "content_block_delta", "index": index, "delta": delta });
                bytes.extend(sse::named(&delta));
            }
            tokens.push(bytes);
        }
        let mut closing = open.map(stop).unwrap_or_default();
        closing.extend(sse::named(&json!({
            "type": "message_delta",
            "delta": { "stop_reason": reason(said), "stop_sequence": null },
            "usage": { "output_tokens": said.written() },
        })));
        closing.extend(sse::named(&json!({ "type": "message_stop" })));
        let fault = json!({ "type": "error", "error": { "type": "api_error", "message": FAULT } });
        Events { tokens, closing, fault: sse::named(&fault) }
    }

    fn whole(&self, said: &Said<'_>) -> Value {
        let text = Some(said.text()).filter(|text| !text.is_empty());
        let text = text.map(|text| json!({ "type": "text", "text": text }));
        let calls = said.calls().map(|(call, arguments)| {
            json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": object(&arguments) })
        });
        json!({
            "id": id(said), "type": "message", "role": "assistant", "model": ID,
            "content": text.into_iter().chain(calls).collect::<Vec<_>>(),
            "stop_reason": reason(said), "stop_sequence": null,
            "usage": { "input_tokens": said.read, "output_tokens": said.written() },
        })
    }

    fn error(&self, status: StatusCode, _code: &str, message: &str) -> Value {
        let kind = match status.as_u16() {
            401 => "authentication_error",
            404 => "not_found_error",
            429 => "rate_limit_error",
            400..500 => "invalid_request_error",
            529 => "overloaded_error",
            _ => "api_error",
        };
        json!({ "type": "error", "error": { "type": kind, "message": message } })
    }
}

/// One message as Chat Completions has it. `open` are the calls that the message before asked for.
fn message_of(place: usize, message: &Value, open: &mut BTreeSet<String>) -> Result<Vec<Value>, String> {
    let single = [json!({ "type": "text", "text": message["content"] })];
    let blocks = message["content"].as_array().map_or(&single[..], Vec::as_slice);
    let (mut words, mut calls, mut results) = (String::new(), Vec::new(), Vec::new());
    for (at, block) in blocks.iter().enumerate() {
        match text(block, "type") {
            "text" if text(block, "text").is_empty() => {
                return Err(format!(
                    "messages.{place}.content.{at}.text: text content blocks must be non-empty"
                ));
            }
            "text" => words.push_str(text(block, "text")),
            "tool_use" if !block["input"].is_object() => {
                return Err(format!(
                    "messages.{place}.content.{at}.tool_use.input: Input should be a valid dictionary"
                ));
            }
            "tool_use" => calls.push(json!({ "id": block["id"], "type": "function", "function": {
                "name": block["name"], "arguments": block["input"].to_string(),
            } })),
            "tool_result" if !words.is_empty() => {
                return Err(format!("messages.{place}: tool_result blocks must come first"));
            }
            "tool_result" if !open.remove(text(block, "tool_use_id")) => {
                return Err(format!(
                    "messages.{place}.content.{at}: unexpected `tool_use_id` found in `tool_result` blocks: {}",
                    text(block, "tool_use_id")
                ));
            }
            "tool_result" => results.push(json!({
                "role": "tool", "tool_call_id": block["tool_use_id"], "content": block["content"],
            })),
            "thinking" | "redacted_thinking" => {}
            other => return Err(format!("messages.{place}.content.{at}: unknown type {other}")),
        }
    }
    if !open.is_empty() {
        return Err(missing(place, open));
    }
    open.extend(calls.iter().map(|call| text(call, "id").to_owned()));
    match text(message, "role") {
        "assistant" => results.push(json!({ "role": "assistant", "content": words, "tool_calls": calls })),
        "user" if !words.is_empty() => results.push(json!({ "role": "user", "content": words })),
        "user" => {}
        other => {
            return Err(format!("messages.{place}.role: Input should be 'user' or 'assistant', not {other}"));
        }
    }
    Ok(results)
}

fn missing(place: usize, open: &BTreeSet<String>) -> String {
    let ids: Vec<&str> = open.iter().map(String::as_str).collect();
    format!(
        "messages.{place}: `tool_use` ids were found without `tool_result` blocks immediately after: {}",
        ids.join(", ")
    )
}

fn id(said: &Said<'_>) -> String {
    format!("msg_{:016x}", said.number)
}

fn reason<'a>(said: &'a Said<'_>) -> &'a str {
    said.finish(["end_turn", "tool_use", "max_tokens", "refusal"])
}

fn stop(index: usize) -> Vec<u8> {
    sse::named(&json!({ "type": "content_block_stop", "index": index }))
}
