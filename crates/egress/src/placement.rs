//! Where a secret stands in a request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::secret::{Secret, SecretName};
use domain::source::HmacRecipe;
use domain::time::Micros;
use url::Url;

use crate::bare::Bare;
use crate::error::SendError;
use crate::forms::forms;
use crate::hmac::{self, Moment};
use crate::sigv4::{Keys, Signed, Signing};

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
    /// `Authorization: Basic …` of a client that asks for a token: its id and its secret are written as in a form first
    /// (RFC 6749 §2.3.1).
    ClientBasic {
        /// The client's id.
        id: String,
    },
    /// A field of this name at the end of the body, which is a form (`application/x-www-form-urlencoded`).
    Form {
        /// The field.
        name: String,
    },
    /// Nowhere: the request is signed with it, and headers carry the signature as a recipe says.
    Hmac {
        /// The recipe.
        recipe: HmacRecipe,
        /// When the request is sent.
        at: Micros,
        /// What makes it unlike every other.
        nonce: String,
    },
    /// Nowhere: the request is signed with it (AWS Signature Version 4), address, body and `content-type` included. The
    /// secret is `ACCESS_KEY_ID:SECRET` or `ACCESS_KEY_ID:SECRET:SESSION_TOKEN`. An API key of Bedrock is a
    /// [`Placement::Bearer`].
    AwsSigV4 {
        /// The region that answers: `eu-central-1`.
        region: String,
        /// The service as signatures name it: `bedrock`.
        service: String,
        /// When the request is sent: AWS takes a signature for five minutes.
        at: Micros,
    },
}

impl PlacedSecret {
    /// The headers that carry it on the wire, if any do.
    pub(crate) fn headers(&self, request: &Bare<'_>) -> Vec<(String, Secret)> {
        if let Placement::AwsSigV4 { region, service, at } = &self.place {
            return self.signed(Signing { region, service, at: *at }, request);
        }
        if let Placement::Hmac { recipe, at, nonce } = &self.place {
            let moment = Moment { recipe, at: *at, nonce };
            let Some(signature) = moment.signature(&self.secret, request) else { return Vec::new() };
            let headers = moment.headers(request, &signature);
            return headers.into_iter().map(|(name, value)| (name, Secret::new(value))).collect();
        }
        let header = self.header_name().map(str::to_owned).zip(self.header());
        header.into_iter().collect()
    }

    fn header(&self) -> Option<Secret> {
        let value = self.secret.expose();
        let text = match &self.place {
            Placement::Bearer => format!("Bearer {value}"),
            Placement::Basic { .. } | Placement::ClientBasic { .. } => {
                format!("Basic {}", self.basic()?.expose())
            }
            Placement::Header { .. } => value.to_owned(),
            Placement::Cookie { name } => format!("{name}={value}"),
            Placement::Query { .. }
            | Placement::Form { .. }
            | Placement::AwsSigV4 { .. }
            | Placement::Hmac { .. } => return None,
        };
        Some(Secret::new(text))
    }

    /// The same headers with the secret's name in the place of the secret. A signature is left out: whoever has the
    /// rest and the key can make it again.
    pub(crate) fn recorded_headers(&self, request: &Bare<'_>) -> Vec<(String, String)> {
        let stand_in = self.stand_in();
        let text = match &self.place {
            Placement::Bearer => format!("Bearer {stand_in}"),
            Placement::Basic { user } => format!("Basic base64({user}:{stand_in})"),
            Placement::Header { .. } => stand_in,
            Placement::Cookie { name } => format!("{name}={stand_in}"),
            Placement::ClientBasic { id } => format!("Basic base64({}:{stand_in})", in_form(id)),
            Placement::Query { .. } | Placement::Form { .. } => return Vec::new(),
            Placement::Hmac { recipe, at, nonce } => {
                return Moment { recipe, at: *at, nonce }.headers(request, "{signature}");
            }
            Placement::AwsSigV4 { region, service, at } => {
                let signing = Signing { region, service, at: *at };
                let date = signing.date();
                let token = Keys::of(&self.secret).and_then(|keys| keys.token);
                let headers = to_sign("", &date, token, request.headers);
                let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
                let text = signing.authorization(&stand_in, &names.join(";"), "{signature}");
                let token = token.map(|_| (TOKEN.to_owned(), stand_in));
                let date = Some((DATE.to_owned(), date.clone()));
                return date.into_iter().chain(token).chain([("authorization".to_owned(), text)]).collect();
            }
        };
        self.header_name().map(|name| (name.to_owned(), text)).into_iter().collect()
    }

    fn signed(&self, signing: Signing<'_>, request: &Bare<'_>) -> Vec<(String, Secret)> {
        let Some(keys) = Keys::of(&self.secret) else { return Vec::new() };
        let port = request.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let host = format!("{}{port}", request.url.host_str().unwrap_or_default());
        let date = signing.date();
        let headers = to_sign(&host, &date, keys.token, request.headers);
        let Bare { method, url, body, .. } = *request;
        let signed = Signed { method, url, headers: &headers, body };
        let signature = signing.signature(keys.secret, &signed);
        let authorization = signing.authorization(keys.access, &signed.names(), &signature);
        let token = keys.token.map(|token| (TOKEN.to_owned(), Secret::new(token)));
        let all = [(DATE.to_owned(), Secret::new(date))].into_iter().chain(token);
        all.chain([("authorization".to_owned(), Secret::new(authorization))]).collect()
    }

