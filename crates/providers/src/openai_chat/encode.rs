//! From a prompt to the body of a request.

use std::borrow::Cow;

use domain::model::{AskedCall, Message, ModelSpec, OfferedTool, Protocol, Reasoning};
use domain::outcome::CallResult;
use serde::Serialize;
use serde_json::Value;

use crate::arguments::acceptable;
use crate::dialect::{self, Written};
use crate::ids::Ids;
use crate::known::known;
use crate::names::{Allowed, Names, Naming};
use crate::openai_chat::thoughts::{self, CONTENT, DETAILS};
use crate::preset::{self, Quirks};
use crate::write::write;

/// What follows a base address.
const PATH: &str = "/chat/completions";

/// A request as far as it is written. Fields stand in the order in which they are written here, so that a longer
/// conversation begins with the bytes of the shorter one: nothing is written twice, and a provider's prompt cache can
/// find it.
#[derive(Clone, Debug)]
pub(crate) struct Encoding {
    /// From the first byte to the last message.
    written: Vec<u8>,
    /// What follows the messages, as far as it is the same for every request: the offered tools.
    tools: Vec<u8>,
    /// And what follows these: the bound on what is written, if a person set one, and whether it shall stream.
    end: String,
    streams: bool,
    quirks: Quirks,
    /// Whether the model takes a word about several calls at once.
    takes_parallel: bool,
    has_messages: bool,
    /// The field in which what was thought goes back, if it does.
    thoughts: Option<&'static str>,
    ids: Ids,
    naming: Naming,
}

impl Encoding {
    /// A request without messages.
    pub(crate) fn new(spec: &ModelSpec, system: &str, tools: &[OfferedTool]) -> Self {
        let quirks = preset::quirks(spec);
        let mut naming = Naming::new(Allowed::OPENAI, tools.iter().map(|tool| tool.name.as_str()));
        let mut written = b"{\"model\":".to_vec();
        write(&mut written, &spec.model);
        written.extend_from_slice(b",\"messages\":[");
        let mut offered = Vec::new();
        for tool in tools {
            offered.extend_from_slice(if offered.is_empty() { b",\"tools\":[" } else { b"," });
            write(&mut offered, &Tool::of(tool, naming.sent(&tool.name)));
        }
        if !offered.is_empty() {
            offered.push(b']');
        }
        let mut encoding = Self {
            written,
            tools: offered,
            end: end(spec, quirks),
            streams: dialect::streams(spec),
            quirks,
            // A model that never asks for two refuses the field instead of taking it for granted (OpenAI's o models).
            takes_parallel: quirks.parallel_tool_calls && known(spec).parallel != Some(false),
            has_messages: false,
            thoughts: thoughts::wanted(spec),
            ids: Ids::new(quirks.nine_letter_ids),
            naming,
        };
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
}

impl dialect::Encoding for Encoding {
    fn push(&mut self, message: &Message) {
        match message {
            Message::User(text) => self.add(&WireMessage::User { content: text }),
            Message::Assistant { text, calls, reasoning } => {
                let thought = |field| {
                    self.thoughts
                        .filter(|wanted| *wanted == field)
                        .and(of(reasoning, field))
                        .map(Cow::Borrowed)
                };
                let (mut reasoning_content, reasoning_details) = (thought(CONTENT), thought(DETAILS));
                // What was thought in an earlier turn, or by another model, is not at hand.
                if self.thoughts == Some(CONTENT) && !calls.is_empty() {
                    reasoning_content =
                        reasoning_content.or_else(|| Some(Cow::Owned(UNKNOWN_THOUGHT.into())));
                }
                let content = match text.as_str() {
                    "" if calls.is_empty() => Some(Some("")),
                    "" => self.quirks.content_beside_calls.then_some(None),
                    text => Some(Some(text)),
                };
                let sent = self.ids.for_calls(calls);
                let names: Vec<String> =
                    calls.iter().map(|call| self.naming.sent(&call.name).to_owned()).collect();
                let tool_calls = calls.iter().zip(sent).zip(&names);
                let tool_calls = tool_calls.map(|((call, id), name)| WireCall::of(call, id, name)).collect();
                self.add(&WireMessage::Assistant {
                    content,
                    reasoning_content,
                    reasoning_details,
                    tool_calls,
                });
            }
            Message::Results(results) => results.iter().for_each(|result| self.push_result(result)),
        }
    }

    fn push_result(&mut self, result: &CallResult) {
        let tool_call_id = self.ids.for_result(&result.id);
        self.add(&WireMessage::Tool { tool_call_id, content: result.message() });
    }

    fn request(&self, parallel: Option<bool>) -> Written {
        let parallel = match parallel.filter(|_| self.takes_parallel && !self.tools.is_empty()) {
            None => "",
            Some(true) => ",\"parallel_tool_calls\":true",
            Some(false) => ",\"parallel_tool_calls\":false",
        };
        let parts = [&self.written, &b"]"[..], &self.tools, parallel.as_bytes(), self.end.as_bytes()];
        let headers = vec![dialect::accept(self.streams)];
        Written { path: PATH.to_owned(), headers, body: parts.concat() }
    }

    fn names(&self) -> &Names {
        self.naming.names()
    }
}

/// Stands for thoughts that are not at hand: those who want them back with calls answer 400 without the field, and some of
/// them where it is empty.
const UNKNOWN_THOUGHT: &str = " ";

/// A field of what was thought in this protocol.
fn of<'a>(reasoning: &'a [Reasoning], field: &str) -> Option<&'a Value> {
    let ours = reasoning.iter().filter(|piece| piece.protocol == Protocol::OpenaiChat);
    ours.filter_map(|piece| piece.item.0.get(field)).next()
}

/// What a request ends with. The usage of a stream comes only if it is asked for, but to ask whom does not know the field
/// is to be refused.
fn end(spec: &ModelSpec, quirks: Quirks) -> String {
    let limit = spec.capabilities.max_output.map(|most| format!(",\"{}\":{most}", quirks.limit.field()));
    if !dialect::streams(spec) {
        return format!("{},\"stream\":false}}", limit.unwrap_or_default());
    }
    let options = if quirks.stream_options { ",\"stream_options\":{\"include_usage\":true}" } else { "" };
    format!("{},\"stream\":true{options}}}", limit.unwrap_or_default())
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
        /// `null` beside calls without words, as the protocol's own documents show it; nothing where that is refused.
        #[serde(skip_serializing_if = "Option::is_none")]
        content: Option<Option<&'a str>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reasoning_content: Option<Cow<'a, Value>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reasoning_details: Option<Cow<'a, Value>>,
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
    fn of(tool: &'a OfferedTool, name: &'a str) -> Self {
        let function = ToolFunction { name, description: &tool.description, parameters: &tool.input.0 };
        Self { r#type: "function", function }
    }
}

impl<'a> WireCall<'a> {
    fn of(call: &'a AskedCall, id: String, name: &'a str) -> Self {
        let function = WireFunction { name, arguments: acceptable(&call.arguments) };
        Self { id, r#type: "function", function }
    }
}
