//! Keys in saved requests: what is one, and where it goes.

use domain::secret::Secret;

/// How a request says who asks.
#[derive(Clone, Debug)]
pub enum Login {
    /// A token as `Authorization: Bearer`.
    Bearer(Secret),
    /// A user and a password.
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A key in a place of its own.
    Key {
        /// Where it goes.
        place: KeyIn,
        /// The header, parameter or cookie.
        name: String,
        /// The key.
        key: Secret,
    },
}

/// Where a key goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyIn {
    /// A header.
    Header,
    /// A parameter of the query.
    Query,
    /// A cookie.
    Cookie,
}

impl KeyIn {
    /// As OpenAPI writes it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Query => "query",
            Self::Cookie => "cookie",
        }
    }
}

impl Login {
    /// A name for where the key goes, the same for requests that send it in the same way.
    pub(crate) fn scheme(&self) -> String {
        match self {
            Self::Bearer(_) => "bearer".to_owned(),
            Self::Basic { .. } => "basic".to_owned(),
            Self::Key { place, name, .. } => format!("{} {name}", place.word()),
        }
    }

    /// The secret itself.
    pub fn secret(&self) -> &Secret {
        match self {
            Self::Bearer(secret) | Self::Basic { password: secret, .. } | Self::Key { key: secret, .. } => {
                secret
            }
        }
    }

    /// The same with its secret's variables filled.
    pub(crate) fn map(self, filled: impl Fn(&str) -> String) -> Self {
        let new = |secret: Secret| Secret::new(filled(secret.expose()));
        match self {
            Self::Bearer(secret) => Self::Bearer(new(secret)),
            Self::Basic { user, password } => Self::Basic { user: filled(&user), password: new(password) },
            Self::Key { place, name, key } => Self::Key { place, name, key: new(key) },
        }
    }
}

pub(crate) fn key(place: KeyIn, name: &str, value: &str) -> Login {
    Login::Key { place, name: name.to_owned(), key: Secret::new(value) }
}

/// `user:password`, which a header holds as base64 (RFC 7617).
pub(crate) fn basic(encoded: &str) -> Login {
    let decoded = decoded(encoded).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let (user, password) = decoded.split_once(':').unwrap_or((&decoded, ""));
    Login::Basic { user: user.to_owned(), password: Secret::new(password) }
}

/// Base64 (RFC 4648 §4), with its padding or without.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = (held << 6) | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

/// Whether what has that name is a secret, most likely. A place in a list is none, though it is called a token.
pub(crate) fn looks_secret(name: &str) -> bool {
    const WHOLE: [&str; 9] = ["key", "sig", "signature", "auth", "pass", "pwd", "jwt", "sid", "passphrase"];
    const WITHIN: [&str; 10] = [
        "authorization",
        "apikey",
        "accesskey",
        "appkey",
        "secret",
        "password",
        "passwd",
        "credential",
        "sessionid",
        "privatekey",
    ];
    const PLACES: [&str; 9] =
        ["page", "next", "sync", "continuation", "cursor", "start", "count", "max", "resume"];
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|char| char.to_ascii_lowercase()).collect();
    let token = plain.contains("token")
        && !PLACES.iter().any(|place| plain.starts_with(place))
        && !plain.ends_with("tokens");
    let of_key = plain.ends_with("key")
        && (name.to_ascii_lowercase().starts_with("x-") || plain.contains("subscription"));
    token || of_key || WHOLE.contains(&plain.as_str()) || WITHIN.iter().any(|word| plain.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_told_from_places_and_counts() {
        for secret in
            ["Authorization", "X-Api-Key", "api_key", "access_token", "client_secret", "key", "X-Auth-Token"]
        {
            assert!(looks_secret(secret), "{secret}");
        }
        for plain in
            ["page_token", "nextToken", "max_tokens", "Idempotency-Key", "keyword", "status", "Accept"]
        {
            assert!(!looks_secret(plain), "{plain}");
        }
    }

    #[test]
    fn a_basic_header_is_read() {
        let Login::Basic { user, password } = basic("YWRhOmIqYw==") else { panic!("basic") };
        assert_eq!((user.as_str(), password.expose()), ("ada", "b*c"));
    }
}
