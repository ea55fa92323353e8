//! Signatures by a source's own recipe: an HMAC over a text made of the request.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::secret::Secret;
use domain::source::{Encoding, HmacAlgorithm, HmacRecipe};
use domain::time::Micros;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::bare::Bare;

/// A recipe at a moment.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) recipe: &'a HmacRecipe,
    pub(crate) at: Micros,
    pub(crate) nonce: &'a str,
}

impl Moment<'_> {
    /// The headers that the recipe adds, with this in the place of the signature.
    pub(crate) fn headers(self, request: &Bare<'_>, signature: &str) -> Vec<(String, String)> {
        let filled = |template: &String| {
            String::from_utf8_lossy(&self.filled(template, request, signature)).into_owned()
        };
        let headers = self.recipe.headers.iter();
        headers.map(|(name, template)| (name.to_ascii_lowercase(), filled(template))).collect()
    }

    /// The signature of this request; `None` if the secret is no such key.
    pub(crate) fn signature(self, secret: &Secret, request: &Bare<'_>) -> Option<String> {
        let key = key(self.recipe, secret)?;
        let text = self.filled(&self.recipe.sign, request, "");
        let bytes = match self.recipe.algorithm {
            HmacAlgorithm::Sha256 => {
                Hmac::<Sha256>::new_from_slice(&key).ok()?.chain_update(text).finalize().into_bytes().to_vec()
            }
            HmacAlgorithm::Sha512 => {
                Hmac::<Sha512>::new_from_slice(&key).ok()?.chain_update(text).finalize().into_bytes().to_vec()
            }
            HmacAlgorithm::Sha1 => {
                Hmac::<Sha1>::new_from_slice(&key).ok()?.chain_update(text).finalize().into_bytes().to_vec()
            }
        };
        Some(match self.recipe.encoding {
            Encoding::Hex => hex(&bytes),
            Encoding::Base64 => STANDARD.encode(bytes),
        })
    }

    /// A template with every part in place. What is put in is not looked into again: a body that holds `{nonce}` stays.
    fn filled(self, template: &str, request: &Bare<'_>, signature: &str) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once('{') {
            out.extend_from_slice(before.as_bytes());
            match behind
                .split_once('}')
                .and_then(|(name, rest)| Some((self.part(name, request, signature)?, rest)))
            {
                Some((part, after)) => {
                    out.extend(part);
                    rest = after;
                }
                None => {
                    out.push(b'{');
                    rest = behind;
                }
            }
        }
        out.extend_from_slice(rest.as_bytes());
        out
    }

    fn part(self, name: &str, request: &Bare<'_>, signature: &str) -> Option<Vec<u8>> {
        let Bare { method, url, body, .. } = *request;
        let at = Timestamp::from_microsecond(self.at.0).unwrap_or_default();
        let query = url.query().unwrap_or_default();
        let text = match name {
            "signature" => signature.to_owned(),
            "method" => method.to_owned(),
            "host" => {
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                format!("{}{port}", url.host_str().unwrap_or_default())
            }
            "path" => url.path().to_owned(),
            "query" => query.to_owned(),
            "path_query" if query.is_empty() => url.path().to_owned(),
            "path_query" => format!("{}?{query}", url.path()),
            "url" => url.as_str().to_owned(),
            "body" => return Some(body.to_vec()),
            "body_sha256" => hex(&Sha256::digest(body)),
            "body_sha256_base64" => STANDARD.encode(Sha256::digest(body)),
            "timestamp" => at.as_second().to_string(),
            "timestamp_ms" => at.as_millisecond().to_string(),
            "date" => at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
            "iso" => {
                format!("{}.{:03}Z", at.strftime("%Y-%m-%dT%H:%M:%S"), at.as_millisecond().rem_euclid(1000))
            }
            "nonce" => self.nonce.to_owned(),
            _ => return None,
        };
        Some(text.into_bytes())
    }
}

/// The key's bytes; `None` if the secret is not under base64 and should be.
pub(crate) fn key(recipe: &HmacRecipe, secret: &Secret) -> Option<Zeroizing<Vec<u8>>> {
    let text = secret.expose();
    let key = if recipe.base64_key { STANDARD.decode(text.trim()).ok()? } else { text.as_bytes().to_vec() };
    (!key.is_empty()).then(|| Zeroizing::new(key))
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

    fn recipe(algorithm: HmacAlgorithm, encoding: Encoding, sign: &str) -> HmacRecipe {
        let headers = [("X-Sig", "t={timestamp},v1={signature}"), ("X-Nonce", "{nonce}")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        HmacRecipe { algorithm, encoding, base64_key: false, sign: sign.to_owned(), headers }
    }

    fn check(recipe: &HmacRecipe, key: &str, expected: &str) {
        let url = "https://api.example/v1/a%20b?x=1".parse().unwrap();
        let request = Bare { method: "POST", url: &url, headers: &[], body: b"{nonce}" };
        let moment = Moment { recipe, at: Micros(1_440_938_160_123_000), nonce: "n-1" };
        assert_eq!(moment.signature(&Secret::new(key), &request).unwrap(), expected);
        let headers = moment.headers(&request, expected);
        assert_eq!(headers[0], ("x-nonce".to_owned(), "n-1".to_owned()));
        assert_eq!(headers[1], ("x-sig".to_owned(), format!("t=1440938160,v1={expected}")));
    }

    /// The expected values were computed by another program (Python's `hmac`), over the texts that the templates mean.
    #[test]
    fn what_is_signed_is_what_the_template_says() {
        use Encoding::{Base64, Hex};
        use HmacAlgorithm::{Sha1, Sha256, Sha512};
        let sign = "{timestamp}{method}{path_query}{body}";
        check(
            &recipe(Sha256, Hex, sign),
            "key",
            "0fc7b644fe2b9e570a6e91ab382ff93dded9c983236567dc497fe919bbcdd80c",
        );
        check(&recipe(Sha1, Base64, sign), "key", "T2BAdenD1PbOoBLROdsf347xOyI=");
        check(
            &recipe(Sha512, Base64, "{date}\n{iso}\n{body_sha256}"),
            "key",
            "N9kyguJPPeKwVNgpYL7PeDjM4JcqanY0iDXC1KhYdwJe713TUc4sGAa1lDBAsYFs/qEZsUXuxJRCwwfNTsYYZg==",
        );
        let mut decoded = recipe(Sha256, Hex, sign);
        decoded.base64_key = true;
        check(&decoded, "a2V5", "0fc7b644fe2b9e570a6e91ab382ff93dded9c983236567dc497fe919bbcdd80c");
        assert!(key(&decoded, &Secret::new("not base64!")).is_none());
    }

    #[test]
    fn every_place_that_a_recipe_may_name_is_filled() {
        let url = "https://api.example:8443/v1".parse().unwrap();
        let request = Bare { method: "GET", url: &url, headers: &[], body: b"" };
        let recipe = recipe(HmacAlgorithm::Sha256, Encoding::Hex, "");
        let moment = Moment { recipe: &recipe, at: Micros(0), nonce: "n" };
        for name in HmacRecipe::SIGNED.iter().chain(&HmacRecipe::SHOWN) {
            let template = format!("<{{{name}}}>");
            assert_ne!(moment.filled(&template, &request, "s"), template.as_bytes(), "{name}");
        }
        let odd = "{host} {no} {{path} {";
        assert_eq!(moment.filled(odd, &request, ""), b"api.example:8443 {no} {/v1 {");
    }
}
