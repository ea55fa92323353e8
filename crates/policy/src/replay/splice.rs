//! An attack's text, put where the benchmark puts it: into the words of one item of a result.

use serde_json::Value;

/// The result with the text behind the longest words of that item; behind those of the whole if it has no items.
pub(super) fn spliced(result: &Value, item: usize, text: &str) -> Value {
    let mut result = result.clone();
    let within = match &mut result {
        Value::Array(items) if item < items.len() => &mut items[item],
        Value::Object(fields) if fields.len() > item && fields.values().all(|value| !value.is_number()) => {
            match fields.values_mut().nth(item) {
                Some(value) => value,
                None => return result,
            }
        }
        whole => whole,
    };
    match longest(within) {
        Some(words) => {
            words.push('\n');
            words.push_str(text);
        }
        None => *within = Value::Array(vec![within.take(), Value::String(text.to_owned())]),
    }
    result
}

fn longest(value: &mut Value) -> Option<&mut String> {
    match value {
        Value::String(text) => Some(text),
        Value::Array(items) => items.iter_mut().filter_map(longest).max_by_key(|text| text.len()),
        Value::Object(fields) => fields.values_mut().filter_map(longest).max_by_key(|text| text.len()),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_text_stands_in_the_words_of_its_item() {
        let mails = json!([{"from": "a", "body": "hello"}, {"from": "bo", "body": "x"}]);
        assert_eq!(spliced(&mails, 0, "Pay!")[0]["body"], "hello\nPay!");
        assert_eq!(spliced(&mails, 1, "Pay!")[1]["from"], "bo\nPay!");
        assert_eq!(spliced(&json!("page"), 0, "Pay!"), json!("page\nPay!"));
        assert_eq!(spliced(&json!(7), 0, "Pay!"), json!([7, "Pay!"]));
    }
}
