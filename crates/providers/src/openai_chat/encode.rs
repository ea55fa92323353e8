//! From a prompt to the body of a request.

use std::borrow::Cow;

use domain::model::{AskedCall, Message, ModelSpec, OfferedTool, Parallel, Prompt};
use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::openai_chat::ids::Ids;

/// The exact bytes. Fields stand in the order of the structs below, so that a longer conversation begins with the
/// bytes of the shorter one and a provider's prompt cache can find it.
pub(crate) fn encode(spec: &ModelSpec, prompt: &Prompt) -> Vec<u8> {
    let tools: Vec<Tool<'_>> = prompt.tools.iter().map(Tool::of).collect();
    let request = Request {
        model: &spec.model,
        messages: messages(prompt),
        parallel_tool_calls: if tools.is_empty() { None } else { parallel(spec, prompt) },
        tools,
        stream: true,
        stream_options: StreamOptions { include_usage: true },
    };
    // Writing JSON to memory fails only for maps whose keys are no strings, and there is none.
    serde_json::to_vec(&request).unwrap_or_default()
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: Vec<WireMessage<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
    stream: bool,
    stream_options: StreamOptions,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
#[serde(tag = "role", rename_all = "lowercase")]
enum WireMessage<'a> {
    System {
        content: &'a str,
    },
    User {
        content: &'a str,
    },
    Assistant {
        /// `null` beside calls without words, as the protocol's own documents show it.
        content: Option<&'a str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<WireCall<'a>>,
    },
    Tool {
        tool_call_id: String,
        content: String,
    },
}

#[derive(Serialize)]
struct WireCall<'a> {
    id: String,
    r#type: &'static str,
    function: WireFunction<'a>,
}

#[derive(Serialize)]
struct WireFunction<'a> {
    name: &'a str,
    arguments: Cow<'a, str>,
}

#[derive(Serialize)]
struct Tool<'a> {
    r#type: &'static str,
    function: ToolFunction<'a>,
}

#[derive(Serialize)]
struct ToolFunction<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    parameters: &'a Value,
}

impl<'a> Tool<'a> {
    fn of(tool: &'a OfferedTool) -> Self {
        let function =
            ToolFunction { name: &tool.name, description: &tool.description, parameters: &tool.input.0 };
        Self { r#type: "function", function }
    }
}

/// What this prompt asks for, or else what the model's settings do; `None` leaves it to the provider, since not every
/// imitation knows the field.
fn parallel(spec: &ModelSpec, prompt: &Prompt) -> Option<bool> {
    let asked = if prompt.parallel == Parallel::Auto { spec.parallel } else { prompt.parallel };
    match asked {
        Parallel::Auto => None,
        Parallel::On => Some(true),
        Parallel::Off => Some(false),
    }
}

fn messages(prompt: &Prompt) -> Vec<WireMessage<'_>> {
    let mut ids = Ids::default();
    let mut wire = Vec::with_capacity(prompt.messages.len() + 1);
    if !prompt.system.is_empty() {
        wire.push(WireMessage::System { content: &prompt.system });
    }
    for message in &prompt.messages {
        match message {
            Message::User(text) => wire.push(WireMessage::User { content: text }),
            Message::Assistant { text, calls } => {
                let content = (!text.is_empty() || calls.is_empty()).then_some(text.as_str());
                let sent = ids.for_calls(calls);
                let tool_calls = calls.iter().zip(sent).map(|(call, id)| WireCall::of(call, id)).collect();
                wire.push(WireMessage::Assistant { content, tool_calls });
            }
            Message::Results(results) => wire.extend(results.iter().map(|result| WireMessage::Tool {
                tool_call_id: ids.for_result(&result.id),
                content: result.message(),
            })),
        }
    }
    wire
}

impl<'a> WireCall<'a> {
    fn of(call: &'a AskedCall, id: String) -> Self {
        let function = WireFunction { name: &call.name, arguments: arguments(&call.arguments) };
        Self { id, r#type: "function", function }
    }
}

/// What a model wrote, in a form that every provider accepts.
///
/// OpenAI takes any text here, but many imitations parse it as an object to fill in the model's template and answer
/// 400 or 500 to anything else, which would end the conversation over one bad call. What is not an object is therefore
/// wrapped into one. `{}` in its place would be accepted too, but then the model could not see what it had written,
/// which is what the result beside it, saying that these arguments were refused, is about.
fn arguments(written: &str) -> Cow<'_, str> {
    let text = written.trim();
    if text.is_empty() || text == "null" {
        return Cow::Borrowed("{}");
    }
    if text.starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok() {
        return Cow::Borrowed(written);
    }
    Cow::Owned(serde_json::json!({ "arguments_as_written": written }).to_string())
}
