//! Names that read well, from what a document calls things.

use std::collections::HashSet;

use domain::tool::{SourceName, ToolName};

/// The longest name of a tool or source, in bytes.
const LONGEST: usize = 48;
/// The longest name of a property that every model's protocol takes.
const LONGEST_PROPERTY: usize = 64;

/// Gives every tool of a source a name of its own.
#[derive(Default)]
pub(crate) struct ToolNames {
    taken: HashSet<String>,
    /// Numbers are not tried again from 2 for each of a thousand operations of one name.
    last: std::collections::HashMap<String, usize>,
}

impl ToolNames {
    /// A name from the operation's own id or, without one, from its method and path.
    pub(crate) fn name(&mut self, id: Option<&str>, method: &str, path: &str) -> Option<ToolName> {
        let wanted = id.map(words).filter(|words| words.iter().any(|word| word.starts_with(letter)));
        let wanted = joined(&wanted.unwrap_or_else(|| of_path(method, path)), LONGEST);
        if self.taken.insert(wanted.clone()) {
            return wanted.parse().ok();
        }
        let mut number = self.last.get(&wanted).copied().unwrap_or(1);
        loop {
            number += 1;
            let ending = format!("_{number}");
            let start = &wanted[..wanted.len().min(LONGEST - ending.len())];
            let name = format!("{}{ending}", start.trim_end_matches('_'));
            if self.taken.insert(name.clone()) {
                self.last.insert(wanted, number);
                return name.parse().ok();
            }
        }
    }
}

/// A name for the source, from the document's title.
pub(crate) fn source_name(title: &str) -> Option<SourceName> {
    const EMPTY: [&str; 9] =
        ["api", "apis", "the", "rest", "openapi", "swagger", "specification", "spec", "documentation"];
    let all = words(title);
    let telling: Vec<_> = all.iter().filter(|word| !EMPTY.contains(&word.as_str())).cloned().collect();
    let name = joined(if telling.is_empty() { &all } else { &telling }, 24);
    name.parse().ok().filter(|_| name != domain::tool::BUILT_IN)
}

/// A name for a property of a tool's input: as in the request where models' protocols take it.
pub(crate) fn property_name(name: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
    let mut property = String::new();
    for char in name.chars() {
        if plain(char) {
            property.push(char);
        } else if !property.is_empty() && !property.ends_with('_') {
            property.push('_');
        }
        if property.len() == LONGEST_PROPERTY {
            break;
        }
    }
    let property = if property == name { property } else { property.trim_end_matches('_').to_owned() };
    if property.is_empty() { "value".to_owned() } else { property }
}

/// `get`, `droplets`, `by`, `droplet`, `id` from `GET /v2/droplets/{droplet_id}`.
fn of_path(method: &str, path: &str) -> Vec<String> {
    let version = |text: &str| {
        text.strip_prefix('v').is_some_and(|rest| rest.starts_with(|char: char| char.is_ascii_digit()))
    };
    let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let mut name = vec![method.to_ascii_lowercase()];
    for segment in &segments {
        if !segment.contains('{') && !version(segment) && *segment != "api" {
            name.extend(words(segment));
        }
    }
    if let Some(last) = segments.last().filter(|last| last.contains('{')) {
        name.push("by".to_owned());
        name.extend(words(last));
    }
    name
}

/// The words of `listUserIDs`, `list-user-ids`, `users.list`, in lower case.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = text.chars().take(200).collect();
    for (index, char) in chars.iter().copied().enumerate() {
        if !char.is_ascii_alphanumeric() {
            words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
            continue;
        }
        let before = index.checked_sub(1).and_then(|before| chars.get(before)).copied().unwrap_or(' ');
        let after = chars.get(index + 1).copied().unwrap_or(' ');
        let after_next = chars.get(index + 2).copied().unwrap_or(' ');
        // `HTTPServer` is `http`, `server`; `userIDs` is `user`, `ids`.
        let plural = after == 's' && !after_next.is_ascii_lowercase();
        let begins = char.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase() && after.is_ascii_lowercase() && !plural));
        if begins && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.push(char.to_ascii_lowercase());
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

fn letter(char: char) -> bool {
    char.is_ascii_lowercase()
}

/// The words as one name that begins with a letter, as many as there is room for.
fn joined(words: &[String], most: usize) -> String {
    let mut name = String::new();
    for word in words.iter().skip_while(|word| !word.starts_with(letter)) {
        if !name.is_empty() && name.len() + 1 + word.len() > most {
            break;
        }
        if !name.is_empty() {
            name.push('_');
        }
        name.push_str(&word[..word.len().min(most)]);
    }
    if name.is_empty() { "call".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_well_and_are_distinct() {
        let mut names = ToolNames::default();
        let mut check = |id: Option<&str>, path: &str, expected: &str| {
            assert_eq!(names.name(id, "GET", path).unwrap().as_str(), expected, "{id:?} {path}");
        };
        check(Some("listUserIDs"), "/", "list_user_ids");
        check(Some("HTTPServer_get__One"), "/", "http_server_get_one");
        check(Some("pets.list"), "/", "pets_list");
        check(Some("pets/list"), "/", "pets_list_2");
        check(Some("2FA_enable"), "/", "fa_enable");
        check(Some("12"), "/12/{id}", "get_12_by_id");
        check(Some("日本"), "/v2/droplets/{droplet_id}", "get_droplets_by_droplet_id");
        check(None, "/v2/droplets", "get_droplets");
        check(None, "/", "get");
        check(Some(&"long_word_".repeat(9)), "/", "long_word_long_word_long_word_long_word_long");
        check(Some(&"long_word_".repeat(9)), "/", "long_word_long_word_long_word_long_word_long_2");
        check(Some(&"x".repeat(99)), "/", &"x".repeat(48));
        check(Some(&"x".repeat(98)), "/", &format!("{}_2", "x".repeat(46)));
    }

    #[test]
    fn a_source_is_named_for_what_is_particular_to_it() {
        let name = |title| source_name(title).map(String::from);
        assert_eq!(name("The Box API").as_deref(), Some("box"));
        assert_eq!(name("REST API").as_deref(), Some("rest_api"));
        assert_eq!(name("tieout"), None);
        assert_eq!(name("日本").as_deref(), Some("call"));
    }

    #[test]
    fn properties_keep_their_names_where_models_can_say_them() {
        assert_eq!(property_name("X-Request-Id"), "X-Request-Id");
        assert_eq!(property_name("filter[name]"), "filter_name");
        assert_eq!(property_name("$select"), "select");
        assert_eq!(property_name("日本"), "value");
    }
}
