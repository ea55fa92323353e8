//! What a server says when it wants to know who asks: `WWW-Authenticate: Bearer …` (RFC 6750, RFC 9728).

/// A server's challenge. It is a stranger's word: an address in it is not gone to because it stands there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// Where it says that it describes how it is protected.
    pub resource_metadata: Option<String>,
    /// What it wants a token to be good for.
    pub scopes: Vec<String>,
    /// Whether it knows who asks, and wants a token that is good for more.
    pub wants_more: bool,
}

impl Challenge {
    /// Reads the header, whose lines are joined by commas. What is not of `Bearer` says nothing here.
    pub(crate) fn read(header: &str) -> Self {
        let mut read = Self::default();
        let mut ours = false;
        for part in parts(header) {
            let (scheme, parameter) = match part.split_once(char::is_whitespace) {
                // `Bearer realm="x"`: a scheme with its first parameter. A quoted value may hold blanks too.
                Some((scheme, rest)) if !scheme.contains('=') => (Some(scheme), rest.trim_start()),
                _ if !part.contains('=') => (Some(part), ""),
                _ => (None, part),
            };
            if let Some(scheme) = scheme {
                ours = scheme.eq_ignore_ascii_case("bearer");
            }
            let Some((name, value)) = parameter.split_once('=').filter(|_| ours) else { continue };
            let value = unquoted(value.trim());
            match name.trim().to_ascii_lowercase().as_str() {
                "resource_metadata" => read.resource_metadata = Some(value),
                "scope" => read.scopes = scopes(&value),
                "error" => read.wants_more = value == "insufficient_scope",
                _ => {}
            }
        }
        read
    }

    /// The same for people.
    pub(crate) fn words(&self) -> String {
        match (self.wants_more, self.scopes.as_slice()) {
            (false, _) => "it wants to know who asks (401)".to_owned(),
            (true, []) => "it wants a sign-in that is good for more (403)".to_owned(),
            (true, scopes) => format!("it wants a sign-in that is good for `{}` too (403)", scopes.join(" ")),
        }
    }
}

/// The scopes of a list with blanks between; what can't be one (RFC 6749 §3.3) is left out.
pub(crate) fn scopes(text: &str) -> Vec<String> {
    let is_scope = |word: &&str| word.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
    let mut scopes: Vec<String> = Vec::new();
    for word in text.split_whitespace().filter(is_scope) {
        if !scopes.iter().any(|scope| scope == word) {
            scopes.push(word.to_owned());
        }
    }
    scopes
}

/// The header at its commas, but for those within quotes.
fn parts(header: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    let at_comma = move |sign: char| {
        let inside = quoted;
        match sign {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        sign == ',' && !inside
    };
    header.split(at_comma).map(str::trim).filter(|part| !part.is_empty())
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return value.to_owned();
    };
    let (mut text, mut escaped) = (String::new(), false);
    for sign in inner.chars() {
        if sign == '\\' && !escaped {
            escaped = true;
            continue;
        }
        text.push(sign);
        escaped = false;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_read_whatever_stands_around_it() {
        let read = Challenge::read(
            "Basic realm=\"a, b\", Bearer realm=\"mcp\", error=\"insufficient_scope\", \
             resource_metadata=\"https://crm.example/.well-known/x\", scope=\"read  write read\"",
        );
        assert_eq!(read.resource_metadata.as_deref(), Some("https://crm.example/.well-known/x"));
        assert_eq!((read.scopes, read.wants_more), (vec!["read".to_owned(), "write".to_owned()], true));
        for nothing in ["", "Bearer", "Basic scope=\"a\"", "Negotiate abc==", "Bearer error=invalid_token"] {
            assert_eq!(Challenge::read(nothing), Challenge::default(), "{nothing}");
        }
        let odd = Challenge::read(r#"bearer scope=read,resource_metadata="https://x/\"y\"""#);
        assert_eq!(
            (odd.scopes.as_slice(), odd.resource_metadata.as_deref()),
            (&["read".to_owned()][..], Some("https://x/\"y\""))
        );
    }
}
