//! What a document refers to beside itself.

use std::collections::BTreeSet;

use serde_json::Value;

/// How many other documents of one are told.
const MOST: usize = 10_000;

/// The documents that a document refers to, each as it names it, without the place in it. None is looked for: whoever
/// asks decides which of them to get.
pub fn references(document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut left = vec![document];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    let file = reference.split_once('#').map_or(reference.as_str(), |(file, _)| file);
                    if !file.is_empty() && found.len() < MOST {
                        found.insert(file.to_owned());
                    }
                }
                left.extend(fields.values());
            }
            Value::Array(items) => left.extend(items),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_other_document_is_told_once() {
        let document = json!({"a": {"$ref": "#/b"}, "b": [{"$ref": "x.yaml#/y"}, {"$ref": "x.yaml"}],
            "c": {"$ref": "https://e.example/z.json#", "$defs": {"$ref": 7}}});
        let told: Vec<_> = references(&document).into_iter().collect();
        assert_eq!(told, ["https://e.example/z.json", "x.yaml"]);
    }
}
