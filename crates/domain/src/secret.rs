//! Secrets: a value that neither prints nor serialises, and the name by which everything else refers to it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A key, password or token. It has no `Display`, no `Serialize`, and its `Debug` says nothing; its memory is
/// overwritten when it goes. Whoever calls [`Secret::expose`] must hand the text to the one place it is for.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// The name of a secret in the keychain: letters, digits, `-`, `_`, `.`; 1 to 64 of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(try_from = "String", into = "String")]
#[specta(transparent)]
pub struct SecretName(String);

/// A text that can't name a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret's name has 1 to 64 letters, digits, `-`, `_` or `.`; this one doesn't: `{0}`")]
pub struct SecretNameError(String);

impl SecretName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SecretName {
    type Err = SecretNameError;
    fn from_str(text: &str) -> Result<Self, SecretNameError> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if (1..=64).contains(&text.len()) && text.bytes().all(good) {
            Ok(Self(text.to_owned()))
        } else {
            // What was typed here may be the secret itself, put in the wrong field: show only its beginning.
            Err(SecretNameError(text.chars().take(4).chain("…".chars()).collect()))
        }
    }
}

impl TryFrom<String> for SecretName {
    type Error = SecretNameError;
    fn try_from(text: String) -> Result<Self, SecretNameError> {
        text.parse()
    }
}

impl From<SecretName> for String {
    fn from(name: SecretName) -> String {
        name.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        assert_eq!(format!("{:?}", Secret::new("sk-live-1")), "Secret(…)");
    }

    #[test]
    fn a_key_typed_as_a_name_is_not_repeated_back() {
        let refused = "sk live 4eC39HqLyjWDarjtT1zdp7dc".parse::<SecretName>();
        assert!(refused.is_err_and(|error| !error.to_string().contains("4eC39")));
    }
}
