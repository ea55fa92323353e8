//! Texts as they are compared: without what two spellings of one value differ in.

/// A text in lower case, with one blank where it has some, without the scheme and the last slash of an address.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(bare(word).chars().flat_map(char::to_lowercase));
    }
    folded
}

/// The words and addresses of a folded text: `ana@x.org`, `www.x.org/a`, `1,100.5` and `standing` each stay one.
pub(crate) fn tokens(folded: &str) -> impl Iterator<Item = &str> {
    let parts = folded.split(|sign: char| sign.is_whitespace() || SEPARATES.contains(&sign));
    parts.map(|part| bare(part.trim_matches(TRIMMED))).filter(|part| !part.is_empty())
}

/// Whether a folded text holds another as whole words.
pub(crate) fn holds(text: &str, part: &str) -> bool {
    !part.is_empty()
        && text.match_indices(part).any(|(at, found)| {
            let before = text[..at].chars().next_back();
            let after = text[at + found.len()..].chars().next();
            let inside = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
            !inside(before) && !inside(after)
        })
}

/// The words that a field's or a tool's name is made of: `newRecipient_iban` is `new`, `recipient` and `iban`.
pub(crate) fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut before_is_lower = false;
    for sign in name.chars() {
        if !sign.is_alphanumeric() || (sign.is_uppercase() && before_is_lower) {
            parts.push(String::new());
        }
        if sign.is_alphanumeric()
            && let Some(part) = parts.last_mut()
        {
            part.extend(sign.to_lowercase());
        }
        before_is_lower = sign.is_lowercase() || sign.is_numeric();
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Whether a word is a form of a stem: `cancelling` of `cancel`, `changes` of `change`.
pub(crate) fn is_form_of(word: &str, stem: &str) -> bool {
    const ENDINGS: [&str; 10] = ["", "e", "s", "es", "ed", "d", "ing", "led", "ling", "ting"];
    let root = stem.strip_suffix('e').unwrap_or(stem);
    word == stem
        || word
            .strip_prefix(root)
            .is_some_and(|rest| ENDINGS.contains(&rest) && (root == stem || !rest.is_empty()))
        || stem
            .strip_suffix('y')
            .is_some_and(|root| word.strip_prefix(root).is_some_and(|rest| matches!(rest, "ies" | "ied")))
}

fn bare(word: &str) -> &str {
    let rest = word.strip_prefix("https://").or_else(|| word.strip_prefix("http://"));
    rest.map_or(word, |rest| rest.trim_end_matches('/'))
}

/// What stands between two values in a text.
const SEPARATES: [char; 15] = [',', ';', '(', ')', '[', ']', '{', '}', '<', '>', '"', '\'', '`', '|', '='];
/// What ends a sentence, and may stand at the end of an address that ends it.
const TRIMMED: [char; 10] = ['.', ':', '!', '?', '*', '_', '/', '’', '“', '”'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stay_whole() {
        let text = folded("Mail  Ana@X.org, or see <https://x.org/a/>. Pay\nUS12!");
        assert_eq!(text, "mail ana@x.org, or see <https://x.org/a/>. pay us12!");
        let found: Vec<&str> = tokens(&text).collect();
        assert_eq!(found, ["mail", "ana@x.org", "or", "see", "x.org/a", "pay", "us12"]);
        assert_eq!(folded("http://x.org/"), "x.org");
    }

    #[test]
    fn a_part_is_whole_words() {
        assert!(holds("pay 12.00 to bo", "12.00") && holds("bo", "bo"));
        assert!(!holds("pay 112 to bob", "12") && !holds("pay bob", "bo") && !holds("pay", ""));
    }

    #[test]
    fn names_are_made_of_words() {
        assert_eq!(parts("newRecipient_iban-2"), ["new", "recipient", "iban", "2"]);
        assert_eq!(parts("IBAN"), ["iban"]);
    }

    #[test]
    fn forms_of_a_word() {
        for (word, stem) in [
            ("cancelling", "cancel"),
            ("changes", "change"),
            ("changing", "change"),
            ("replied", "reply"),
            ("sending", "send"),
            ("deleted", "delete"),
        ] {
            assert!(is_form_of(word, stem), "{word} {stem}");
        }
        assert!(
            !is_form_of("sender", "send") && !is_form_of("chang", "change") && !is_form_of("payload", "pay")
        );
    }
}
