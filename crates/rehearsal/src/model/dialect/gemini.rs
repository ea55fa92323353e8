//! Gemini `generateContent`: <https://ai.google.dev/api/generate-content>.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::spoken::{Asked, Dialect, Events, FAULT, body, is_name, list, text};
use super::sse;
use crate::exchange::Request;
use crate::keys::Lock;
use crate::model::identity::ID;
use crate::model::said::{Said, Token, object};

pub(super) struct Gemini;

impl Dialect for Gemini {
    fn is_for(&self, path: &str) -> bool {
        path.starts_with("/v1beta/models/") && path.contains(':')
    }

    fn locks(&self) -> &'static [Lock] {
        &[Lock::ApiKey { header: "x-goog-api-key" }]
    }

    fn asked(&self, request: &Request) -> Result<Asked, String> {
        let body = body(request)?;
        let (model, method) =
            request.path.trim_start_matches("/v1beta/models/").split_once(':').unwrap_or_default();
        let streams = method == "streamGenerateContent";
        if streams && !request.query_pairs().contains(&("alt".to_owned(), "sse".to_owned())) {
            return Err(
                "The rehearsal writes streams as server-sent events alone: ask for alt=sse.".to_owned()
            );
        }
        let mut tools = Vec::new();
        for declared in list(&body, "tools").iter().flat_map(|tool| list(tool, "functionDeclarations")) {
            let name = text(declared, "name");
            if !is_name(name, ".-:", 64)
                || name.starts_with(|char: char| !char.is_ascii_alphabetic() && char != '_')
            {
                return Err(format!(
                    "Invalid function name: {name}. Must start with a letter or an underscore."
                ));
            }
            tools.push(json!({ "type": "function", "function": { "name": name } }));
        }
        let words = |content: &Value| {
            list(content, "parts").iter().map(|part| text(part, "text")).collect::<String>()
        };
        let mut messages = vec![json!({ "role": "system", "content": words(&body["systemInstruction"]) })];
        let mut open: Vec<(String, String)> = Vec::new();
        for content in list(&body, "contents") {
            let calls: Vec<_> = parts(content, "functionCall").collect();
            let answers: Vec<_> = parts(content, "functionResponse").collect();
            if answers.len() != open.len() {
                return Err(
                    "Please ensure that the number of function response parts is equal to the number of \
                            function call parts of the function call turn."
                        .to_owned(),
                );
            }
            for (answer, (id, name)) in answers.iter().zip(open.drain(..)) {
                if answer["name"] != name.as_str() || !answer["response"].is_object() {
                    return Err(format!("The function response does not answer {name}."));
                }
                let told =
                    ["result", "output", "error"].iter().find_map(|field| answer["response"][field].as_str());
                let told = told.map_or_else(|| answer["response"].to_string(), str::to_owned);
                messages.push(json!({ "role": "tool", "tool_call_id": id, "content": told }));
            }
            let said = words(content);
            if text(content, "role") == "model" {
                open = calls
                    .iter()
                    .enumerate()
                    .map(|(place, call)| {
                        (format!("call_{}_{place}", messages.len()), text(call, "name").to_owned())
                    })
                    .collect();
                let calls: Vec<_> = calls
                    .iter()
                    .zip(&open)
                    .map(|(call, (id, name))| {
                        json!({
                            "id": id, "type": "function",
                            "function": { "name": name, "arguments": call["args"].to_string() },
                        })
                    })
                    .collect();
                messages.push(json!({ "role": "assistant", "content": said, "tool_calls": calls }));
            } else if !said.is_empty() {
                messages.push(json!({ "role": "user", "content": said }));
            }
        }
        if !open.is_empty() {
            return Err("A function call turn has to be followed by a function response turn.".to_owned());
        }
        Asked::new(json!({ "model": model, "messages": messages, "tools": tools }), streams)
    }

    fn events(&self, said: &Said<'_>, _asked: &Asked) -> Events {
        // Calls come whole: each when the last of its arguments has come to the model's mind.
        let mut calls = parts_of_calls(said).into_iter();
        let mut tokens = Vec::new();
        for (place, token) in said.tokens.iter().enumerate() {
            let mut parts = Vec::new();
            match token {
                Token::Text(text) => parts.push(json!({ "text": text })),
                Token::Call(index, _) if *index > 0 => parts.extend(calls.next()),
                Token::Call(..) | Token::Arguments(..) => {}
            }
            if place + 1 == said.tokens.len() {
                parts.extend(calls.next());
            }
            tokens.push(if parts.is_empty() { Vec::new() } else { sse::data(&chunk(said, &parts, false)) });
        }
        let fault = self.error(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", FAULT);
        Events {
            tokens,
            closing: sse::data(&chunk(said, &[json!({ "text": "" })], true)),
            fault: sse::data(&fault),
        }
    }

    fn whole(&self, said: &Said<'_>) -> Value {
        let words = Some(said.text()).filter(|text| !text.is_empty()).map(|text| json!({ "text": text }));
        let parts: Vec<_> = words.into_iter().chain(parts_of_calls(said)).collect();
        chunk(said, &parts, true)
    }

    fn error(&self, status: StatusCode, _code: &str, message: &str) -> Value {
        let name = match status.as_u16() {
            401 | 403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            400..500 => "INVALID_ARGUMENT",
            503 => "UNAVAILABLE",
            _ => "INTERNAL",
        };
        json!({ "error": { "code": status.as_u16(), "message": message, "status": name } })
    }
}

fn parts<'a>(content: &'a Value, kind: &'static str) -> impl Iterator<Item = &'a Value> {
    list(content, "parts").iter().filter_map(move |part| part.get(kind))
}

fn parts_of_calls(said: &Said<'_>) -> Vec<Value> {
    let part = |(call, arguments): (&crate::model::script::ScriptedCall, String)| json!({ "functionCall": { "name": call.name, "args": object(&arguments) } });
    said.calls().map(part).collect()
}

fn chunk(said: &Said<'_>, parts: &[Value], last: bool) -> Value {
    let mut candidate = json!({ "content": { "role": "model", "parts": parts }, "index": 0 });
    if last {
        // A message that waits for calls ends like any other.
        candidate["finishReason"] = json!(said.finish(["STOP", "STOP", "MAX_TOKENS", "SAFETY"]));
    }
    json!({
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": said.read,
            "candidatesTokenCount": said.written(),
            "totalTokenCount": said.read + said.written(),
        },
        "modelVersion": ID,
        "responseId": format!("{:016x}", said.number),
    })
}
