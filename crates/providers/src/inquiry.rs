//! What servers tell of their models without being prompted: how much a model can read, whether it can ask for tools, and
//! which models there are.

use domain::effect::Method;
use domain::model::{Capabilities, ModelSpec, Protocol};
use serde_json::{Value, json};
use url::Url;

use crate::preset::{Preset, preset_of};

/// A request that asks a server about its models. It holds no secret yet, and no word of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inquiry {
    /// GET, or POST with a body.
    pub method: Method,
    /// The address.
    pub url: Url,
    /// Headers beside the key.
    pub headers: Vec<(String, String)>,
    /// The body; empty for GET.
    pub body: Vec<u8>,
}

/// A model that a server has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id there.
    pub id: String,
    /// What the server says of it.
    pub capabilities: Capabilities,
}

/// How to ask about this model; none where the API does not tell.
pub fn about(spec: &ModelSpec) -> Option<Inquiry> {
    let preset = preset_of(spec).map(|preset| preset.id.as_str());
    let model = &spec.model;
    match (spec.protocol, preset) {
        (Protocol::Ollama, _) | (_, Some("ollama")) => {
            let url = beside(&spec.base_url, "/api/show")?;
            let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
            Some(Inquiry {
                method: Method::Post,
                url,
                headers,
                body: json!({ "model": model }).to_string().into(),
            })
        }
        (_, Some("llama-cpp")) => get(beside(&spec.base_url, "/props")?),
        (Protocol::Gemini, _) => get(below(&spec.base_url, &["models", model])?),
        (Protocol::Anthropic, _) => {
            let inquiry = get(below(&spec.base_url, &["models", model])?)?;
            let headers = vec![("anthropic-version".to_owned(), "2023-06-01".to_owned())];
            Some(Inquiry { headers, ..inquiry })
        }
        (Protocol::OpenaiChat | Protocol::OpenaiResponses, _) => get(below(&spec.base_url, &["models"])?),
        (Protocol::Cohere | Protocol::Bedrock, _) => None,
    }
}

/// How to ask a server on this machine which models it has; none for a preset that is elsewhere.
pub fn list(preset: &Preset) -> Option<Inquiry> {
    preset.port?;
    let endpoint = preset.endpoints.first()?;
    match endpoint.protocol {
        Protocol::Ollama => get(beside(&endpoint.base_url, "/api/tags")?),
        _ => get(below(&endpoint.base_url, &["models"])?),
    }
}

/// What the answer to [`about`] says of the model.
pub fn told(model: &str, answer: &Value) -> Capabilities {
    let among = listed(answer).into_iter().find(|listed| listed.id == model);
    among.map_or_else(|| capabilities(answer), |listed| listed.capabilities)
}

/// The models in the answer to [`list`], in its order.
pub fn listed(answer: &Value) -> Vec<Listed> {
    // OpenAI and those who imitate it; Ollama; Together gives the bare list.
    let models = ["data", "models"].iter().find_map(|key| answer.get(key)).unwrap_or(answer);
    let models = models.as_array().into_iter().flatten();
    let one = |model: &Value| {
        let id = ["id", "model", "name"].iter().find_map(|key| model.get(key)?.as_str())?;
        Some(Listed { id: id.to_owned(), capabilities: capabilities(model) })
    };
    models.filter_map(one).collect()
}

/// What one model's description says.
fn capabilities(model: &Value) -> Capabilities {
    // OpenRouter and Together; vLLM; LM Studio as loaded, and at most; Mistral; Groq; Gemini; Anthropic; llama.cpp in
    // /props, and in its list what it was trained for, which is more than it was started with.
    const CONTEXT: [&str; 9] = [
        "/context_length",
        "/max_model_len",
        "/loaded_context_length",
        "/max_context_length",
        "/context_window",
        "/inputTokenLimit",
        "/max_input_tokens",
        "/default_generation_settings/n_ctx",
        "/n_ctx",
    ];
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
    let named = CONTEXT.iter().find_map(|path| number(model.pointer(path)?));
    // Ollama names it by the model's family: `llama.context_length`.
    let info = model.get("model_info").and_then(Value::as_object);
    let by_family = || {
        let mut fields = info.into_iter().flatten();
        fields.find_map(|(name, value)| number(value).filter(|_| name.ends_with(".context_length")))
    };
    let tools = ["capabilities", "supported_parameters"].iter().find_map(|key| {
        let words = model.get(key)?.as_array()?;
        Some(words.iter().any(|word| word == "tools"))
    });
    Capabilities { tools, context: named.or_else(by_family), ..Capabilities::default() }
}

fn get(url: Url) -> Option<Inquiry> {
    Some(Inquiry { method: Method::Get, url, headers: Vec::new(), body: Vec::new() })
}

/// An address below the base.
fn below(base_url: &str, segments: &[&str]) -> Option<Url> {
    let mut url = Url::parse(base_url.trim()).ok().filter(Url::has_host)?;
    url.path_segments_mut().ok()?.pop_if_empty().extend(segments);
    Some(url)
}

/// An address at the server's root, whatever the base's path.
fn beside(base_url: &str, path: &str) -> Option<Url> {
    let mut url = Url::parse(base_url.trim()).ok().filter(Url::has_host)?;
    url.set_path(path);
    url.set_query(None);
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::presets;

    #[test]
    fn what_servers_tell_is_found_wherever_they_put_it() {
        let context = |model: &str, answer: Value| told(model, &answer).context;
        let list =
            json!({ "data": [{ "id": "a", "max_model_len": 1024 }, { "id": "b", "context_length": 2048 }] });
        assert_eq!(context("b", list), Some(2048));
        assert_eq!(context("a", json!({ "data": [{ "id": "a" }] })), None);
        assert_eq!(context("a", json!({ "default_generation_settings": { "n_ctx": 4096 } })), Some(4096));
        assert_eq!(context("g", json!({ "name": "models/g", "inputTokenLimit": 8192 })), Some(8192));
        let show =
            json!({ "capabilities": ["completion", "tools"], "model_info": { "llama.context_length": 512 } });
        let told = told("x", &show);
        assert_eq!((told.tools, told.context), (Some(true), Some(512)));
    }

    #[test]
    fn local_servers_alone_are_asked_what_they_have() {
        let asked: Vec<String> =
            presets().iter().filter_map(list).map(|asked| asked.url.to_string()).collect();
        assert_eq!(
            asked,
            [
                "http://127.0.0.1:11434/api/tags",
                "http://127.0.0.1:1234/v1/models",
                "http://127.0.0.1:8080/v1/models",
                "http://127.0.0.1:8000/v1/models",
                "http://127.0.0.1:4000/v1/models",
            ]
        );
        let tags = json!({ "models": [{ "name": "qwen3:8b", "model": "qwen3:8b", "size": 1 }] });
        assert_eq!(listed(&tags).first().map(|found| found.id.as_str()), Some("qwen3:8b"));
    }
}
