//! From a prompt to the body of a request.

use domain::model::{AskedCall, Message, ModelSpec, OfferedTool, Protocol, Reasoning};
use domain::outcome::CallResult;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::arguments::acceptable;
use crate::dialect::{self, Written};
use crate::ids::Ids;
use crate::names::{Allowed, Names, Naming};
use crate::write::write;

/// What follows a base address, which ends in `/v1`.
const PATH: &str = "/messages";

/// How many tokens a message may have where nobody said so: the protocol wants a limit. Every model since those of late
/// 2024 takes this one. A higher one would have every request to a smaller model refused, while a message that needs
/// more ends with [`Finish::Length`](domain::model::Finish::Length), which says what happened; the model's settings can
/// say otherwise.
const MAX_TOKENS: u32 = 8192;

/// The names that every server takes: `^[a-zA-Z0-9_-]{1,64}$`. The provider itself takes 128 by now.
const NAMES: Allowed = Allowed { longest: 64, dash: true, any_first: true };

/// Marks a block up to which the provider is to keep what it read. Written as a block's last field.
const MARK: &[u8] = b",\"cache_control\":{\"type\":\"ephemeral\"}";

/// A request as far as it is written. What is the same for every request of a conversation stands before the messages,
/// so that a longer conversation begins with the bytes of the shorter one, up to the marks of the shorter one's last
/// message.
///
/// Four marks are allowed. One each stands behind the tools and the system prompt, which other conversations share.
/// The others stand at the ends of the last two messages of the user's side, where this request ends and where the one
/// before it ended: the provider looks back from a mark over 20 blocks only, and a batch may have more results.
#[derive(Clone, Debug)]
pub(crate) struct Encoding {
    /// From the first byte to the last block.
    written: Vec<u8>,
    /// Whose message the last block stands in, which is open for more.
    side: Option<Side>,
    /// Where a mark belongs in the last two messages of the user's side, the last one first.
    ends: [Option<usize>; 2],
    has_tools: bool,
    streams: bool,
    ids: Ids,
    naming: Naming,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    User,
    Assistant,
}

impl Encoding {
    /// A request without messages.
    pub(crate) fn new(spec: &ModelSpec, system: &str, tools: &[OfferedTool]) -> Self {
        let mut naming = Naming::new(NAMES, tools.iter().map(|tool| tool.name.as_str()));
        let mut written = b"{\"model\":".to_vec();
        write(&mut written, &spec.model);
        written.extend_from_slice(b",\"max_tokens\":");
        write(&mut written, &spec.capabilities.max_output.unwrap_or(MAX_TOKENS));
        let streams = dialect::streams(spec);
        written.extend_from_slice(format!(",\"stream\":{streams}").as_bytes());
        for (place, tool) in tools.iter().enumerate() {
            written.extend_from_slice(if place == 0 { b",\"tools\":[" } else { b"," });
            write(&mut written, &Tool::of(tool, naming.sent(&tool.name)));
        }
        if !tools.is_empty() {
            mark(&mut written);
            written.push(b']');
        }
        if !system.trim().is_empty() {
            written.extend_from_slice(b",\"system\":[");
            write(&mut written, &Block::Text { text: system });
            mark(&mut written);
            written.push(b']');
        }
        written.extend_from_slice(b",\"messages\":[");
        let (ids, has_tools) = (Ids::default(), !tools.is_empty());
        Self { written, side: None, ends: [None; 2], has_tools, streams, ids, naming }
    }

    /// Adds a block to the message of this side; the two sides take turns, so what follows on the same side is part of
    /// one message.
    fn add(&mut self, side: Side, block: &(impl Serialize + ?Sized)) {
        if self.side == Some(side) {
            self.written.push(b',');
        } else {
            if self.side.is_some() {
                self.written.extend_from_slice(b"]},");
            }
            self.written.extend_from_slice(match side {
                Side::User => b"{\"role\":\"user\",\"content\":[",
                Side::Assistant => b"{\"role\":\"assistant\",\"content\":[",
            });
            if side == Side::User {
                self.ends = [None, self.ends[0]];
            }
            self.side = Some(side);
        }
        write(&mut self.written, block);
        if side == Side::User {
            // Before the closing brace.
            self.ends[0] = Some(self.written.len() - 1);
        }
    }

