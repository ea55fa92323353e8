//! A client of the model as Tieout is one: it offers the source files' tools, runs the calls it is
//! asked for, and hands the results back under handles.

use rehearsal::{DemoModel, DemoSource, Rehearsal};
use serde_json::{Map, Value, json};

use crate::client::{Seen, ask, get};

/// A whole turn.
#[derive(Debug)]
pub(crate) struct Turn {
    /// The names and arguments of the calls of each message that had some.
    pub(crate) batches: Vec<Vec<(String, Value)>>,
    /// Every result's text, by order of its handle from `c1`.
    pub(crate) results: Vec<String>,
    pub(crate) answer: String,
}

impl Turn {
    pub(crate) fn sources_of(&self, batch: usize) -> Vec<&str> {
        let names = self.batches[batch].iter().map(|(name, _)| name.split_once("__").unwrap().0);
        let mut sources: Vec<&str> = names.collect();
        sources.sort_unstable();
        sources.dedup();
        sources
    }
}

/// How a turn is run.
pub(crate) struct Host<'a> {
    pub(crate) rehearsal: &'a Rehearsal,
    pub(crate) sources: Vec<DemoSource>,
    pub(crate) parallel: bool,
    /// Refuses what it is given instead of calling it, if this says so.
    pub(crate) refuses: fn(&str) -> bool,
}

impl<'a> Host<'a> {
    pub(crate) fn new(rehearsal: &'a Rehearsal) -> Self {
        Self { rehearsal, sources: rehearsal.sources(), parallel: true, refuses: |_| false }
    }

    pub(crate) fn with_sources(mut self, names: &[&str]) -> Self {
        self.sources.retain(|source| names.contains(&source.name.as_str()));
        self
    }

    pub(crate) async fn asks(&self, question: &str) -> Turn {
        let tools: Vec<Value> = self.sources.iter().flat_map(offered).collect();
        let mut messages = vec![
            json!({ "role": "system", "content": "Cite." }),
            json!({ "role": "user", "content": question }),
        ];
        let mut turn = Turn { batches: Vec::new(), results: Vec::new(), answer: String::new() };
        for _ in 0..40 {
            let mut request = json!({ "model": "rehearsal-1", "messages": messages, "stream": true });
            if !tools.is_empty() {
                request["tools"] = json!(tools);
                request["parallel_tool_calls"] = json!(self.parallel);
            }
            let message = assembled(&chat(&self.rehearsal.model(), &request).await);
            messages.push(message.clone());
            let Some(calls) = message["tool_calls"].as_array() else {
                turn.answer = message["content"].as_str().unwrap().to_owned();
                return turn;
            };
            let mut batch = Vec::new();
            for call in calls {
                let name = call["function"]["name"].as_str().unwrap();
                let arguments: Value =
                    serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
                let body = if (self.refuses)(name) {
                    "refused: not today".to_owned()
                } else {
                    self.calls(name, &arguments).await
                };
                let handle = turn.results.len() + 1;
                let content = format!("[c{handle}] {}\n{body}", name.replacen("__", ".", 1));
                messages.push(json!({ "role": "tool", "tool_call_id": call["id"], "content": content }));
                turn.results.push(body);
                batch.push((name.to_owned(), arguments));
            }
            turn.batches.push(batch);
        }
        panic!("no answer after 40 messages");
    }

    async fn calls(&self, name: &str, arguments: &Value) -> String {
        let (source, tool) = name.split_once("__").unwrap();
        let source = self.sources.iter().find(|known| known.name == source).unwrap();
        let file: toml::Table = source.toml.parse().unwrap();
        let tool = file["tool"]
            .as_array()
            .unwrap()
            .iter()
            .find(|known| known["name"].as_str() == Some(tool))
            .unwrap();
        let (mut path, mut rest) = (tool["path"].as_str().unwrap().to_owned(), Map::new());
        for (name, value) in arguments.as_object().unwrap() {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let place = format!("{{{name}}}");
            if path.contains(&place) {
                path = path.replace(&place, &text);
            } else {
                rest.insert(name.clone(), value.clone());
            }
        }
        let method = tool["method"].as_str().unwrap();
        let seen = if method == "GET" {
            let query: Vec<String> = rest
                .iter()
                .map(|(name, value)| {
                    format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                })
                .collect();
            ask(source, &format!("{path}?{}", query.join("&"))).send().await
        } else {
            ask(source, &path).method(method).body(&Value::Object(rest)).send().await
        };
        match seen.status {
            200..300 => seen.text().to_owned(),
            status => format!("failed: {status}, {}", seen.json()["detail"].as_str().unwrap()),
        }
    }
}

/// The tools of a source file, in the form in which a model is offered them.
pub(crate) fn offered(source: &DemoSource) -> Vec<Value> {
    let file: toml::Table = source.toml.parse().unwrap();
    let tools = file["tool"].as_array().unwrap();
    tools
        .iter()
        .map(|tool| {
            json!({ "type": "function", "function": {
                "name": format!("{}__{}", source.name, tool["name"].as_str().unwrap()),
                "description": tool["description"].as_str().unwrap(),
                "parameters": serde_json::to_value(&tool["input"]).unwrap(),
            } })
        })
        .collect()
}

pub(crate) async fn chat(model: &DemoModel, request: &Value) -> Seen {
    get(&model.base_url, "/chat/completions")
        .method("POST")
        .header("authorization", &format!("Bearer {}", model.secret))
        .header("content-type", "application/json")
        .body(request)
        .send()
        .await
}

/// The events of a stream, the closing `[DONE]` taken off; it must be there.
pub(crate) fn events(seen: &Seen) -> Vec<Value> {
    assert_eq!((seen.status, seen.complete), (200, true), "{}", seen.text());
    let events: Vec<&str> = seen.text().split("\n\n").filter(|event| !event.is_empty()).collect();
    let (last, events) = events.split_last().unwrap();
    assert_eq!(*last, "data: [DONE]");
    events.iter().map(|event| serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap()).collect()
}

/// The message that a stream's deltas add up to.
pub(crate) fn assembled(seen: &Seen) -> Value {
    let (mut text, mut calls, mut finish) = (String::new(), Vec::<Value>::new(), Value::Null);
    for event in events(seen) {
        let Some(choice) = event["choices"].get(0) else { continue };
        text.push_str(choice["delta"]["content"].as_str().unwrap_or_default());
        for delta in choice["delta"]["tool_calls"].as_array().into_iter().flatten() {
            let index = usize::try_from(delta["index"].as_u64().unwrap()).unwrap();
            if index == calls.len() {
                calls.push(delta.clone());
            } else {
                let fragment = delta["function"]["arguments"].as_str().unwrap();
                let joined = format!("{}{fragment}", calls[index]["function"]["arguments"].as_str().unwrap());
                calls[index]["function"]["arguments"] = json!(joined);
            }
        }
        if !choice["finish_reason"].is_null() {
            finish = choice["finish_reason"].clone();
        }
    }
    if calls.is_empty() {
        assert_eq!(finish, "stop");
        json!({ "role": "assistant", "content": text })
    } else {
        assert_eq!(finish, "tool_calls");
        json!({ "role": "assistant", "content": null, "tool_calls": calls })
    }
}
