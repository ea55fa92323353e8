//! Taking secrets out of what an outsider sent back.

use domain::secret::{Secret, SecretName};
use memchr::memmem;

/// Below this many bytes a secret is left where it stands: it is a word of everyday (`admin`, `test`), and taking it
/// out of a result would damage the result more than it would protect the secret.
const LEAST: usize = 8;

/// Replaces a request's secrets by `{secret:name}` in texts that may repeat them: a server that echoes headers, an
/// error page that quotes the key, an address in a `Location`. Whoever keeps such a text passes it through here.
#[derive(Clone, Debug, Default)]
pub struct Scrubber {
    /// What may not be kept, and what stands for it; longest first, so that a secret within another can't split it.
    forms: Vec<(Secret, String)>,
}

impl Scrubber {
    /// For these secrets, in each of the forms in which they may come back.
    pub fn new(secrets: impl IntoIterator<Item = (SecretName, Secret)>) -> Self {
        let mut forms: Vec<_> = secrets
            .into_iter()
            .filter(|(_, secret)| secret.expose().len() >= LEAST)
            .map(|(name, secret)| (secret, format!("{{secret:{name}}}")))
            .collect();
        forms.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.expose().len()));
        Self { forms }
    }

    /// The text without secrets.
    pub fn text(&self, text: String) -> String {
        self.forms.iter().fold(text, |text, (secret, name)| {
            if text.contains(secret.expose()) { text.replace(secret.expose(), name) } else { text }
        })
    }

    /// The bytes without secrets, of something that was cut at its end: what may be the beginning of a secret there goes
    /// too.
    pub fn cut_bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        let mut bytes = self.bytes(bytes);
        let begun = self.forms.iter().filter_map(|(secret, _)| {
            let secret = secret.expose().as_bytes();
            (LEAST..secret.len()).rev().find(|length| bytes.ends_with(&secret[..*length]))
        });
        let begun = begun.max().unwrap_or(0);
        bytes.truncate(bytes.len() - begun);
        bytes
    }

    /// The bytes without secrets.
    pub fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        self.forms.iter().fold(bytes, |bytes, (secret, name)| {
            replaced(&bytes, secret.expose().as_bytes(), name.as_bytes()).unwrap_or(bytes)
        })
    }
}

/// `None` if there is nothing to replace, which is nearly always: then nothing is copied.
fn replaced(bytes: &[u8], secret: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    let mut places = memmem::find_iter(bytes, secret).peekable();
    places.peek()?;
    let mut out = Vec::with_capacity(bytes.len());
    let mut done = 0;
    for place in places {
        out.extend_from_slice(&bytes[done..place]);
        out.extend_from_slice(name);
        done = place + secret.len();
    }
    out.extend_from_slice(&bytes[done..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubber(secret: &str) -> Scrubber {
        Scrubber::new([("crm".parse().unwrap(), Secret::new(secret))])
    }

    #[test]
    fn an_echoed_key_is_named_and_not_kept() {
        let scrubber = scrubber("sk-live-12345");
        let echoed = b"a sk-live-12345 b sk-live-12345".to_vec();
        assert_eq!(scrubber.bytes(echoed), b"a {secret:crm} b {secret:crm}");
        assert_eq!(scrubber.text("no sk-live-12345!".to_owned()), "no {secret:crm}!");
        assert_eq!(scrubber.bytes(b"sk-live-1234".to_vec()), b"sk-live-1234");
    }

    #[test]
    fn the_beginning_of_a_key_at_a_cut_goes_too() {
        let scrubber = scrubber("sk-live-12345");
        assert_eq!(scrubber.cut_bytes(b"a sk-live-12345 b sk-live-1234".to_vec()), b"a {secret:crm} b ");
        assert_eq!(scrubber.cut_bytes(b"a sk-live-".to_vec()), b"a ");
        assert_eq!(scrubber.cut_bytes(b"a sk-li".to_vec()), b"a sk-li");
    }

    #[test]
    fn a_secret_that_is_a_common_word_does_not_eat_results() {
        assert_eq!(scrubber("test").bytes(b"a test result".to_vec()), b"a test result");
    }
}