    fn assistant(&mut self, text: &str, calls: &[AskedCall], reasoning: &[Reasoning]) {
        // A message may not be empty, and may not end with a thought; so thoughts alone are left out, and below those
        // behind the last call.
        if text.trim().is_empty() && calls.is_empty() {
            return;
        }
        self.thoughts(reasoning, |after| after == 0);
        if !text.trim().is_empty() {
            self.add(Side::Assistant, &Block::Text { text });
        }
        let named: Vec<AskedCall> = calls.iter().map(named).collect();
        let ids = self.ids.for_calls(&named);
        for ((after, call), id) in (0..).zip(calls).zip(&ids) {
            if after > 0 {
                self.thoughts(reasoning, |place| place == after);
            }
            let name = self.naming.sent(&call.name).to_owned();
            let arguments = acceptable(&call.arguments);
            if let Ok(input) = serde_json::from_str(arguments.trim()) {
                self.add(Side::Assistant, &Block::ToolUse { id, name: &name, input });
            }
        }
    }

    /// The thoughts that stand there, as they came: the provider checks their signatures.
    fn thoughts(&mut self, reasoning: &[Reasoning], is_there: impl Fn(u32) -> bool) {
        let ours = reasoning.iter().filter(|piece| piece.protocol == Protocol::Anthropic);
        for piece in ours.filter(|piece| is_there(piece.after)) {
            self.add(Side::Assistant, &piece.item.0);
        }
    }
}

impl dialect::Encoding for Encoding {
    fn push(&mut self, message: &Message) {
        match message {
            // An empty text is refused.
            Message::User(text) if text.trim().is_empty() => {}
            Message::User(text) => self.add(Side::User, &Block::Text { text }),
            Message::Assistant { text, calls, reasoning } => self.assistant(text, calls, reasoning),
            Message::Results(results) => results.iter().for_each(|result| self.push_result(result)),
        }
    }

    fn push_result(&mut self, result: &CallResult) {
        let tool_use_id = self.ids.for_result(&allowed_id(&result.id));
        let content = result.message();
        self.add(Side::User, &Block::ToolResult { tool_use_id, content, is_error: !result.ok });
    }

    fn request(&self, parallel: Option<bool>) -> Written {
        let mut body = Vec::with_capacity(self.written.len() + 3 * MARK.len() + 96);
        let mut from = 0;
        for end in self.ends.iter().rev().flatten() {
            body.extend_from_slice(&self.written[from..*end]);
            body.extend_from_slice(MARK);
            from = *end;
        }
        body.extend_from_slice(&self.written[from..]);
        body.extend_from_slice(if self.side.is_some() { b"]}]" } else { b"]" });
        // Without tools the field is refused.
        let choice: &[u8] = match parallel.filter(|_| self.has_tools) {
            None => b"",
            Some(true) => b",\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":false}",
            Some(false) => b",\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":true}",
        };
        body.extend_from_slice(choice);
        body.push(b'}');
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = vec![dialect::accept(self.streams), header("anthropic-version", "2023-06-01")];
        Written { path: PATH.to_owned(), headers, body }
    }

    fn names(&self) -> &Names {
        self.naming.names()
    }
}

/// Marks the object that was written last.
fn mark(written: &mut Vec<u8>) {
    if written.pop().is_some() {
        written.extend_from_slice(MARK);
        written.push(b'}');
    }
}

/// The call's id alone, as the protocol allows it; its arguments may be long.
fn named(call: &AskedCall) -> AskedCall {
    AskedCall { id: allowed_id(&call.id), name: String::new(), arguments: String::new() }
}

/// `^[a-zA-Z0-9_-]+$`: another protocol's model may have written `functions.get:0`.
fn allowed_id(id: &str) -> String {
    let allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    id.chars().map(|char| if allowed(char) { char } else { '_' }).collect()
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Text {
        text: &'a str,
    },
    ToolUse {
        id: &'a str,
        name: &'a str,
        /// As the model wrote it.
        input: &'a RawValue,
    },
    ToolResult {
        tool_use_id: String,
        content: String,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        is_error: bool,
    },
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    input_schema: &'a Value,
}

impl<'a> Tool<'a> {
    fn of(tool: &'a OfferedTool, name: &'a str) -> Self {
        Self { name, description: &tool.description, input_schema: &tool.input.0 }
    }
}
