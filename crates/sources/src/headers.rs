//! Which of a file's headers may be there.

use domain::effect::Method;
use egress::Outbound;
use url::Url;

use crate::mistake::Wrong;

/// Words of a header's name that promise a secret in its value.
const SECRET_WORDS: [&str; 15] = [
    "apikey",
    "auth",
    "authentication",
    "authorization",
    "bearer",
    "cookie",
    "credential",
    "credentials",
    "jwt",
    "passwd",
    "password",
    "pwd",
    "secret",
    "signature",
    "token",
];

/// Keys go by two words.
const SECRET_PAIRS: [(&str, &str); 5] =
    [("api", "key"), ("access", "key"), ("subscription", "key"), ("private", "key"), ("auth", "key")];

/// Beginnings by which well-known issuers mark their keys.
const KEY_MARKS: [&str; 12] =
    ["sk-", "sk_", "pk_", "rk_", "ghp_", "gho_", "github_pat_", "glpat-", "xox", "AKIA", "AIza", "eyJ"];

/// Whether a header of the file can be sent, and is not a secret in the wrong place.
pub(crate) fn check(name: &str, value: &str) -> Result<(), Wrong> {
    if names_a_secret(name) || is_a_secret(value) {
        return Err(Wrong::new(
            "looks like a secret, and a source's file holds none",
            "take it out, keep the secret with `tieout secrets set NAME`, and name it: \
             auth = { kind = \"bearer\", secret = \"NAME\" } or \
             { kind = \"api_key\", place = \"header\", name = \"…\", secret = \"NAME\" }",
        ));
    }
    sendable(name, value)
}

/// Whether a header of that name could carry a secret.
pub(crate) fn sendable_name(name: &str) -> Result<(), Wrong> {
    sendable(name, "x")
}

/// Whether a text that should be a name looks like the key itself.
pub(crate) fn is_a_key(text: &str) -> bool {
    let marked = KEY_MARKS.iter().any(|mark| text.starts_with(mark));
    let mixed = text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
        && text.bytes().any(|byte| byte.is_ascii_uppercase());
    (marked && text.len() >= 16) || (mixed && text.len() >= 24)
}

/// Whether a key of that name says that its value is a secret, so that no message may repeat it.
pub(crate) fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words: Vec<_> = name.split(['-', '_', '.']).collect();
    words.iter().any(|word| SECRET_WORDS.contains(word))
        || words.windows(2).any(|pair| SECRET_PAIRS.contains(&(pair[0], pair[1])))
}

fn is_a_secret(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    lower.starts_with("bearer ") || lower.starts_with("basic ") || is_a_key(value)
}

fn sendable(name: &str, value: &str) -> Result<(), Wrong> {
    // The door itself is asked, so that what is read here can be sent there.
    let Ok(url) = Url::parse("http://localhost/") else { return Ok(()) };
    let mut request = Outbound::new(Method::Get, url);
    request.headers.push((name.to_owned(), value.to_owned()));
    request.check().map_err(|error| Wrong::new(error.words(), "correct it or leave it out"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_name_or_value() {
        for (name, value) in [
            ("Authorization", "x"),
            ("X-Api-Key", "x"),
            ("x_api_key", "x"),
            ("X-Auth-Token", "x"),
            ("Cookie", "a=b"),
            ("X-Team", "Bearer abc"),
            ("X-Team", "sk-live-0123456789"),
            ("Host", "elsewhere"),
            ("X Team", "x"),
            ("X-Team", "a\nb"),
        ] {
            assert!(check(name, value).is_err(), "{name}: {value}");
        }
        for (name, value) in
            [("X-Team", "research"), ("X-Author", "Ana"), ("X-Partition-Key", "eu"), ("Accept", "text/csv")]
        {
            assert!(check(name, value).is_ok(), "{name}: {value}");
        }
    }
}
