//! What is known of single providers.

use domain::model::ModelSpec;
use url::Url;

/// The hosts that write the calls of a message one after another.
///
/// OpenAI's own library calls a call done when a piece with another index arrives (openai-python,
/// `src/openai/lib/streaming/chat/_completions.py`, `ChoiceEventState.get_done_events`), so its servers have to keep to
/// that. Nobody else is here: of those who imitate the protocol one is known to come back to an earlier call, and a
/// relay such as OpenRouter passes on what the provider behind it writes.
const IN_ORDER: [&str; 1] = ["api.openai.com"];

/// Whether the provider is known to write the calls of a message one after another, so that
/// [`ModelEvent::CallFollowed`](domain::model::ModelEvent::CallFollowed) may be believed without a person's word. A
/// protocol that marks the end of each call needs no such knowledge.
pub fn ends_in_order(spec: &ModelSpec) -> bool {
    let address = Url::parse(spec.base_url.trim()).ok();
    // Without TLS, or at another port, it may be anybody.
    let address = address.filter(|url| url.scheme() == "https" && url.port().is_none());
    address.as_ref().and_then(Url::host_str).is_some_and(|host| IN_ORDER.contains(&host))
}

#[cfg(test)]
mod tests {
    use domain::label::Level;
    use domain::model::{Capabilities, Early, Parallel, Protocol};

    use super::*;

    #[test]
    fn only_who_is_known_to_write_in_order_is_believed() {
        let believed = |base_url: &str| {
            ends_in_order(&ModelSpec {
                name: "main".to_owned(),
                title: String::new(),
                protocol: Protocol::OpenaiChat,
                base_url: base_url.to_owned(),
                model: "gpt-x".to_owned(),
                secret: None,
                clearance: Level::Public,
                parallel: Parallel::Auto,
                early: Early::Auto,
                preset: None,
                capabilities: Capabilities::default(),
            })
        };
        for base in ["https://api.openai.com/v1", "https://API.OpenAI.com:443/v1/"] {
            assert!(believed(base), "{base}");
        }
        for base in [
            "http://api.openai.com/v1",
            "https://api.openai.com:8443/v1",
            "https://api.openai.com.example/v1",
            "https://example.com/api.openai.com",
            "https://api.openai.com@example.com/v1",
            "http://127.0.0.1:8080/v1",
            "https://openrouter.ai/api/v1",
            "api.openai.com",
            "",
        ] {
            assert!(!believed(base), "{base}");
        }
    }
}
