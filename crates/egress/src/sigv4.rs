//! Signatures as Amazon Web Services ask for them (AWS Signature Version 4).
//!
//! AWS's own crate for it brings a runtime of twenty crates along and copies of the keys that nothing wipes. The whole
//! of it is a few hashes over a text, and the tests compare it with the vectors that AWS publishes.

use std::fmt::Write as _;

use domain::secret::Secret;
use domain::time::Micros;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest as _, Sha256};
use url::Url;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// What stands in a canonical query as it is (RFC 3986 §2.3).
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// In a canonical path, the slashes too. What is encoded already is encoded once more: that is how every service but
/// S3 reads it.
const IN_PATH: &AsciiSet = &IN_QUERY.remove(b'/');

/// The parts of a secret: `ACCESS_KEY_ID:SECRET[:SESSION_TOKEN]`. None of them can hold a colon.
#[derive(Clone, Copy)]
pub(crate) struct Keys<'a> {
    pub(crate) access: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) token: Option<&'a str>,
}

impl<'a> Keys<'a> {
    /// `None` if it is no such secret.
    pub(crate) fn of(secret: &'a Secret) -> Option<Self> {
        let mut parts = secret.expose().split(':');
        let keys = Self { access: parts.next()?, secret: parts.next()?, token: parts.next() };
        let good = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic());
        let whole =
            parts.next().is_none() && [keys.access, keys.secret].into_iter().chain(keys.token).all(good);
        whole.then_some(keys)
    }

    /// Each by itself.
    pub(crate) fn parts(self) -> impl Iterator<Item = &'a str> {
        [self.access, self.secret].into_iter().chain(self.token)
    }
}

/// What a signature is for, beside the request.
#[derive(Clone, Copy)]
pub(crate) struct Signing<'a> {
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
    pub(crate) at: Micros,
}

/// The request as it goes on the wire.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a Url,
    /// The headers that are signed: names in lower case, sorted.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a [u8],
}

impl Signing<'_> {
    /// When, as the header `x-amz-date` has it: `20150830T123600Z`.
    pub(crate) fn date(self) -> String {
        let at = Timestamp::from_microsecond(self.at.0).unwrap_or_default();
        at.strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    /// The header `authorization`. The record has stand-ins for the key's id and the signature.
    pub(crate) fn authorization(self, access: &str, names: &str, signature: &str) -> String {
        let scope = self.scope();
        format!("{ALGORITHM} Credential={access}/{scope}, SignedHeaders={names}, Signature={signature}")
    }

    /// The signature of this request with this key.
    pub(crate) fn signature(self, secret: &str, request: &Signed<'_>) -> String {
        let canonical = hex(&Sha256::digest(request.canonical()));
        let text = format!("{ALGORITHM}\n{}\n{}\n{canonical}", self.date(), self.scope());
        let key = Secret::new(format!("AWS4{secret}"));
        let mut key = keyed(key.expose().as_bytes(), &self.date()[..8]);
        for part in [self.region, self.service, "aws4_request"] {
            key = keyed(&key, part);
        }
        hex(&keyed(&key, &text))
    }

    fn scope(self) -> String {
        let Self { region, service, .. } = self;
        format!("{}/{region}/{service}/aws4_request", &self.date()[..8])
    }
}

