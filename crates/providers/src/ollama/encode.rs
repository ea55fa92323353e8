//! From a prompt to the body of a request.

use std::borrow::Cow;

use domain::model::{AskedCall, Message, ModelSpec, OfferedTool, Protocol, Reasoning};
use domain::outcome::CallResult;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::dialect::{self, Written};
use crate::ids::Ids;
use crate::names::{Allowed, Names, Naming};
use crate::objects::{object, rooted, without_booleans};
use crate::write::write;

/// What follows a base address.
const PATH: &str = "/api/chat";

/// A request as far as it is written; what stays the same stands first.
#[derive(Debug)]
pub(crate) struct Encoding {
    /// From the first byte to the last message.
    written: Vec<u8>,
    has_messages: bool,
    streams: bool,
    ids: Ids,
    /// The calls of the last message: the ids and names under which they were sent.
    asked: Vec<(String, String)>,
    naming: Naming,
}

impl Encoding {
    /// A request without messages.
    pub(crate) fn new(spec: &ModelSpec, system: &str, tools: &[OfferedTool]) -> Self {
        // Ollama takes any name; the models behind it were trained on these.
        let mut naming = Naming::new(Allowed::OPENAI, tools.iter().map(|tool| tool.name.as_str()));
        let streams = dialect::streams(spec);
        let head = Head {
            model: &spec.model,
            stream: streams,
            options: Options::of(spec),
            tools: tools.iter().map(|tool| Tool::of(tool, naming.sent(&tool.name).to_owned())).collect(),
        };
        let mut written = Vec::new();
        write(&mut written, &head);
        // The object goes on.
        written.pop();
        written.extend_from_slice(b",\"messages\":[");
        let (ids, asked) = (Ids::default(), Vec::new());
        let mut encoding = Self { written, has_messages: false, streams, ids, asked, naming };
        if !system.is_empty() {
            encoding.add(&WireMessage::System { content: system });
        }
        encoding
    }

    fn add(&mut self, message: &WireMessage<'_>) {
        if std::mem::replace(&mut self.has_messages, true) {
            self.written.push(b',');
        }
        write(&mut self.written, message);
    }

    fn add_assistant(&mut self, text: &str, calls: &[AskedCall], reasoning: &[Reasoning]) {
        let names = calls.iter().map(|call| self.naming.sent(&call.name).to_owned());
        let names: Vec<String> = names.collect();
        self.asked = self.ids.for_calls(calls).into_iter().zip(names).collect();
        let thinking: String = reasoning
            .iter()
            .filter(|piece| piece.protocol == Protocol::Ollama)
            .filter_map(|piece| piece.item.0.get("thinking").and_then(Value::as_str))
            .collect();
        let asked = std::mem::take(&mut self.asked);
        let tool_calls = calls.iter().zip(&asked).map(|(call, (id, name))| WireCall {
            id,
            function: WireFunction { name, arguments: object(&call.arguments) },
        });
        let tool_calls = tool_calls.collect();
        self.add(&WireMessage::Assistant { content: text, thinking, tool_calls });
        self.asked = asked;
    }
}

impl dialect::Encoding for Encoding {
    fn push(&mut self, message: &Message) {
        match message {
            Message::User(text) => self.add(&WireMessage::User { content: text }),
            Message::Assistant { text, calls, reasoning } => self.add_assistant(text, calls, reasoning),
            Message::Results(results) => results.iter().for_each(|result| self.push_result(result)),
        }
    }

    fn push_result(&mut self, result: &CallResult) {
        let tool_call_id = self.ids.for_result(&result.id);
        let asked = self.asked.iter().find(|(id, _)| *id == tool_call_id);
        let tool_name = asked.map(|(_, name)| name.clone()).unwrap_or_default();
        let content = result.message();
        self.add(&WireMessage::Tool {
            content: &content,
            tool_name: &tool_name,
            tool_call_id: &tool_call_id,
        });
    }

    fn request(&self, _: Option<bool>) -> Written {
        let accept = if self.streams { "application/x-ndjson" } else { "application/json" };
        let headers = vec![("accept".to_owned(), accept.to_owned())];
        Written { path: PATH.to_owned(), headers, body: [&self.written, &b"]}"[..]].concat() }
    }

    fn names(&self) -> &Names {
        self.naming.names()
    }
}

#[derive(Serialize)]
struct Head<'a> {
    model: &'a str,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Options>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
}

#[derive(Serialize)]
struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    num_ctx: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_predict: Option<u32>,
}

impl Options {
    /// What a person said of the model. Where nobody did, Ollama takes a window of a few thousand tokens and cuts the
    /// beginning off a longer conversation without a word.
    fn of(spec: &ModelSpec) -> Option<Self> {
        let (num_ctx, num_predict) = (spec.capabilities.context, spec.capabilities.max_output);
        num_ctx.or(num_predict).map(|_| Self { num_ctx, num_predict })
    }
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
        content: &'a str,
        #[serde(skip_serializing_if = "String::is_empty")]
        thinking: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<WireCall<'a>>,
    },
    Tool {
        content: &'a str,
        tool_name: &'a str,
        tool_call_id: &'a str,
    },
}

#[derive(Serialize)]
struct WireCall<'a> {
    id: &'a str,
    function: WireFunction<'a>,
}

#[derive(Serialize)]
struct WireFunction<'a> {
    name: &'a str,
    arguments: Box<RawValue>,
}

#[derive(Serialize)]
struct Tool<'a> {
    r#type: &'static str,
    function: ToolFunction<'a>,
}

#[derive(Serialize)]
struct ToolFunction<'a> {
    name: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    parameters: Cow<'a, Value>,
}

impl<'a> Tool<'a> {
    fn of(tool: &'a OfferedTool, name: String) -> Self {
        let parameters = Cow::Owned(without_booleans(rooted(&tool.input.0).into_owned()));
        Self {
            r#type: "function",
            function: ToolFunction { name, description: &tool.description, parameters },
        }
    }
}
