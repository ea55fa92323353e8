//! From a prompt to the body of a request.

use std::borrow::Cow;

use domain::model::{AskedCall, Message, ModelSpec, OfferedTool, Protocol, Reasoning};
use domain::outcome::CallResult;
use serde::Serialize;
use serde_json::Value;

use crate::arguments::acceptable;
use crate::dialect::{self, Written};
use crate::ids::Ids;
use crate::names::{Allowed, Names, Naming};
use crate::objects::rooted;
use crate::write::write;

/// What follows a base address.
const PATH: &str = "/chat";

/// A request as far as it is written; what stays the same stands first.
#[derive(Debug)]
pub(crate) struct Encoding {
    /// From the first byte to the last message.
    written: Vec<u8>,
    has_messages: bool,
    streams: bool,
    ids: Ids,
    naming: Naming,
}

impl Encoding {
    /// A request without messages.
    pub(crate) fn new(spec: &ModelSpec, system: &str, tools: &[OfferedTool]) -> Self {
        let mut naming = Naming::new(Allowed::COHERE, tools.iter().map(|tool| tool.name.as_str()));
        let streams = dialect::streams(spec);
        let head = Head {
            model: &spec.model,
            stream: streams,
            max_tokens: spec.capabilities.max_output,
            tools: tools.iter().map(|tool| Tool::of(tool, naming.sent(&tool.name).to_owned())).collect(),
        };
        let mut written = Vec::new();
        write(&mut written, &head);
        // The object goes on.
        written.pop();
        written.extend_from_slice(b",\"messages\":[");
        let mut encoding = Self { written, has_messages: false, streams, ids: Ids::default(), naming };
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
        let ids = self.ids.for_calls(calls);
        let names: Vec<String> = calls.iter().map(|call| self.naming.sent(&call.name).to_owned()).collect();
        let ours = reasoning.iter().filter(|piece| piece.protocol == Protocol::Cohere);
        let (plans, mut content): (Vec<_>, Vec<_>) =
            ours.map(|piece| Cow::Borrowed(&piece.item.0)).partition(|item| item.get("tool_plan").is_some());
        let tool_plan = plans.iter().filter_map(|plan| plan.get("tool_plan")?.as_str()).collect();
        if !text.is_empty() {
            content.push(Cow::Owned(serde_json::json!({"type": "text", "text": text})));
        }
        // A message that says nothing at all is refused.
        if content.is_empty() && calls.is_empty() {
            return;
        }
        let tool_calls = calls.iter().zip(ids).zip(names).map(|((call, id), name)| WireCall {
            id,
            r#type: "function",
            function: WireFunction { name, arguments: acceptable(&call.arguments) },
        });
        let tool_calls = tool_calls.collect();
        self.add(&WireMessage::Assistant { content, tool_plan, tool_calls });
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
        let document = Document { data: result.message() };
        self.add(&WireMessage::Tool {
            tool_call_id,
            content: [ToolContent { r#type: "document", document }],
        });
    }

    /// Cohere has no word for one call at a time.
    fn request(&self, _: Option<bool>) -> Written {
        let headers = vec![dialect::accept(self.streams)];
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
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
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
        /// Blocks of thought as they came, then the words.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        content: Vec<Cow<'a, Value>>,
        #[serde(skip_serializing_if = "String::is_empty")]
        tool_plan: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<WireCall<'a>>,
    },
    Tool {
        tool_call_id: String,
        content: [ToolContent; 1],
    },
}

#[derive(Serialize)]
struct ToolContent {
    r#type: &'static str,
    document: Document,
}

#[derive(Serialize)]
struct Document {
    data: String,
}

#[derive(Serialize)]
struct WireCall<'a> {
    id: String,
    r#type: &'static str,
    function: WireFunction<'a>,
}

#[derive(Serialize)]
struct WireFunction<'a> {
    name: String,
    arguments: Cow<'a, str>,
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
        let parameters = rooted(&tool.input.0);
        let function = ToolFunction { name, description: &tool.description, parameters };
        Self { r#type: "function", function }
    }
}
