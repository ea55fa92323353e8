//! JSON that ends in the middle, as a source's limit on results makes it, closed so that it can be read.

/// What follows, as a line of its own, whatever is shown of a document that was closed here.
pub(crate) const NOTE: &str =
    "\n(the result's JSON ended in the middle; what came before that was read as if it ended there)";

/// The document up to its last whole part, with what it left open closed; `None` if it left nothing open, or ends before
/// its first part. Every place in it has the pointer that it has in the source's own document.
pub(crate) fn closed(document: &str) -> Option<String> {
    let mut open = Vec::new();
    // Where the document can be closed: behind every bracket, and before every comma. Between two such ends what is
    // open stays the same.
    let mut end = 0;
    let mut in_string = false;
    let mut is_escaped = false;
    for (at, byte) in document.bytes().enumerate() {
        if in_string {
            in_string = is_escaped || byte != b'"';
            is_escaped = !is_escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' if open.pop() != Some(byte) => return None,
            _ => {}
        }
        match byte {
            b'{' | b'[' | b'}' | b']' => end = at + 1,
            b',' => end = at,
            _ => {}
        }
    }
    if open.is_empty() {
        return None;
    }
    let mut closed = document.get(..end)?.to_owned();
    closed.extend(open.iter().rev().map(|byte| char::from(*byte)));
    Some(closed)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_document_cut_anywhere_is_json_again_and_the_beginning_of_the_whole() {
        let whole = r#"{"a, [":[1,{"b\"\\":"x,]}\\\""},[[],-2.5e1]],"ä":{"c":null,"d":true}}"#;
        for end in (1..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            let closed = closed(&whole[..end]).unwrap();
            assert!(serde_json::from_str::<Value>(&closed).is_ok(), "{closed}");
            let same = closed.bytes().zip(whole.bytes()).take_while(|(left, right)| left == right).count();
            assert!(closed[same..].bytes().all(|byte| matches!(byte, b'}' | b']')), "{closed}");
        }
    }

    #[test]
    fn what_left_nothing_open_is_not_closed() {
        for text in ["{}", "[1] [2]", "{]", "[note] words", ""] {
            assert_eq!(closed(text), None, "{text}");
        }
    }
}
