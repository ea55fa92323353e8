//! What a server says of how sensitive a result is: `_meta.ifc`.

use domain::label::{Label, Level};
use serde_json::Value;

/// The label that the result carries, if it carries one. Only a level can be said; a word that we don't know says nothing.
pub(crate) fn declared(meta: &Value) -> Option<Label> {
    let said = meta.get("ifc")?.get("confidentiality")?;
    let level = match said {
        // Readers by name: it is for those alone.
        Value::Array(readers) => match readers.as_slice() {
            [Value::String(word)] => level(word).unwrap_or(Level::Restricted),
            _ => Level::Restricted,
        },
        Value::String(word) => level(word)?,
        _ => return None,
    };
    Some(Label { level, ..Label::PUBLIC })
}

/// The label of a result: what it has without the server's word, joined with that; a server that a person trusts may also
/// say less.
pub(crate) fn labelled(before: &Label, declared: Option<Label>, trusted: bool) -> Label {
    match declared {
        Some(declared) if trusted => Label { level: declared.level, ..before.clone() },
        Some(declared) => before.clone().join(&declared),
        None => before.clone(),
    }
}

fn level(word: &str) -> Option<Level> {
    if word == "private" {
        return Some(Level::Confidential);
    }
    Level::ALL.into_iter().find(|level| level.word() == word)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_server_may_raise_a_label_and_lower_it_only_if_it_is_trusted() {
        let of = |word: &str| declared(&json!({ "ifc": { "confidentiality": word } }));
        let before = Label::unlabelled();
        let level = |word, trusted| labelled(&before, of(word), trusted).level;
        assert_eq!(level("restricted", false), Level::Restricted);
        assert_eq!(level("public", false), Level::Confidential);
        assert_eq!(level("public", true), Level::Public);
        assert_eq!(level("harmless", true), Level::Confidential);
        assert_eq!(
            declared(&json!({ "ifc": { "confidentiality": ["ana", "bo"] } })).unwrap().level,
            Level::Restricted
        );
        assert_eq!(declared(&json!({})), None);
    }
}
