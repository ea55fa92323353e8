//! From a prompt to the body of a request.

use domain::model::{AskedCall, Message, ModelSpec, OfferedTool, Reasoning};
use domain::outcome::CallResult;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::arguments::acceptable;
use crate::dialect::{self, Written};
use crate::gemini::kept::Kept;
use crate::names::{Allowed, Names, Naming};
use crate::write::write;

/// Names begin with a letter or `_`. Dots and colons would be allowed by some servers, and more than 64 bytes by others.
const NAMES: Allowed = Allowed { longest: 64, dash: true, any_first: false };

/// What the provider takes for the signature of a call that it did not sign: from version 3 on it refuses a question
/// about calls without one, and a call that another model asked for has none.
const UNSIGNED: &str = "skip_thought_signature_validator";

/// A request as far as it is written. The conversation stands last, so that a longer one begins with the bytes of the
/// shorter one.
///
/// Left out is what the protocol does by itself (calls when the model likes, as long an answer as it can where nobody says
/// otherwise) and what it has no words for: several calls at once can't be forbidden.
#[derive(Clone, Debug)]
pub(crate) struct Encoding {
    path: String,
    /// From the first byte to the last part.
    written: Vec<u8>,
    /// Whose content the last part stands in, which is open for more.
    role: Option<Role>,
    streams: bool,
    /// Whether the model refuses calls without a signature.
    is_strict: bool,
    /// The calls of the last message that have no result yet.
    open: Vec<Sent>,
    naming: Naming,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Model,
}

/// A call as it was sent.
#[derive(Clone, Debug)]
struct Sent {
    /// As we know it.
    own: String,
    /// As the model gave it; may be empty.
    id: String,
    name: String,
}

impl Encoding {
    /// A request without messages.
    pub(crate) fn new(spec: &ModelSpec, system: &str, tools: &[OfferedTool]) -> Self {
        let mut naming = Naming::new(NAMES, tools.iter().map(|tool| tool.name.as_str()));
        let mut written = b"{".to_vec();
        if !system.is_empty() {
            written.extend_from_slice(b"\"systemInstruction\":{\"parts\":[");
            write(&mut written, &Part::text(system, ""));
            written.extend_from_slice(b"]},");
        }
        for (place, tool) in tools.iter().enumerate() {
            written.extend_from_slice(if place == 0 {
                b"\"tools\":[{\"functionDeclarations\":["
            } else {
                b","
            });
            write(&mut written, &Declaration::of(tool, naming.sent(&tool.name)));
        }
        if !tools.is_empty() {
            written.extend_from_slice(b"]}],");
        }
        if let Some(most) = spec.capabilities.max_output {
            written.extend_from_slice(
                format!("\"generationConfig\":{{\"maxOutputTokens\":{most}}},").as_bytes(),
            );
        }
        written.extend_from_slice(b"\"contents\":[");
        let (path, is_strict) = (path(spec), is_strict(&spec.model));
        let streams = dialect::streams(spec);
        Self { path, written, role: None, streams, is_strict, open: Vec::new(), naming }
    }

    /// Adds a part to the content of this role; the two roles take turns, so what follows in the same role is part of
    /// one content.
    fn add(&mut self, role: Role, part: &Part<'_>) {
        if self.role == Some(role) {
            self.written.push(b',');
        } else {
            if self.role.is_some() {
                self.written.extend_from_slice(b"]},");
            }
            self.written.extend_from_slice(match role {
                Role::User => b"{\"role\":\"user\",\"parts\":[",
                Role::Model => b"{\"role\":\"model\",\"parts\":[",
            });
            self.role = Some(role);
        }
        write(&mut self.written, part);
    }

