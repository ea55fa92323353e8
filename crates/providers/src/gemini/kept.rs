//! What of a part goes back with it and has no place in a call or a text of ours.

use domain::json::Json;
use domain::model::{Protocol, Reasoning};
use serde_json::{Value, json};

/// What is kept of a part, as [`Reasoning`] that stands where the part stood.
///
/// A signature goes back on the part that it came with. A call's id goes back only if the model gave it one: older
/// servers refuse the field, and nothing else tells an id of theirs from one that was made for want of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kept<'a> {
    /// Of the call that stands there.
    Call { id: &'a str, signature: &'a str },
    /// Of the words.
    Words { signature: &'a str },
    /// A signed thought, whole.
    Thought { words: &'a str, signature: &'a str },
}

impl<'a> Kept<'a> {
    /// As it is kept, behind so many calls; nothing if there is nothing to keep.
    pub(super) fn reasoning(self, after: u32) -> Option<Reasoning> {
        let item = match self {
            Self::Call { id: "", signature: "" }
            | Self::Words { signature: "" }
            | Self::Thought { signature: "", .. } => return None,
            Self::Call { id, signature } => {
                let mut item = json!({ "functionCall": {} });
                if !id.is_empty() {
                    item["functionCall"]["id"] = json!(id);
                }
                if !signature.is_empty() {
                    item["thoughtSignature"] = json!(signature);
                }
                item
            }
            Self::Words { signature } => json!({ "text": "", "thoughtSignature": signature }),
            Self::Thought { words, signature } => {
                json!({ "text": words, "thought": true, "thoughtSignature": signature })
            }
        };
        Some(Reasoning { protocol: Protocol::Gemini, after, item: Json(item) })
    }

    /// What was kept in this protocol.
    pub(super) fn of(reasoning: &'a Reasoning) -> Option<Self> {
        if reasoning.protocol != Protocol::Gemini {
            return None;
        }
        let item = &reasoning.item.0;
        let text = |path: &str| item.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let signature = text("/thoughtSignature");
        Some(if item.get("functionCall").is_some() {
            Self::Call { id: text("/functionCall/id"), signature }
        } else if item.get("thought").is_some() {
            Self::Thought { words: text("/text"), signature }
        } else {
            Self::Words { signature }
        })
    }
}
