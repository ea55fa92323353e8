//! The words of a name, a path or a sentence, so that `listInvoices`, `/invoices` and "an invoice" have one in common.

/// What says nothing of a tool.
const EMPTY: [&str; 40] = [
    "a", "all", "an", "and", "any", "are", "as", "at", "be", "by", "can", "do", "each", "for", "from", "has",
    "have", "how", "i", "in", "is", "it", "its", "me", "my", "of", "on", "one", "or", "our", "that", "the",
    "their", "this", "to", "was", "what", "which", "with", "you",
];

/// Every word that says something, in lower case and without the ending of a plural.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    for char in text.chars() {
        let begins = char.is_uppercase() && was_lower;
        if !char.is_alphanumeric() || begins {
            end(&mut word, &mut found);
        }
        if char.is_alphanumeric() {
            word.extend(char.to_lowercase());
        }
        was_lower = char.is_lowercase() || char.is_ascii_digit();
    }
    end(&mut word, &mut found);
    found
}

fn end(word: &mut String, found: &mut Vec<String>) {
    let whole = std::mem::take(word);
    if !whole.is_empty() && !EMPTY.contains(&whole.as_str()) {
        found.push(singular(whole));
    }
}

fn singular(word: String) -> String {
    if word.len() < 4 || word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        return word;
    }
    if let Some(start) = word.strip_suffix("ies") {
        return format!("{start}y");
    }
    for ending in ["sses", "xes", "ches", "shes"] {
        if word.ends_with(ending) {
            return word[..word.len() - 2].to_owned();
        }
    }
    word.strip_suffix('s').map(str::to_owned).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_paths_and_sentences_have_words_in_common() {
        assert_eq!(words("listInvoiceLines"), ["list", "invoice", "line"]);
        assert_eq!(words("/v2/companies/{id}/addresses"), ["v2", "company", "id", "address"]);
        assert_eq!(words("What is the status of the boxes?"), ["status", "box"]);
    }
}
