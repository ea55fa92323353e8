//! From a prompt to a request, whatever the protocol.

use domain::model::{Message, ModelSpec, OfferedTool, Parallel, Prompt, Protocol};
use domain::outcome::CallResult;
use url::Url;

use crate::anthropic;
use crate::dialect::{Encoding, Written};
use crate::gemini;
use crate::names::Names;
use crate::openai_chat;
use crate::schema;
use crate::{bedrock, cohere, ollama, openai_responses};

/// A request to a model, whole but for the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The address: the model's base with the protocol's path. As good as what the model's settings say; [`crate::call`]
    /// refuses what is no address.
    pub url: String,
    /// Headers, without the key.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// The tools that it offers under another name; [`crate::call`] gives their calls back under their own.
    pub names: Names,
}

impl Encoded {
    /// Scheme, host, port and path: what an entry may say of the address.
    pub fn endpoint(&self) -> String {
        match Url::parse(&self.url) {
            Ok(mut url) => {
                url.set_query(None);
                url.set_fragment(None);
                // These fail only for addresses that can't hold credentials.
                let _ = url.set_username("");
                let _ = url.set_password(None);
                url.into()
            }
            Err(_) => "(not an address)".to_owned(),
        }
    }
}

/// The request that asks `spec` to go on with `prompt`. The same arguments give the same bytes.
pub fn encode(spec: &ModelSpec, prompt: &Prompt) -> Encoded {
    let mut encoder = Encoder::new(spec, &prompt.system, &prompt.tools);
    prompt.messages.iter().for_each(|message| encoder.push(message));
    encoder.request(prompt.parallel)
}

/// A conversation on its way to a model, written message by message: each is serialised once, when it is known, and a
/// request is a concatenation of what is written. It gives the bytes that [`encode`] gives for the same prompt.
#[derive(Debug)]
pub struct Encoder {
    base_url: String,
    /// What the model's settings say; a request may say otherwise.
    parallel: Parallel,
    encoding: Box<dyn Encoding>,
}

impl Encoder {
    /// A conversation with this model, in which nothing was said yet.
    pub fn new(spec: &ModelSpec, system: &str, tools: &[OfferedTool]) -> Self {
        let tools = &*schema::adapted_tools(spec.protocol, tools);
        let encoding: Box<dyn Encoding> = match spec.protocol {
            Protocol::OpenaiChat => Box::new(openai_chat::Encoding::new(spec, system, tools)),
            Protocol::OpenaiResponses => Box::new(openai_responses::Encoding::new(spec, system, tools)),
            Protocol::Anthropic => Box::new(anthropic::Encoding::new(spec, system, tools)),
            Protocol::Gemini => Box::new(gemini::Encoding::new(spec, system, tools)),
            Protocol::Ollama => Box::new(ollama::Encoding::new(spec, system, tools)),
            Protocol::Cohere => Box::new(cohere::Encoding::new(spec, system, tools)),
            Protocol::Bedrock => Box::new(bedrock::Encoding::new(spec, system, tools)),
        };
        Self { base_url: spec.base_url.clone(), parallel: spec.parallel, encoding }
    }

    /// Adds the next message.
    pub fn push(&mut self, message: &Message) {
        self.encoding.push(message);
    }

    /// Adds the next result of the batch that the last message asked for. Results come in the model's order, one by
    /// one as they are known, and until the last of them no request is due; pushing each is the same as pushing all as
    /// [`Message::Results`].
    pub fn push_result(&mut self, result: &CallResult) {
        self.encoding.push_result(result);
    }

    /// The request that asks the model to go on with what was pushed so far. `parallel` says whether it may ask for
    /// several calls at once; [`Parallel::Auto`] leaves that to the model's settings, and these, if they say the same,
    /// to the provider: not every imitation knows the field.
    pub fn request(&self, parallel: Parallel) -> Encoded {
        let parallel = match if parallel == Parallel::Auto { self.parallel } else { parallel } {
            Parallel::Auto => None,
            Parallel::On => Some(true),
            Parallel::Off => Some(false),
        };
        let Written { path, mut headers, body } = self.encoding.request(parallel);
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        Encoded { url: address(&self.base_url, &path), headers, body, names: self.encoding.names().clone() }
    }
}

/// The base address with the protocol's path. A query stays behind the path (Azure's `?api-version=…` stands there),
/// before the path's own (Gemini's `?alt=sse`).
fn address(base: &str, path: &str) -> String {
    match Url::parse(base.trim()) {
        Ok(mut url) if url.has_host() => {
            let (steps, query) = path.split_once('?').unwrap_or((path, ""));
            let joined = format!("{}{steps}", url.path().trim_end_matches('/'));
            let queries = [url.query().unwrap_or(""), query].map(str::to_owned);
            url.set_path(&joined);
            if !query.is_empty() {
                url.set_query(Some(queries.join("&").trim_start_matches('&')));
            }
            url.set_fragment(None);
            url.into()
        }
        _ => format!("{base}{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_follows_the_base_and_a_query_stays_last() {
        for (base, whole) in [
            ("https://api.example.com/v1", "https://api.example.com/v1/chat/completions"),
            ("https://api.example.com/v1/", "https://api.example.com/v1/chat/completions"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/chat/completions"),
            (
                "https://a.example/openai?api-version=1",
                "https://a.example/openai/chat/completions?api-version=1",
            ),
        ] {
            assert_eq!(address(base, "/chat/completions"), whole);
        }
    }

    #[test]
    fn a_path_s_own_query_follows_the_base_s() {
        let path = "/models/m:ask?alt=sse";
        assert_eq!(address("https://a.example/v1", path), "https://a.example/v1/models/m:ask?alt=sse");
        assert_eq!(
            address("https://a.example/v1/?k=1", path),
            "https://a.example/v1/models/m:ask?k=1&alt=sse"
        );
    }

    #[test]
    fn an_endpoint_holds_neither_query_nor_credentials() {
        let encoded = Encoded {
            url: "https://me:hunter2@a.example:8443/v1/chat/completions?key=1".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            names: Names::default(),
        };
        assert_eq!(encoded.endpoint(), "https://a.example:8443/v1/chat/completions");
    }
}
