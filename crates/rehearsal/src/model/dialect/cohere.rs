//! Cohere's chat, version 2: <https://docs.cohere.com/reference/chat-stream>.

use std::collections::BTreeSet;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::spoken::{Asked, Dialect, Events, FAULT, body, is_name, list, text};
use super::sse;
use crate::exchange::Request;
use crate::keys::Lock;
use crate::model::said::{Said, Token};

pub(super) struct Cohere;

impl Dialect for Cohere {
    fn is_for(&self, path: &str) -> bool {
        path == "/v2/chat"
    }

    fn locks(&self) -> &'static [Lock] {
        &[Lock::Bearer]
    }

    fn asked(&self, request: &Request) -> Result<Asked, String> {
        let mut body = body(request)?;
        for tool in list(&body, "tools") {
            if !is_name(text(&tool["function"], "name"), "-", 256) {
                return Err(format!(
                    "invalid request: tool name {} is not allowed",
                    tool["function"]["name"]
                ));
            }
        }
        let mut open = BTreeSet::new();
        for message in list(&body, "messages") {
            if text(message, "role") == "tool" && !open.remove(text(message, "tool_call_id")) {
                return Err("invalid request: tool call id not found in previous tool calls".to_owned());
            }
            open.extend(list(message, "tool_calls").iter().map(|call| text(call, "id")));
        }
        if let Some(id) = open.first() {
            return Err(format!("invalid request: missing tool result for {id}"));
        }
        let streams = body["stream"] == true;
        for message in body["messages"].as_array_mut().into_iter().flatten() {
            // A result is a list of documents, or text.
            for part in message["content"].as_array_mut().into_iter().flatten() {
                if part["type"] == "document" {
                    let data = &part["document"]["data"];
                    let told = data.as_str().map_or_else(|| data.to_string(), str::to_owned);
                    let inner = serde_json::from_str::<Value>(&told).ok();
                    let told = inner
                        .and_then(|inner| Some(inner.get("result")?.as_str()?.to_owned()))
                        .unwrap_or(told);
                    *part = json!({ "type": "text", "text": told });
                }
            }
        }
        body["tool_choice"] = if body["tool_choice"] == "NONE" { json!("none") } else { Value::Null };
        Asked::new(body, streams)
    }

    fn events(&self, said: &Said<'_>, _asked: &Asked) -> Events {
        let (mut talks, mut open) = (false, None);
        let mut tokens = Vec::new();
        for (place, token) in said.tokens.iter().enumerate() {
            let mut bytes = Vec::new();
            if place == 0 {
                let message = json!({ "role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": [] });
                let start =
                    json!({ "id": id(said), "type": "message-start", "delta": { "message": message } });
                bytes.extend(sse::named(&start));
            }
            match token {
                Token::Text(text) => {
                    if !std::mem::replace(&mut talks, true) {
                        bytes.extend(event(
                            "content-start",
                            0,
                            &json!({ "content": { "type": "text", "text": "" } }),
                        ));
                    }
                    bytes.extend(event("content-delta", 0, &json!({ "content": { "text": text } })));
                }
                Token::Call(index, call) => {
                    bytes.extend(ended(&mut talks, &mut open));
                    open = Some(*index);
                    let function = json!({ "name": call.name, "arguments": "" });
                    let call = json!({ "id": call.id, "type": "function", "function": function });
                    bytes.extend(event("tool-call-start", *index, &json!({ "tool_calls": call })));
                }
                Token::Arguments(index, arguments) => {
                    let part = json!({ "tool_calls": { "function": { "arguments": arguments } } });
                    bytes.extend(event("tool-call-delta", *index, &part));
                }
            }
            tokens.push(bytes);
        }
        let mut closing = ended(&mut talks, &mut open);
        let delta = json!({ "finish_reason": reason(said), "usage": usage(said) });
        closing.extend(sse::named(&json!({ "type": "message-end", "delta": delta })));
        let fault = json!({ "type": "message-end", "delta": { "finish_reason": "ERROR", "error": FAULT } });
        Events { tokens, closing, fault: sse::named(&fault) }
    }

    fn whole(&self, said: &Said<'_>) -> Value {
        let mut message = json!({ "role": "assistant" });
        if !said.text().is_empty() {
            message["content"] = json!([{ "type": "text", "text": said.text() }]);
        }
        let calls = said.calls().map(|(call, arguments)| {
            json!({ "id": call.id, "type": "function", "function": { "name": call.name, "arguments": arguments } })
        });
        let calls: Vec<_> = calls.collect();
        if !calls.is_empty() {
            message["tool_calls"] = json!(calls);
        }
        json!({ "id": id(said), "message": message, "finish_reason": reason(said), "usage": usage(said) })
    }

    fn error(&self, _status: StatusCode, _code: &str, message: &str) -> Value {
        json!({ "id": "rehearsal", "message": message })
    }
}

fn ended(talks: &mut bool, open: &mut Option<usize>) -> Vec<u8> {
    if std::mem::take(talks) {
        return sse::named(&json!({ "type": "content-end", "index": 0 }));
    }
    let end = |index| sse::named(&json!({ "type": "tool-call-end", "index": index }));
    open.take().map(end).unwrap_or_default()
}

fn event(kind: &str, index: usize, message: &Value) -> Vec<u8> {
    sse::named(&json!({ "type": kind, "index": index, "delta": { "message": message } }))
}

fn id(said: &Said<'_>) -> String {
    format!("{:016x}", said.number)
}

fn reason<'a>(said: &'a Said<'_>) -> &'a str {
    said.finish(["COMPLETE", "TOOL_CALL", "MAX_TOKENS", "ERROR_TOXIC"])
}

fn usage(said: &Said<'_>) -> Value {
    let tokens = json!({ "input_tokens": said.read, "output_tokens": said.written() });
    json!({ "billed_units": tokens, "tokens": tokens })
}
