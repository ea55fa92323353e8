//! Ollama's chat: <https://github.com/ollama/ollama/blob/main/docs/api.md>.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::spoken::{Asked, Dialect, Events, FAULT, body, list, text};
use crate::exchange::Request;
use crate::keys::Lock;
use crate::model::identity::ID;
use crate::model::said::{Said, Token, object};

pub(super) struct Ollama;

impl Dialect for Ollama {
    fn is_for(&self, path: &str) -> bool {
        path == "/api/chat"
    }

    fn locks(&self) -> &'static [Lock] {
        &[]
    }

    fn asked(&self, request: &Request) -> Result<Asked, String> {
        let body = body(request)?;
        let mut messages: Vec<Value> = Vec::new();
        // Results have no ids: they come in the order of the calls.
        let mut open: Vec<String> = Vec::new();
        for message in list(&body, "messages") {
            let mut calls = Vec::new();
            for (place, call) in list(message, "tool_calls").iter().enumerate() {
                if !call["function"]["arguments"].is_object() {
                    return Err("json: cannot unmarshal string into Go struct field \
                                ToolCallFunction.messages.tool_calls.function.arguments"
                        .to_owned());
                }
                let id = format!("call_{}_{place}", messages.len());
                let arguments = call["function"]["arguments"].to_string();
                let function = json!({ "name": call["function"]["name"], "arguments": arguments });
                calls.push(json!({ "id": id, "type": "function", "function": function }));
                open.push(id);
            }
            let role = text(message, "role");
            let mut written = json!({ "role": role, "content": message["content"], "tool_calls": calls });
            if role == "tool" {
                if open.is_empty() {
                    return Err("a tool message answers no call".to_owned());
                }
                written["tool_call_id"] = json!(open.remove(0));
            }
            messages.push(written);
        }
        let chat = json!({ "model": body["model"], "messages": messages, "tools": body["tools"] });
        Asked::new(chat, body["stream"] != false)
    }

    fn events(&self, said: &Said<'_>, _asked: &Asked) -> Events {
        let mut calls = calls(said).into_iter();
        let mut tokens = Vec::new();
        for (place, token) in said.tokens.iter().enumerate() {
            let mut bytes = match token {
                Token::Text(text) => line(&chunk(&json!({ "role": "assistant", "content": text }))),
                Token::Call(index, _) if *index > 0 => call_line(calls.next()),
                Token::Call(..) | Token::Arguments(..) => Vec::new(),
            };
            if place + 1 == said.tokens.len() {
                bytes.extend(call_line(calls.next()));
            }
            tokens.push(bytes);
        }
        let mut last = chunk(&json!({ "role": "assistant", "content": "" }));
        end(said, &mut last);
        Events { tokens, closing: line(&last), fault: line(&json!({ "error": FAULT })) }
    }

    fn whole(&self, said: &Said<'_>) -> Value {
        let mut whole =
            chunk(&json!({ "role": "assistant", "content": said.text(), "tool_calls": calls(said) }));
        end(said, &mut whole);
        whole
    }

    fn error(&self, _status: StatusCode, _code: &str, message: &str) -> Value {
        json!({ "error": message })
    }

    fn media(&self) -> &'static str {
        "application/x-ndjson"
    }
}

fn calls(said: &Said<'_>) -> Vec<Value> {
    let call = |(place, (call, arguments)): (usize, (&crate::model::script::ScriptedCall, String))| json!({ "function": { "index": place, "name": call.name, "arguments": object(&arguments) } });
    said.calls().enumerate().map(call).collect()
}

fn call_line(call: Option<Value>) -> Vec<u8> {
    let message = |call| json!({ "role": "assistant", "content": "", "tool_calls": [call] });
    call.map(|call| line(&chunk(&message(call)))).unwrap_or_default()
}

fn chunk(message: &Value) -> Value {
    json!({ "model": ID, "created_at": "2026-06-30T00:00:00Z", "message": message, "done": false })
}

fn end(said: &Said<'_>, chunk: &mut Value) {
    chunk["done"] = json!(true);
    chunk["done_reason"] = json!(said.finish(["stop", "stop", "length", "stop"]));
    chunk["prompt_eval_count"] = json!(said.read);
    chunk["eval_count"] = json!(said.written());
}

fn line(value: &Value) -> Vec<u8> {
    format!("{value}\n").into_bytes()
}
