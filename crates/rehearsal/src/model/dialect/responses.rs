//! OpenAI Responses: <https://platform.openai.com/docs/api-reference/responses>.

use std::collections::BTreeSet;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::spoken::{Asked, Dialect, Events, FAULT, body, is_name, list, text};
use super::sse;
use crate::exchange::Request;
use crate::keys::Lock;
use crate::model::chat::error_body;
use crate::model::identity::{CREATED, ID};
use crate::model::said::{Said, Token};

pub(super) struct Responses;

impl Dialect for Responses {
    fn is_for(&self, path: &str) -> bool {
        path == "/v1/responses"
    }

    fn locks(&self) -> &'static [Lock] {
        &[Lock::Bearer]
    }

    fn asked(&self, request: &Request) -> Result<Asked, String> {
        let body = body(request)?;
        let mut tools = Vec::new();
        for (place, tool) in list(&body, "tools").iter().enumerate() {
            if !is_name(text(tool, "name"), "-", 64) {
                return Err(format!("Invalid 'tools[{place}].name': string does not match pattern."));
            }
            tools.push(json!({ "type": "function", "function": { "name": tool["name"] } }));
        }
        let mut messages = vec![json!({ "role": "system", "content": body["instructions"] })];
        let (mut open, single) = (BTreeSet::new(), [json!({ "role": "user", "content": body["input"] })]);
        for item in body["input"].as_array().map_or(&single[..], Vec::as_slice) {
            match item["type"].as_str().unwrap_or("message") {
                "message" => messages.push(json!({ "role": item["role"], "content": item["content"] })),
                "function_call" => {
                    open.insert(text(item, "call_id"));
                    let function = json!({ "name": item["name"], "arguments": item["arguments"] });
                    let call = json!({ "id": item["call_id"], "type": "function", "function": function });
                    // Calls that follow one another are one message.
                    match messages.last_mut().and_then(|last| last["tool_calls"].as_array_mut()) {
                        Some(calls) => calls.push(call),
                        None => {
                            messages.push(json!({ "role": "assistant", "content": "", "tool_calls": [call] }))
                        }
                    }
                }
                "function_call_output" if !open.remove(text(item, "call_id")) => {
                    return Err(format!(
                        "No tool call found for function call output with call_id {}.",
                        text(item, "call_id")
                    ));
                }
                "function_call_output" => messages.push(json!({
                    "role": "tool", "tool_call_id": item["call_id"], "content": item["output"],
                })),
                "reasoning" => {}
                other => return Err(format!("Invalid value: '{other}'.")),
            }
        }
        if let Some(id) = open.first() {
            return Err(format!("No tool output found for function call {id}."));
        }
        let mut chat = json!({ "model": body["model"], "messages": messages, "tools": tools });
        for field in ["tool_choice", "parallel_tool_calls"] {
            if !body[field].is_null() {
                chat[field] = body[field].clone();
            }
        }
        Asked::new(chat, body["stream"] == true)
    }

    fn events(&self, said: &Said<'_>, _asked: &Asked) -> Events {
        let items = items(said, "completed");
        let mut stream = Stream { said, items, sequence: 0, bytes: Vec::new(), open: None };
        let mut tokens = Vec::new();
        for (place, token) in said.tokens.iter().enumerate() {
            if place == 0 {
                stream.say("response.created", &[("response", response(said, "in_progress"))]);
            }
            stream.token(token);
            tokens.push(std::mem::take(&mut stream.bytes));
        }
        stream.close();
        let (name, status) = match said.message.finish_reason() {
            "length" | "content_filter" => ("response.incomplete", "incomplete"),
            _ => ("response.completed", "completed"),
        };
        stream.say(name, &[("response", response(said, status))]);
        let closing = std::mem::take(&mut stream.bytes);
        stream.say(
            "error",
            &[("code", json!("server_error")), ("message", json!(FAULT)), ("param", Value::Null)],
        );
        Events { tokens, closing, fault: stream.bytes }
    }

    fn whole(&self, said: &Said<'_>) -> Value {
        let cut = matches!(said.message.finish_reason(), "length" | "content_filter");
        response(said, if cut { "incomplete" } else { "completed" })
    }

    fn error(&self, status: StatusCode, code: &str, message: &str) -> Value {
        let kind = if status.is_server_error() { "server_error" } else { "invalid_request_error" };
        error_body(kind, code, message)
    }
}

