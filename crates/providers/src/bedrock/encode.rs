//! From a prompt to the body of a request.

use std::borrow::Cow;
use std::collections::BTreeSet;

use domain::model::{AskedCall, Message, ModelSpec, OfferedTool, Protocol, Reasoning};
use domain::outcome::CallResult;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::dialect::{self, Written};
use crate::ids::Ids;
use crate::names::{Allowed, Names, Naming};
use crate::objects::{object, rooted};
use crate::write::write;

/// What stands in an address as it is (RFC 3986 §2.3). A model's id may be an ARN, with colons and slashes.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A request as far as it is written.
///
/// Roles take turns in this protocol: what one says after another stands in one message, which stays open until the
/// other speaks. So all results of a batch are one message, and what a person adds joins them.
#[derive(Debug)]
pub(crate) struct Encoding {
    path: String,
    streams: bool,
    /// From the first byte to the last block.
    written: Vec<u8>,
    /// Whose message is open.
    open: Option<&'static str>,
    /// What was offered, which follows the messages.
    tools: Vec<Value>,
    /// The tools that were called, as they were sent.
    called: BTreeSet<String>,
    ids: Ids,
    naming: Naming,
}

impl Encoding {
    /// A request without messages.
    pub(crate) fn new(spec: &ModelSpec, system: &str, tools: &[OfferedTool]) -> Self {
        let mut naming = Naming::new(Allowed::OPENAI, tools.iter().map(|tool| tool.name.as_str()));
        let streams = dialect::streams(spec);
        let model = utf8_percent_encode(&spec.model, RESERVED);
        let verb = if streams { "converse-stream" } else { "converse" };
        let mut written = vec![b'{'];
        if !system.trim().is_empty() {
            field(&mut written, "system", &[Text { text: system }]);
        }
        if let Some(tokens) = spec.capabilities.max_output {
            field(&mut written, "inferenceConfig", &json!({ "maxTokens": tokens }));
        }
        written.extend_from_slice(b"\"messages\":[");
        Self {
            path: format!("/model/{model}/{verb}"),
            streams,
            written,
            open: None,
            tools: tools.iter().map(|tool| offered(tool, naming.sent(&tool.name))).collect(),
            called: BTreeSet::new(),
            ids: Ids::default(),
            naming,
        }
    }

    /// Adds a block to this role's message.
    fn add(&mut self, role: &'static str, block: &(impl Serialize + ?Sized)) {
        match self.open {
            Some(open) if open == role => self.written.push(b','),
            before => {
                let end = if before.is_some() { "]}," } else { "" };
                let start = format!("{end}{{\"role\":\"{role}\",\"content\":[");
                self.written.extend_from_slice(start.as_bytes());
                self.open = Some(role);
            }
        }
        write(&mut self.written, block);
    }

    /// Words; none where there are none, for a blank block is refused.
    fn add_text(&mut self, role: &'static str, text: &str) {
        if !text.trim().is_empty() {
            self.add(role, &Text { text });
        }
    }

    fn add_assistant(&mut self, text: &str, calls: &[AskedCall], reasoning: &[Reasoning]) {
        let mut thoughts = reasoning.iter().filter(|piece| piece.protocol == Protocol::Bedrock).peekable();
        while let Some(thought) = thoughts.next_if(|thought| thought.after == 0) {
            self.add("assistant", &thought.item.0);
        }
        self.add_text("assistant", text);
        let fitting: Vec<AskedCall> =
            calls.iter().map(|call| AskedCall { id: fitting(&call.id), ..call.clone() }).collect();
        let ids = self.ids.for_calls(&fitting);
        for ((call, id), before) in fitting.iter().zip(ids).zip(0_u32..) {
            while let Some(thought) = thoughts.next_if(|thought| thought.after <= before) {
                self.add("assistant", &thought.item.0);
            }
            let name = self.naming.sent(&call.name).to_owned();
            let tool_use = ToolUse { tool_use_id: id, name: &name, input: object(&call.arguments) };
            self.add("assistant", &Block::ToolUse(tool_use));
            self.called.insert(name);
        }
        thoughts.for_each(|thought| self.add("assistant", &thought.item.0));
    }

    /// A conversation with calls in it is refused unless some tool is offered: where none is any more, those that were
    /// called are named, and nothing is said of them.
    fn tool_config(&self) -> Option<Value> {
        let tools: Cow<'_, [Value]> = if self.tools.is_empty() {
            let bare = |name: &String| tool_spec(name, "", &json!({"type": "object"}));
            Cow::Owned(self.called.iter().map(bare).collect())
        } else {
            Cow::Borrowed(&self.tools)
        };
        (!tools.is_empty()).then(|| json!({ "tools": tools }))
    }
}

impl dialect::Encoding for Encoding {
    fn push(&mut self, message: &Message) {
        match message {
            Message::User(text) => self.add_text("user", text),
            Message::Assistant { text, calls, reasoning } => self.add_assistant(text, calls, reasoning),
            Message::Results(results) => results.iter().for_each(|result| self.push_result(result)),
        }
    }

    fn push_result(&mut self, result: &CallResult) {
        let tool_use_id = self.ids.for_result(&fitting(&result.id));
        let message = result.message();
        let content = [Text { text: &message }];
        let status = (!result.ok).then_some("error");
        self.add("user", &Block::ToolResult(ToolResult { tool_use_id, content, status }));
    }

    /// The protocol has no word for one call at a time that would hold for every model.
    fn request(&self, _: Option<bool>) -> Written {
        let mut body = self.written.clone();
        if self.open.is_some() {
            body.extend_from_slice(b"]}");
        }
        body.push(b']');
        if let Some(tools) = self.tool_config() {
            body.extend_from_slice(b",\"toolConfig\":");
            write(&mut body, &tools);
        }
        body.push(b'}');
        let accept = if self.streams { "application/vnd.amazon.eventstream" } else { "application/json" };
        Written { path: self.path.clone(), headers: vec![("accept".to_owned(), accept.to_owned())], body }
    }

    fn names(&self) -> &Names {
        self.naming.names()
    }
}

fn field(to: &mut Vec<u8>, name: &str, value: &(impl Serialize + ?Sized)) {
    to.extend_from_slice(format!("\"{name}\":").as_bytes());
    write(to, value);
    to.push(b',');
}

fn offered(tool: &OfferedTool, name: &str) -> Value {
    tool_spec(name, &tool.description, &rooted(&tool.input.0))
}

/// A description may be missing, but not empty.
fn tool_spec(name: &str, description: &str, schema: &Value) -> Value {
    let mut spec = json!({ "name": name, "inputSchema": { "json": schema } });
    if !description.is_empty() {
        spec["description"] = description.into();
    }
    json!({ "toolSpec": spec })
}

/// The id, if this protocol takes it; another provider's may be longer or hold other characters, and a new one is made.
fn fitting(id: &str) -> String {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if id.len() <= 64 && id.bytes().all(good) { id.to_owned() } else { String::new() }
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Block<'a> {
    ToolUse(ToolUse<'a>),
    ToolResult(ToolResult<'a>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToolUse<'a> {
    tool_use_id: String,
    name: &'a str,
    input: Box<RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToolResult<'a> {
    tool_use_id: String,
    content: [Text<'a>; 1],
    /// Only where it went wrong: not every model takes the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}
