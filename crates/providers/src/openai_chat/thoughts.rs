//! What a model thought, as far as somebody wants it back.
//!
//! Chat Completions itself has no thoughts. Some who imitate it hand them out and refuse or worsen the next message
//! without them: OpenRouter's `reasoning_details`, which hold what the provider behind it signed, and the
//! `reasoning_content` of DeepSeek and Moonshot, which answer 400 if a message with calls comes back without it. Others
//! refuse a field that they don't know, so each is handed back only to those who ask for it.

use domain::json::Json;
use domain::model::{ModelSpec, Protocol, Reasoning};
use serde_json::{Map, Value};
use url::Url;

use crate::openai_chat::wire::Said;
use crate::text;

/// OpenRouter's field.
pub(super) const DETAILS: &str = "reasoning_details";
/// DeepSeek's.
pub(super) const CONTENT: &str = "reasoning_content";

/// Who wants which field back: the end of its host, the name of its preset, and the field.
/// <https://openrouter.ai/docs/use-cases/reasoning-tokens>, <https://api-docs.deepseek.com/guides/thinking_mode>,
/// <https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model>
const WANTED: [(&str, &str, &str); 4] = [
    ("openrouter.ai", "openrouter", DETAILS),
    ("deepseek.com", "deepseek", CONTENT),
    ("moonshot.ai", "moonshot", CONTENT),
    ("moonshot.cn", "moonshot", CONTENT),
];

/// The field that this model's provider wants back with a message of its own.
pub(super) fn wanted(spec: &ModelSpec) -> Option<&'static str> {
    let address = Url::parse(spec.base_url.trim()).ok();
    let host = address.as_ref().and_then(Url::host_str).unwrap_or_default();
    let is_at = |end: &str| host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let found = WANTED.iter().find(|(end, preset, _)| is_at(end) || spec.preset.as_deref() == Some(*preset));
    found.map(|(_, _, field)| *field)
}

/// What was thought in a message, as far as it has come: fields as the message would have them if it came whole.
#[derive(Debug, Default)]
pub(super) struct Thoughts {
    content: String,
    details: Vec<Value>,
}

impl Thoughts {
    /// Adds what a piece of the message holds of them.
    pub(super) fn add(&mut self, said: &Said<'_>) -> Result<(), serde_json::Error> {
        if let Some(content) = said.reasoning_content.filter(|content| content.get().starts_with('"')) {
            text::append(content, &mut self.content)?;
        }
        if let Some(details) = said.reasoning_details.filter(|details| details.get().starts_with('[')) {
            for detail in serde_json::from_str::<Vec<Map<String, Value>>>(details.get())? {
                self.detail(detail);
            }
        }
        Ok(())
    }

    /// All of them, to be handed back with the message.
    pub(super) fn whole(&mut self) -> Option<Reasoning> {
        let mut fields = Map::new();
        if !self.content.is_empty() {
            fields.insert(CONTENT.to_owned(), std::mem::take(&mut self.content).into());
        }
        if !self.details.is_empty() {
            fields.insert(DETAILS.to_owned(), std::mem::take(&mut self.details).into());
        }
        let item = Json(Value::Object(fields));
        let is_empty = item.0.as_object().is_none_or(Map::is_empty);
        (!is_empty).then_some(Reasoning { protocol: Protocol::OpenaiChat, after: 0, item })
    }

    /// A text or summary comes in pieces, of which a later one may bring the signature; anything else comes whole.
    fn detail(&mut self, piece: Map<String, Value>) {
        let goes_on = |last: &Map<String, Value>| {
            let same = |key| last.get(key) == piece.get(key);
            let is_text = piece
                .get("type")
                .and_then(Value::as_str)
                .is_some_and(|kind| matches!(kind, "reasoning.text" | "reasoning.summary"));
            is_text && same("type") && same("index")
        };
        let last = self.details.last_mut().and_then(Value::as_object_mut).filter(|last| goes_on(last));
        let Some(last) = last else {
            self.details.push(Value::Object(piece));
            return;
        };
        for (key, more) in piece {
            match (last.get_mut(&key), more) {
                (_, Value::Null) => {}
                (Some(Value::String(text)), Value::String(more))
                    if matches!(key.as_str(), "text" | "summary") =>
                {
                    text.push_str(&more);
                }
                (_, more) => {
                    last.insert(key, more);
                }
            }
        }
    }
}
