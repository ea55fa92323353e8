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
use crate::write::write;

/// What follows a base address.
const PATH: &str = "/responses";

/// A request as far as it is written. Fields stand in the order in which they are written here, so that a longer
/// conversation begins with the bytes of the shorter one: nothing is written twice, and a provider's prompt cache can
/// find it.
#[derive(Clone, Debug)]
pub(crate) struct Encoding {
    /// From the first byte to the last item.
    written: Vec<u8>,
    /// What follows the items, as far as it is the same for every request: the offered tools.
    tools: Vec<u8>,
    has_items: bool,
    /// Whether what the model thinks is asked for.
    thinks: bool,
    /// What a request ends with: the bound on what is written, if a person set one, and whether it shall stream.
    end: String,
    streams: bool,
    ids: Ids,
    naming: Naming,
}

impl Encoding {
    /// A request without items.
    pub(crate) fn new(spec: &ModelSpec, system: &str, tools: &[OfferedTool]) -> Self {
        let model = spec.model.as_str();
        let mut naming = Naming::new(Allowed::OPENAI, tools.iter().map(|tool| tool.name.as_str()));
        let mut written = b"{\"model\":".to_vec();
        write(&mut written, model);
        if !system.is_empty() {
            written.extend_from_slice(b",\"instructions\":");
            write(&mut written, system);
        }
        written.extend_from_slice(b",\"input\":[");
        let mut offered = Vec::new();
        for tool in tools {
            offered.extend_from_slice(if offered.is_empty() { b",\"tools\":[" } else { b"," });
            write(&mut offered, &Tool::of(tool, naming.sent(&tool.name)));
        }
        if !offered.is_empty() {
            offered.push(b']');
        }
        let thinks = may_think(model);
        let streams = dialect::streams(spec);
        let limit = spec.capabilities.max_output.map(|most| format!(",\"max_output_tokens\":{most}"));
        let end = format!("{},\"stream\":{streams}}}", limit.unwrap_or_default());
        Self { written, tools: offered, has_items: false, thinks, end, streams, ids: Ids::default(), naming }
    }

    fn add(&mut self, item: &(impl Serialize + ?Sized)) {
        if std::mem::replace(&mut self.has_items, true) {
            self.written.push(b',');
        }
        write(&mut self.written, item);
    }

    fn words(&mut self, role: &'static str, phase: Option<&str>, text: &str) {
        let r#type = if role == "user" { "input_text" } else { "output_text" };
        if !text.is_empty() || role == "user" {
            self.add(&Item::Message { role, content: [Part { r#type, text }], phase });
        }
    }

    /// A message of the model: its words, calls and thoughts, each where it stood. Thoughts that nothing follows are
    /// refused, so they go only with what they led to.
    fn message(&mut self, text: &str, calls: &[AskedCall], reasoning: &[Reasoning]) {
        if text.is_empty() && calls.is_empty() {
            return;
        }
        let ours: Vec<&Reasoning> =
            reasoning.iter().filter(|piece| piece.protocol == Protocol::OpenaiResponses).collect();
        let has_places = ours.iter().any(|piece| length(&piece.item.0).is_some());
        let ids = self.ids.for_calls(calls);
        let mut rest = text;
        for place in 0..=calls.len() {
            for piece in ours.iter().filter(|piece| stands_at(piece, place, calls.len())) {
                match length(&piece.item.0) {
                    Some(length) => {
                        let (words, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
                        self.words("assistant", piece.item.0["phase"].as_str(), words);
                        rest = after;
                    }
                    None => self.add(&piece.item.0),
                }
            }
            if !has_places || place == calls.len() {
                self.words("assistant", None, std::mem::take(&mut rest));
            }
            if let Some((call, call_id)) = calls.get(place).zip(ids.get(place)) {
                let name = self.naming.sent(&call.name).to_owned();
                let arguments = acceptable(&call.arguments);
                self.add(&Item::FunctionCall { call_id, name: &name, arguments });
            }
        }
    }
}

impl dialect::Encoding for Encoding {
    fn push(&mut self, message: &Message) {
        match message {
            Message::User(text) => self.words("user", None, text),
            Message::Assistant { text, calls, reasoning } => self.message(text, calls, reasoning),
            Message::Results(results) => results.iter().for_each(|result| self.push_result(result)),
        }
    }

    fn push_result(&mut self, result: &CallResult) {
        let call_id = self.ids.for_result(&result.id);
        self.add(&Item::FunctionCallOutput { call_id: &call_id, output: result.message() });
    }

    fn request(&self, parallel: Option<bool>) -> Written {
        let parallel = match parallel.filter(|_| !self.tools.is_empty()) {
            None => "",
            Some(true) => ",\"parallel_tool_calls\":true",
            Some(false) => ",\"parallel_tool_calls\":false",
        };
        // The provider keeps nothing of the conversation, so what was thought goes to and fro, sealed by it.
        let include = if self.thinks { ",\"include\":[\"reasoning.encrypted_content\"]" } else { "" };
        let parts = [
            &self.written,
            &b"]"[..],
            &self.tools,
            parallel.as_bytes(),
            b",\"store\":false",
            include.as_bytes(),
            self.end.as_bytes(),
        ];
        let headers = vec![dialect::accept(self.streams)];
        Written { path: PATH.to_owned(), headers, body: parts.concat() }
    }

    fn names(&self) -> &Names {
        self.naming.names()
    }
}

/// Whether a model may think before it speaks. OpenAI answers 400 (`Encrypted content is not supported with this
/// model`) to those who ask for the thoughts of one that doesn't; new models do.
fn may_think(model: &str) -> bool {
    const DONT: [&str; 4] = ["gpt-3", "gpt-4", "chatgpt-", "gpt-5-chat"];
    let name = model.rsplit('/').next().unwrap_or(model);
    let name = name.strip_prefix("ft:").unwrap_or(name);
    !DONT.iter().any(|beginning| name.starts_with(beginning))
}

/// How many bytes of the message's text stand in this place; nothing for thoughts.
fn length(item: &Value) -> Option<usize> {
    let length = item.get("length").filter(|_| item["type"] == "message")?;
    usize::try_from(length.as_u64()?).ok()
}

fn stands_at(piece: &Reasoning, place: usize, calls: usize) -> bool {
    usize::try_from(piece.after).map_or(calls, |after| after.min(calls)) == place
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Item<'a> {
    Message {
        role: &'static str,
        content: [Part<'a>; 1],
        #[serde(skip_serializing_if = "Option::is_none")]
        phase: Option<&'a str>,
    },
    FunctionCall {
        call_id: &'a str,
        name: &'a str,
        arguments: Cow<'a, str>,
    },
    FunctionCallOutput {
        call_id: &'a str,
        output: String,
    },
}

#[derive(Serialize)]
struct Part<'a> {
    r#type: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct Tool<'a> {
    r#type: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    parameters: &'a Value,
    /// Left out, OpenAI takes a schema as strict and refuses those that leave anything open.
    strict: bool,
}

impl<'a> Tool<'a> {
    fn of(tool: &'a OfferedTool, name: &'a str) -> Self {
        let OfferedTool { description, input, .. } = tool;
        Self { r#type: "function", name, description, parameters: &input.0, strict: false }
    }
}
