//! What a user would need to connect a service, a model or a witness.

/// A service, as a user would connect it.
#[derive(Clone)]
pub struct DemoSource {
    /// The name of the source.
    pub name: String,
    /// Where it is served.
    pub base_url: String,
    /// The source file, with the address filled in.
    pub toml: String,
    /// The name under which the source file asks for its secret; empty if it needs none.
    pub secret_name: String,
    /// The secret; empty if it needs none.
    pub secret: String,
}

/// The rehearsal model, as a user would connect it.
#[derive(Clone)]
pub struct DemoModel {
    /// The name of the model within a workspace.
    pub name: String,
    /// What people are shown: it says that no AI is at work.
    pub title: String,
    /// Where it is served, without a path: clients of Ollama, Cohere and Bedrock begin here.
    pub address: String,
    /// The base address, which ends in `/v1` as OpenAI's and Anthropic's do: clients add `/chat/completions`,
    /// `/responses` or `/messages`. Gemini's clients begin at `/v1beta`.
    pub base_url: String,
    /// The name of the model on the wire.
    pub model_id: String,
    /// The name of its secret.
    pub secret_name: String,
    /// Its secret.
    pub secret: String,
}

/// The witness, as a user would set up an anchor with it.
#[derive(Clone)]
pub struct DemoWitness {
    /// The name of the anchor within a workspace.
    pub name: String,
    /// Its submission prefix: clients add `/add-checkpoint`.
    pub url: String,
    /// Its verifier key, by which its cosignatures are known.
    pub vkey: String,
}

impl DemoSource {
    /// A source that asks for no key.
    pub(crate) fn open(name: &str, base_url: &str, toml: String) -> Self {
        Self {
            name: name.to_owned(),
            base_url: base_url.to_owned(),
            toml,
            secret_name: String::new(),
            secret: String::new(),
        }
    }
}