    fn model(&mut self, text: &str, calls: &[AskedCall], reasoning: &[Reasoning]) {
        self.open.clear();
        // Parts of thoughts alone are refused.
        if text.is_empty() && calls.is_empty() {
            return;
        }
        let kept: Vec<(u32, Kept<'_>)> =
            reasoning.iter().filter_map(|piece| Some((piece.after, Kept::of(piece)?))).collect();
        self.thoughts(&kept, 0);
        let of_words = kept.iter().rev().find_map(|(_, kept)| match kept {
            Kept::Words { signature } => Some(*signature),
            _ => None,
        });
        if !text.is_empty() || of_words.is_some() {
            self.add(Role::Model, &Part::text(text, of_words.unwrap_or_default()));
        }
        // Of calls that were asked for at once the first is signed alone.
        let is_signed = kept
            .iter()
            .any(|(_, kept)| matches!(kept, Kept::Call { signature, .. } if !signature.is_empty()));
        for (place, call) in (0..).zip(calls) {
            if place > 0 {
                self.thoughts(&kept, place);
            }
            let of_call = kept.iter().find_map(|(after, kept)| match kept {
                Kept::Call { id, signature } if *after == place => Some((*id, *signature)),
                _ => None,
            });
            let (id, mut signature) = of_call.unwrap_or_default();
            if place == 0 && self.is_strict && !is_signed {
                signature = UNSIGNED;
            }
            let name = self.naming.sent(&call.name).to_owned();
            let arguments = acceptable(&call.arguments);
            if let Ok(args) = serde_json::from_str(arguments.trim()) {
                let call = FunctionCall { id, name: &name, args };
                self.add(Role::Model, &Part { function_call: Some(call), ..Part::signed(signature) });
            }
            self.open.push(Sent { own: call.id.clone(), id: id.to_owned(), name });
        }
    }

    /// The thoughts that stand there, as they came.
    fn thoughts(&mut self, kept: &[(u32, Kept<'_>)], there: u32) {
        for (_, kept) in kept.iter().filter(|(after, _)| *after == there) {
            if let Kept::Thought { words, signature } = kept {
                self.add(Role::Model, &Part { thought: true, ..Part::text(words, signature) });
            }
        }
    }

    /// The call that this is the result of: the first one under this id that has no result yet.
    fn asked(&mut self, result: &CallResult) -> Sent {
        let place = self.open.iter().position(|sent| sent.own == result.id);
        match place.or(if self.open.is_empty() { None } else { Some(0) }) {
            Some(place) => self.open.remove(place),
            // A result that nobody asked for: the provider says so better than we could.
            None => {
                let named = result.tool.as_ref().map(ToString::to_string).unwrap_or_default();
                Sent { own: String::new(), id: String::new(), name: self.naming.sent(&named).to_owned() }
            }
        }
    }
}

impl dialect::Encoding for Encoding {
    fn push(&mut self, message: &Message) {
        match message {
            // An empty text is refused.
            Message::User(text) if text.is_empty() => {}
            Message::User(text) => self.add(Role::User, &Part::text(text, "")),
            Message::Assistant { text, calls, reasoning } => self.model(text, calls, reasoning),
            Message::Results(results) => results.iter().for_each(|result| self.push_result(result)),
        }
    }

    fn push_result(&mut self, result: &CallResult) {
        let Sent { id, name, .. } = self.asked(result);
        let text = result.message();
        let response = if result.ok { Response::Output(&text) } else { Response::Error(&text) };
        let response = FunctionResponse { id: &id, name: &name, response };
        self.add(Role::User, &Part { function_response: Some(response), ..Part::signed("") });
    }

    fn request(&self, _parallel: Option<bool>) -> Written {
        let end: &[u8] = if self.role.is_some() { b"]}]}" } else { b"]}" };
        let headers = vec![dialect::accept(self.streams)];
        Written { path: self.path.clone(), headers, body: [&self.written, end].concat() }
    }

    fn names(&self) -> &Names {
        self.naming.names()
    }
}

/// What follows a base address. A model is named as it stands in addresses, of which `models/` is mostly left out; what
/// would end a path is written as its number.
fn path(spec: &ModelSpec) -> String {
    let model = spec.model.trim().trim_matches('/');
    let folder = if model.contains('/') { "" } else { "models/" };
    let model = model.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    let method = if dialect::streams(spec) { "streamGenerateContent?alt=sse" } else { "generateContent" };
    format!("/{folder}{model}:{method}")
}

/// Whether it is a Gemini of version 3 or later.
fn is_strict(model: &str) -> bool {
    let version = model.rsplit('/').next().and_then(|name| name.strip_prefix("gemini-"));
    let version = version.map(|name| name.chars().take_while(char::is_ascii_digit).collect::<String>());
    version.and_then(|number| number.parse::<u32>().ok()).is_some_and(|number| number >= 3)
}

/// A part has one of a text, a call and a response.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Part<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    thought: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_call: Option<FunctionCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_response: Option<FunctionResponse<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    thought_signature: &'a str,
}

impl<'a> Part<'a> {
    fn signed(thought_signature: &'a str) -> Self {
        Self { text: None, thought: false, function_call: None, function_response: None, thought_signature }
    }

    fn text(text: &'a str, signature: &'a str) -> Self {
        Self { text: Some(text), ..Self::signed(signature) }
    }
}

#[derive(Serialize)]
struct FunctionCall<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    name: &'a str,
    /// As the model wrote them.
    args: &'a RawValue,
}

#[derive(Serialize)]
struct FunctionResponse<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    name: &'a str,
    response: Response<'a>,
}

/// A response is an object; the protocol's documents name these two fields for a text.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Response<'a> {
    Output(&'a str),
    Error(&'a str),
}

/// `parametersJsonSchema` takes JSON Schema. The older `parameters` takes a part of OpenAPI's, into which schemas that we
/// did not write (several types, references, unions) can't be put without changing what is valid; every server that
/// still serves a model takes the newer one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Declaration<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    parameters_json_schema: &'a Value,
}

impl<'a> Declaration<'a> {
    fn of(tool: &'a OfferedTool, name: &'a str) -> Self {
        Self { name, description: &tool.description, parameters_json_schema: &tool.input.0 }
    }
}
