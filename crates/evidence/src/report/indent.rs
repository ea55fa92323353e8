//! JSON for reading: the tokens as they were written, set apart. Reading and writing it again would round numbers,
//! reorder fields and drop what stands twice, and a report must show what was recorded.

use serde::de::IgnoredAny;

/// The text with line breaks and indents between its tokens; `None` if it is no JSON.
pub(super) fn indented(text: &str) -> Option<String> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if in_string {
            out.push(letter);
            in_string = escaped || letter != '"';
            escaped = !escaped && letter == '\\';
            continue;
        }
        match letter {
            ' ' | '\n' | '\r' | '\t' => {}
            '"' => {
                in_string = true;
                out.push(letter);
            }
            '{' | '[' => {
                out.push(letter);
                while letters.next_if(|next| matches!(next, ' ' | '\n' | '\r' | '\t')).is_some() {}
                match letters.next_if(|next| matches!(next, '}' | ']')) {
                    Some(end) => out.push(end),
                    None => {
                        depth += 1;
                        line(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(letter);
            }
            ',' => {
                out.push(letter);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            other => out.push(other),
        }
    }
    Some(out)
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    (0..depth).for_each(|_| out.push_str("  "));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_stay_as_they_were_written() {
        let text = r#"{"b": 1.50,"a":[ ],"n":12345678901234567890,"s":"x: {\"y\", 1}","o":{"b":[1,-2e3]}}"#;
        let shown = "{\n  \"b\": 1.50,\n  \"a\": [],\n  \"n\": 12345678901234567890,\n  \"s\": \"x: {\\\"y\\\", 1}\",\n  \
                     \"o\": {\n    \"b\": [\n      1,\n      -2e3\n    ]\n  }\n}";
        assert_eq!(indented(text).as_deref(), Some(shown));
        assert_eq!(indented("\"a\""), Some("\"a\"".to_owned()));
        for no_json in ["", "{", "id 7", "{} {}"] {
            assert_eq!(indented(no_json), None);
        }
    }
}