impl Signed<'_> {
    /// The names of the headers that are signed.
    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        names.join(";")
    }

    fn canonical(&self) -> String {
        let path = utf8_percent_encode(self.url.path(), IN_PATH);
        let mut text = format!("{}\n{path}\n{}\n", self.method, self.query());
        for (name, value) in self.headers {
            let value: Vec<&str> = value.split_ascii_whitespace().collect();
            // Writing to a String can't fail.
            let _ = writeln!(text, "{name}:{}", value.join(" "));
        }
        let _ = write!(text, "\n{}\n{}", self.names(), hex(&Sha256::digest(self.body)));
        text
    }

    /// The query with every parameter encoded in one way and in the order of their names. A `+` is a plus here.
    fn query(&self) -> String {
        let again = |text: &str| {
            utf8_percent_encode(&percent_decode_str(text).decode_utf8_lossy(), IN_QUERY).to_string()
        };
        let parameters = self.url.query().unwrap_or_default().split('&').filter(|part| !part.is_empty());
        let mut parameters: Vec<(String, String)> = parameters
            .map(|part| part.split_once('=').unwrap_or((part, "")))
            .map(|(name, value)| (again(name), again(value)))
            .collect();
        parameters.sort();
        let parameters: Vec<String> =
            parameters.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        parameters.join("&")
    }
}

fn keyed(key: &[u8], text: &str) -> Vec<u8> {
    // A key may have any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const HOST: (&str, &str) = ("host", "example.amazonaws.com");
    const DATE: (&str, &str) = ("x-amz-date", "20150830T123600Z");

    /// 2015-08-30T12:36:00Z
    fn signing() -> Signing<'static> {
        Signing { region: "us-east-1", service: "service", at: Micros(1_440_938_160_000_000) }
    }

    fn signature(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> String {
        let url = format!("https://example.amazonaws.com{target}").parse().unwrap();
        signing().signature(SECRET, &Signed { method, url: &url, headers, body: body.as_bytes() })
    }

    /// AWS's signing test suite (awslabs/aws-c-auth, `tests/aws-signing-test-suite/v4`, `header-signature.txt`); each
    /// line is one of its cases. Those that sign unencoded paths are left out: no address of ours has any.
    #[test]
    fn the_vectors_that_aws_publishes() {
        let all = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        for (method, target, expected) in [
            ("GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            ("POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            ("POST", "/?Param1=value1", "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
            ("GET", "/?Param1=value1", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
            (
                "GET",
                "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
                "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
            ),
            ("GET", "/?ሴ=bar", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
            ("GET", &format!("/{all}"), "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
            (
                "GET",
                &format!("/?{all}={all}"),
                "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
            ),
        ] {
            assert_eq!(signature(method, target, &[HOST, DATE], ""), expected, "{method} {target}");
        }
        let token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
        assert_eq!(
            signature("GET", "/", &[HOST, DATE, ("x-amz-security-token", token)], ""),
            "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"
        );
        let sum = hex(&Sha256::digest("Param1=value1"));
        let form = ("content-type", "application/x-www-form-urlencoded");
        let headers = [("content-length", "13"), form, HOST, ("x-amz-content-sha256", &sum), DATE];
        assert_eq!(
            signature("POST", "/", &headers, "Param1=value1"),
            "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b"
        );
    }

    /// From the same suite: `double-encode-path`, which has no signature of its own.
    #[test]
    fn what_is_encoded_is_encoded_once_more() {
        let url = "https://a.example/test/@connections/JBDvjfGEIAMCERw%3D".parse().unwrap();
        let canonical = Signed { method: "POST", url: &url, headers: &[], body: b"" }.canonical();
        assert!(canonical.starts_with("POST\n/test/%40connections/JBDvjfGEIAMCERw%253D\n\n"), "{canonical}");
    }

    #[test]
    fn a_secret_has_two_parts_or_three() {
        let parts = |text: &str| {
            let secret = Secret::new(text);
            Keys::of(&secret).map(|keys| keys.parts().map(str::to_owned).collect::<Vec<_>>())
        };
        assert_eq!(parts("AKID:se/cr+et"), Some(vec!["AKID".to_owned(), "se/cr+et".to_owned()]));
        assert_eq!(parts("AKID:secret:token==").map(|parts| parts.len()), Some(3));
        for other in ["", "AKID", "AKID:", ":secret", "a:b:c:d", "a:b:", "a:b\n", "a: b"] {
            assert_eq!(parts(other), None, "{other:?}");
        }
    }
}
