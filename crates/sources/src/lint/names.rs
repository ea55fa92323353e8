//! Names of tools and properties, taken apart into words.

use domain::source::SourceSpec;
use domain::tool::{ToolId, ToolSpec};

/// The words of a name in lower case: `customer_ids`, `customer-ids` and `customerIDs` are `customer`, `ids`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = '_';
    for char in name.chars() {
        let begins = !before.is_alphanumeric() || (char.is_uppercase() && before.is_lowercase());
        if char.is_alphanumeric() {
            match words.last_mut().filter(|_| !begins) {
                Some(word) => word.extend(char.to_lowercase()),
                None => words.push(char.to_lowercase().collect()),
            }
        }
        before = char;
    }
    words
}

/// A word without the plural's ending, well enough to know `customers` and `customer` as one.
pub(super) fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    let ending =
        if ["sses", "xes", "ches", "shes"].iter().any(|long| word.ends_with(long)) { "es" } else { "s" };
    match word.strip_suffix(ending) {
        Some(stem) if stem.len() > 1 && (ending == "es" || !stem.ends_with('s')) => stem.to_owned(),
        _ => word.to_owned(),
    }
}

/// What an id is an id of, as words without plural: `customer_id` of a customer. `id` alone is of whatever stands
/// before it in the tool's path: `/customers/{id}`. None for a name that is no id's, and for an id of nobody knows what.
pub(super) fn owner(tool: &ToolSpec, property: &str) -> Option<Vec<String>> {
    let words = words(property);
    let (last, rest) = words.split_last()?;
    if !matches!(last.as_str(), "id" | "uuid" | "guid") {
        return None;
    }
    if !rest.is_empty() {
        return Some(rest.iter().map(|word| singular(word)).collect());
    }
    // Up to the parameter of the path that it is, whatever that is called there.
    let stands_for =
        |rest: &str| rest.split_once('}').is_some_and(|(name, _)| tool.property_in_path(name) == property);
    let mut braces = tool.path.match_indices('{');
    let place = braces.find(|(place, _)| stands_for(&tool.path[place + 1..])).map(|(place, _)| place);
    let before = &tool.path[..place.unwrap_or(tool.path.len())];
    thing(before)
}

/// What the last fixed segment of a path names.
pub(super) fn thing(path: &str) -> Option<Vec<String>> {
    let segment = path.split('/').rfind(|segment| !segment.is_empty() && !segment.contains('{'))?;
    Some(words(segment).iter().map(|word| singular(word)).collect())
}

/// `a`, `a and b`, `a, b and c`; of many the first, and how many more there are.
pub(super) fn listed<T: ToString>(names: impl IntoIterator<Item = T>) -> String {
    const MOST: usize = 6;
    let mut names: Vec<_> = names.into_iter().map(|name| name.to_string()).collect();
    if names.len() > MOST {
        let more = names.len() - (MOST - 1);
        names.truncate(MOST - 1);
        names.push(format!("{more} more"));
    }
    match (names.pop(), names.is_empty()) {
        (None, _) => String::new(),
        (Some(last), true) => last,
        (Some(last), false) => format!("{} and {last}", names.join(", ")),
    }
}

/// The names of tools as their own source's advice shows them.
pub(super) fn named(tools: &[&ToolSpec]) -> String {
    listed(tools.iter().map(|tool| &tool.name))
}

/// The full names of tools.
pub(super) fn ids(spec: &SourceSpec, tools: &[&ToolSpec]) -> Vec<ToolId> {
    tools.iter().map(|tool| spec.id_of(tool)).collect()
}

/// `changes` for one, `change` for several.
pub(super) fn verb<'a>(count: usize, one: &'a str, several: &'a str) -> &'a str {
    if count == 1 { one } else { several }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_however_they_are_written() {
        for name in ["customer_ids", "customer-ids", "customerIds", "customerIDs", "CustomerIds"] {
            assert_eq!(words(name), ["customer", "ids"], "{name}");
        }
        assert_eq!(words("id"), ["id"]);
        assert_eq!(words("paid"), ["paid"]);
        assert_eq!(words("__"), [""; 0]);
    }

    #[test]
    fn plurals_are_known() {
        for (word, one) in [
            ("customers", "customer"),
            ("companies", "company"),
            ("boxes", "box"),
            ("addresses", "address"),
            ("address", "address"),
            ("invoice", "invoice"),
            ("ids", "id"),
            ("s", "s"),
        ] {
            assert_eq!(singular(word), one);
        }
    }

    #[test]
    fn names_are_listed_as_a_sentence_lists_them() {
        assert_eq!(listed(["a"]), "a");
        assert_eq!(listed(["a", "b"]), "a and b");
        assert_eq!(listed(["a", "b", "c"]), "a, b and c");
        assert_eq!(listed(1..=6), "1, 2, 3, 4, 5 and 6");
        assert_eq!(listed(1..=9), "1, 2, 3, 4, 5 and 4 more");
    }
}