    /// The query parameter that carries it, if one does.
    pub(crate) fn parameter(&self) -> Option<&str> {
        match &self.place {
            Placement::Query { name } => Some(name),
            _ => None,
        }
    }

    /// The field of the body's form that carries it, if one does.
    pub(crate) fn field(&self) -> Option<&str> {
        match &self.place {
            Placement::Form { name } => Some(name),
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

    /// The forms in which a server could send it back.
    pub(crate) fn forms(&self) -> Vec<(SecretName, Secret)> {
        let keys = match &self.place {
            Placement::AwsSigV4 { .. } => Keys::of(&self.secret),
            _ => None,
        };
        let parts = keys.into_iter().flat_map(Keys::parts);
        let texts: Vec<String> = [self.secret.expose()].into_iter().chain(parts).flat_map(forms).collect();
        let basic = self.basic().map(|encoded| encoded.expose().to_owned());
        texts.into_iter().chain(basic).map(|text| (self.name.clone(), Secret::new(text))).collect()
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
            Placement::ClientBasic { id } if id.is_empty() => {
                Err(SendError::Unsendable("the client's id is empty".to_owned()))
            }
            Placement::Hmac { recipe, .. } if hmac::key(recipe, &self.secret).is_none() => {
                refused("is not written in base64, as the source says that it is: set it again")
            }
            Placement::AwsSigV4 { .. } if Keys::of(&self.secret).is_none() => refused(
                "is no `ACCESS_KEY_ID:SECRET` with or without a `:SESSION_TOKEN` behind it: set it again",
            ),
            Placement::AwsSigV4 { region, service, .. } if !named(region) || !named(service) => {
                Err(SendError::Unsendable(
                    "the region or the service to sign a request for is missing or no name".to_owned(),
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
            Placement::Bearer | Placement::Basic { .. } | Placement::ClientBasic { .. } => {
                Some("authorization")
            }
            Placement::Header { name } => Some(name),
            Placement::Cookie { .. } => Some("cookie"),
            Placement::Query { .. }
            | Placement::Form { .. }
            | Placement::AwsSigV4 { .. }
            | Placement::Hmac { .. } => None,
        }
    }

    fn basic(&self) -> Option<Secret> {
        match &self.place {
            Placement::Basic { user } => {
                Some(Secret::new(STANDARD.encode(format!("{user}:{}", self.secret.expose()))))
            }
            Placement::ClientBasic { id } => {
                let pair = Secret::new(format!("{}:{}", in_form(id), in_form(self.secret.expose())));
                Some(Secret::new(STANDARD.encode(pair.expose())))
            }
            _ => None,
        }
    }
}

const DATE: &str = "x-amz-date";
const TOKEN: &str = "x-amz-security-token";

/// The headers that are signed: those that AWS asks for, and no others, since a proxy may change the rest.
fn to_sign<'a>(
    host: &'a str,
    date: &'a str,
    token: Option<&'a str>,
    plain: &'a [(String, String)],
) -> Vec<(&'a str, &'a str)> {
    let kind = plain.iter().find(|(name, _)| name == "content-type");
    let kind = kind.map(|(name, value)| (name.as_str(), value.as_str()));
    let token = token.map(|token| (TOKEN, token));
    kind.into_iter().chain([("host", host), (DATE, date)]).chain(token).collect()
}

/// Whether it may stand in a signature's scope.
fn named(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// As a form writes it.
fn in_form(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
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
            "pass%2fwo%22rd%5c1234",
            "pass/wo&quot;rd\\1234",
            "706173732f776f2272645c31323334",
            // Under base64 alone, behind one byte, and behind two.
            "cGFzcy93byJyZFwxMjM0",
            "YW5hOnBhc3Mvd28icmRcMTIzNA==",
        ] {
            assert_eq!(scrubber.text(format!("<{form}>")), "<{secret:crm}>", "{form}");
        }
    }

    #[test]
    fn each_part_of_a_signing_key_is_known_again() {
        let secret = Secret::new("AKIDEXAMPLE:wJalr/XUtn:to/ken==");
        let (region, service) = ("eu-central-1".to_owned(), "bedrock".to_owned());
        let place = Placement::AwsSigV4 { region, service, at: Micros(0) };
        let placed = PlacedSecret { name: "aws".parse().unwrap(), secret, place };
        let scrubber = Scrubber::new(placed.forms());
        for form in [
            "AKIDEXAMPLE",
            "wJalr/XUtn",
            "wJalr\\/XUtn",
            "wJalr%2FXUtn",
            "to/ken==",
            "AKIDEXAMPLE:wJalr/XUtn:to/ken==",
        ] {
            assert_eq!(scrubber.text(format!("<{form}>")), "<{secret:aws}>", "{form}");
        }
    }
}