/// A stream as far as it is written.
struct Stream<'a> {
    said: &'a Said<'a>,
    /// Each item as it is when it is done.
    items: Vec<Value>,
    sequence: u64,
    bytes: Vec<u8>,
    /// The place of the item that is being written.
    open: Option<usize>,
}

impl Stream<'_> {
    fn say(&mut self, name: &str, fields: &[(&str, Value)]) {
        let mut event = json!({ "type": name, "sequence_number": self.sequence });
        for (field, value) in fields {
            event[*field] = value.clone();
        }
        self.sequence += 1;
        self.bytes.extend(sse::named(&event));
    }

    fn token(&mut self, token: &Token<'_>) {
        let first_call = usize::from(!self.said.message.text.is_empty());
        match token {
            Token::Text(text) => {
                if self.open.is_none() {
                    self.begin(0);
                    let part = json!({ "type": "output_text", "text": "", "annotations": [] });
                    self.of_item(
                        "response.content_part.added",
                        0,
                        &[("content_index", json!(0)), ("part", part)],
                    );
                }
                let fields = [("content_index", json!(0)), ("delta", json!(text))];
                self.of_item("response.output_text.delta", 0, &fields);
            }
            Token::Call(index, _) => {
                self.close();
                self.begin(first_call + index);
            }
            Token::Arguments(index, arguments) => {
                let place = first_call + index;
                self.of_item("response.function_call_arguments.delta", place, &[("delta", json!(arguments))]);
            }
        }
    }

    fn begin(&mut self, place: usize) {
        self.open = Some(place);
        let mut item = self.items[place].clone();
        item["status"] = json!("in_progress");
        match text(&item, "type") {
            "message" => item["content"] = json!([]),
            _ => item["arguments"] = json!(""),
        }
        self.say("response.output_item.added", &[("output_index", json!(place)), ("item", item)]);
    }

    fn close(&mut self) {
        let Some(place) = self.open.take() else { return };
        let item = self.items[place].clone();
        if item["type"] == "message" {
            let words = item["content"][0]["text"].clone();
            self.of_item("response.output_text.done", place, &[("content_index", json!(0)), ("text", words)]);
            let part = item["content"][0].clone();
            self.of_item("response.content_part.done", place, &[("content_index", json!(0)), ("part", part)]);
        } else {
            let arguments = item["arguments"].clone();
            self.of_item("response.function_call_arguments.done", place, &[("arguments", arguments)]);
        }
        self.say("response.output_item.done", &[("output_index", json!(place)), ("item", item)]);
    }

    fn of_item(&mut self, name: &str, place: usize, fields: &[(&str, Value)]) {
        let id = self.items[place]["id"].clone();
        let mut all = vec![("item_id", id), ("output_index", json!(place))];
        all.extend(fields.iter().cloned());
        self.say(name, &all);
    }
}

/// The items of the message: its text, if it has any, and its calls.
fn items(said: &Said<'_>, status: &str) -> Vec<Value> {
    let number = said.number;
    let words = Some(said.text()).filter(|text| !text.is_empty());
    let message = words.map(|text| {
        let part = json!({ "type": "output_text", "text": text, "annotations": [] });
        json!({ "id": format!("msg_{number:016x}"), "type": "message", "role": "assistant", "status": status, "content": [part] })
    });
    let calls = said.calls().enumerate().map(|(place, (call, arguments))| {
        json!({
            "id": format!("fc_{number:016x}{place}"), "type": "function_call", "status": status,
            "call_id": call.id, "name": call.name, "arguments": arguments,
        })
    });
    message.into_iter().chain(calls).collect()
}

fn response(said: &Said<'_>, status: &str) -> Value {
    let mut response = json!({
        "id": format!("resp_{:016x}", said.number),
        "object": "response",
        "created_at": CREATED,
        "model": ID,
        "status": status,
        "error": null,
        "incomplete_details": null,
        "output": [],
        "usage": null,
    });
    if status != "in_progress" {
        response["output"] = json!(items(said, status));
        response["usage"] = json!({
            "input_tokens": said.read,
            "input_tokens_details": { "cached_tokens": 0 },
            "output_tokens": said.written(),
            "output_tokens_details": { "reasoning_tokens": 0 },
            "total_tokens": said.read + said.written(),
        });
    }
    if status == "incomplete" {
        let reason = said.finish(["stop", "stop", "max_output_tokens", "content_filter"]);
        response["incomplete_details"] = json!({ "reason": reason });
    }
    response
}
