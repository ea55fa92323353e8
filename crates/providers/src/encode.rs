//! From a prompt to a request, whatever the protocol.

use domain::model::{ModelSpec, Prompt, Protocol};
use url::Url;

use crate::openai_chat;

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
    match spec.protocol {
        Protocol::OpenaiChat => Encoded {
            url: address(&spec.base_url, openai_chat::PATH),
            headers: vec![
                ("accept".to_owned(), "text/event-stream".to_owned()),
                ("content-type".to_owned(), "application/json".to_owned()),
            ],
            body: openai_chat::encode(spec, prompt),
        },
    }
}

/// The base address with the protocol's path. A query stays behind the path: Azure's `?api-version=…` stands there.
fn address(base: &str, path: &str) -> String {
    match Url::parse(base.trim()) {
        Ok(mut url) if url.has_host() => {
            let joined = format!("{}{path}", url.path().trim_end_matches('/'));
            url.set_path(&joined);
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
            assert_eq!(address(base, openai_chat::PATH), whole);
        }
    }

    #[test]
    fn an_endpoint_holds_neither_query_nor_credentials() {
        let encoded = Encoded {
            url: "https://me:hunter2@a.example:8443/v1/chat/completions?key=1".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        assert_eq!(encoded.endpoint(), "https://a.example:8443/v1/chat/completions");
    }
}
