//! The request of the Chat Completions protocol, as far as it matters to a model without a mind.

use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub(super) struct ChatRequest {
    #[serde(default)]
    pub(super) model: String,
    pub(super) messages: Vec<Message>,
    #[serde(default)]
    tools: Option<Vec<Tool>>,
    #[serde(default)]
    tool_choice: Option<Value>,
    #[serde(default)]
    stream: Option<bool>,
    #[serde(default)]
    stream_options: Option<StreamOptions>,
    #[serde(default)]
    parallel_tool_calls: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Message {
    pub(super) role: String,
    #[serde(default)]
    content: Value,
    #[serde(default)]
    tool_calls: Option<Vec<Call>>,
    #[serde(default)]
    pub(super) tool_call_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) function: CalledFunction,
}

#[derive(Deserialize)]
pub(super) struct CalledFunction {
    pub(super) name: String,
    pub(super) arguments: String,
}

#[derive(Deserialize)]
struct Tool {
    function: OfferedFunction,
}

#[derive(Deserialize)]
struct OfferedFunction {
    name: String,
}

#[derive(Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

impl ChatRequest {
    /// The names of the tools that may be called: none if the request forbids calling.
    pub(super) fn offered(&self) -> impl Iterator<Item = &str> {
        let forbidden = self.tool_choice.as_ref().is_some_and(|choice| choice == "none");
        let tools = self.tools.as_deref().filter(|_| !forbidden).unwrap_or_default();
        tools.iter().map(|tool| tool.function.name.as_str())
    }

    pub(super) fn wants_stream(&self) -> bool {
        self.stream.unwrap_or(false)
    }

    pub(super) fn wants_usage(&self) -> bool {
        self.stream_options.as_ref().is_some_and(|options| options.include_usage)
    }

    /// How many calls one message may hold.
    pub(super) fn batch_limit(&self) -> usize {
        if self.parallel_tool_calls == Some(false) { 1 } else { 15 }
    }

    /// The messages of the turn under way: the last question and all that followed it.
    pub(super) fn turn(&self) -> &[Message] {
        let start = self.messages.iter().rposition(|message| message.role == "user").unwrap_or(0);
        &self.messages[start..]
    }

    /// A call to which no message responds; the protocol allows none.
    pub(super) fn unanswered_call(&self) -> Option<&str> {
        let answered = |id: &str| {
            self.messages
                .iter()
                .any(|message| message.role == "tool" && message.tool_call_id.as_deref() == Some(id))
        };
        self.messages
            .iter()
            .flat_map(|message| message.calls())
            .map(|call| call.id.as_str())
            .find(|id| !answered(id))
    }
}

impl Message {
    pub(super) fn calls(&self) -> &[Call] {
        self.tool_calls.as_deref().unwrap_or_default()
    }

    /// The message's text, whether it came as a string or in parts.
    pub(super) fn text(&self) -> String {
        match &self.content {
            Value::String(text) => text.clone(),
            Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
            _ => String::new(),
        }
    }
}

/// An error as OpenAI writes it.
pub(super) fn error_body(kind: &str, code: &str, message: &str) -> Value {
    json!({ "error": { "message": message, "type": kind, "param": null, "code": code } })
}
