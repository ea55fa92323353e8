//! Where a secret stands in a request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::secret::{Secret, SecretName};
use url::Url;

use crate::error::SendError;

/// A secret with its place in a request. It is put there last, at the moment of sending.
#[derive(Clone, Debug)]
pub struct PlacedSecret {
    /// Its name: what the record shows.
    pub name: SecretName,
    /// The secret itself.
    pub secret: Secret,
    /// Where it goes.
    pub place: Placement,
}

/// The places in which APIs expect a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// `Authorization: Bearer …` (RFC 6750).
    Bearer,
    /// `Authorization: Basic …` of this user (RFC 7617).
    Basic {
        /// Who; holds no colon.
        user: String,
    },
    /// A header of this name that holds the secret alone: `x-api-key`.
    Header {
        /// The header.
        name: String,
    },
    /// A query parameter of this name.
    Query {
        /// The parameter.
        name: String,
    },
    /// A cookie of this name.
    Cookie {
        /// The cookie.
        name: String,
    },
}

impl PlacedSecret {
    /// The header that carries it on the wire, if a header does.
    pub(crate) fn header(&self) -> Option<(&str, Secret)> {
        let value = self.secret.expose();
        let text = match &self.place {
            Placement::Bearer => format!("Bearer {value}"),
            Placement::Basic { .. } => format!("Basic {}", self.basic()?.expose()),
            Placement::Header { .. } => value.to_owned(),
            Placement::Cookie { name } => format!("{name}={value}"),
            Placement::Query { .. } => return None,
        };
        Some((self.header_name()?, Secret::new(text)))
    }

    /// The same header with the secret's name in the place of the secret.
    pub(crate) fn recorded_header(&self) -> Option<(&str, String)> {
        let stand_in = self.stand_in();
        let text = match &self.place {
            Placement::Bearer => format!("Bearer {stand_in}"),
            Placement::Basic { user } => format!("Basic base64({user}:{stand_in})"),
            Placement::Header { .. } => stand_in,
            Placement::Cookie { name } => format!("{name}={stand_in}"),
            Placement::Query { .. } => return None,
        };
        Some((self.header_name()?, text))
    }

    /// The query parameter that carries it, if one does.
    pub(crate) fn parameter(&self) -> Option<&str> {
        match &self.place {
            Placement::Query { name } => Some(name),
            _ => None,
        }
    }

    /// Whether it is one of the cookies, which share a header.
    pub(crate) fn is_a_cookie(&self) -> bool {
        matches!(self.place, Placement::Cookie { .. })
    }

    /// `{secret:crm}`
    pub(crate) fn stand_in(&self) -> String {
        format!("{{secret:{}}}", self.name)
    }

    /// The forms in which a server could send it back: as it is, under base64, in an address, in JSON.
    pub(crate) fn forms(&self) -> Vec<(SecretName, Secret)> {
        let plain = self.secret.expose();
        let in_json = plain.replace('\\', "\\\\").replace('"', "\\\"");
        let mut texts = vec![
            plain.to_owned(),
            url::form_urlencoded::byte_serialize(plain.as_bytes()).collect(),
            in_json.replace('/', "\\/"),
            in_json,
        ];
        texts.extend(self.basic().map(|encoded| encoded.expose().to_owned()));
        texts.dedup();
        texts.into_iter().map(|text| (self.name.clone(), Secret::new(text))).collect()
    }

    /// Whether it fits its place. The words name the secret and not what is in it.
    pub(crate) fn check(&self, url: &Url) -> Result<(), SendError> {
        let name = &self.name;
        let refused = |what: &str| Err(SendError::Unsendable(format!("the secret `{name}` {what}")));
        let text = self.secret.expose();
        if text.is_empty() {
            return refused("is empty: set it again");
        }
        match &self.place {
            Placement::Bearer | Placement::Header { .. }
                if !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) =>
            {
                refused(
                    "holds a character that can't stand in a header (a line break at its end?): set it again",
                )
            }
            Placement::Cookie { .. } if !text.bytes().all(cookie_octet) => {
                refused("holds a character that can't stand in a cookie: set it again")
            }
            Placement::Basic { user } if user.contains(':') || user.chars().any(char::is_control) => {
                Err(SendError::Unsendable(
                    "the user name for basic authentication holds a colon or a control character".to_owned(),
                ))
            }
            Placement::Query { name } if url.query_pairs().any(|(key, _)| key == *name) => {
                refused(&format!("goes into the query parameter `{name}`, which the address has already"))
            }
            _ => Ok(()),
        }
    }

    fn header_name(&self) -> Option<&str> {
        match &self.place {
            Placement::Bearer | Placement::Basic { .. } => Some("authorization"),
            Placement::Header { name } => Some(name),
            Placement::Cookie { .. } => Some("cookie"),
            Placement::Query { .. } => None,
        }
    }

    fn basic(&self) -> Option<Secret> {
        match &self.place {
            Placement::Basic { user } => {
                Some(Secret::new(STANDARD.encode(format!("{user}:{}", self.secret.expose()))))
            }
            _ => None,
        }
    }
}

/// RFC 6265 §4.1.1
fn cookie_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scrub::Scrubber;

    #[test]
    fn a_secret_is_known_again_in_every_form() {
        let secret = Secret::new("pass/wo\"rd\\1234");
        let place = Placement::Basic { user: "ana".to_owned() };
        let placed = PlacedSecret { name: "crm".parse().unwrap(), secret, place };
        let scrubber = Scrubber::new(placed.forms());
        for form in [
            r#"pass/wo"rd\1234"#,
            r#"pass/wo\"rd\\1234"#,
            r#"pass\/wo\"rd\\1234"#,
            "pass%2Fwo%22rd%5C1234",
            "YW5hOnBhc3Mvd28icmRcMTIzNA==",
        ] {
            assert_eq!(scrubber.text(format!("<{form}>")), "<{secret:crm}>", "{form}");
        }
    }
}
