//! A value as it stands in a result, held to a length.

use std::borrow::Cow;

use super::tree::{Forest, Value};

/// How many characters of a value are given.
pub const RAW: usize = 200;

/// The value of a node, or of a long text those of its characters that stand around `found`, the part of it that was looked
/// for.
pub(crate) fn raw(forest: &Forest<'_>, node: u32, found: &str) -> String {
    let text = match forest.node(node).value {
        Value::Number(number) => Cow::Borrowed(number),
        Value::Text(text) => Cow::Borrowed(text),
        Value::Escaped(_) => {
            forest.whole_of(node).unwrap_or_else(|| Cow::Borrowed(forest.text(node).unwrap_or_default()))
        }
        Value::List => return format!("{} elements", forest.node(node).len),
        Value::Record | Value::Word => return String::new(),
    };
    around(&text, found).to_owned()
}

/// At most [`RAW`] characters of a text, with `found` in the middle if it stands there.
fn around<'a>(text: &'a str, found: &str) -> &'a str {
    if text.len() <= RAW || text.chars().count() <= RAW {
        return text;
    }
    let at = text.find(found).unwrap_or_default();
    let before = RAW.saturating_sub(found.chars().count()) / 2;
    let start = text[..at].char_indices().rev().take(before).last().map_or(at, |(start, _)| start);
    let rest = &text[start..];
    let end = rest.char_indices().nth(RAW).map_or(rest.len(), |(end, _)| end);
    &rest[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_shown_around_what_was_found() {
        let text = format!("{}the sum of 4,711{}", "é".repeat(300), " and more".repeat(90));
        let raw = around(&text, "4,711");
        assert!(raw.chars().count() == RAW && raw.contains("the sum of 4,711 and"), "{raw}");
        assert_eq!(around("short 4,711", "4,711"), "short 4,711");
        assert_eq!(around(&text, "nowhere").chars().count(), RAW);
    }
}
