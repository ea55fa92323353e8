//! A request, before it leaves.

use std::fmt::Write as _;
use std::time::Duration;

use domain::effect::Method;
use domain::secret::Secret;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::bare::Bare;
use crate::error::SendError;
use crate::passage::Passage;
use crate::placement::PlacedSecret;
use crate::redirect::Redirects;
use crate::scrub::Scrubber;

/// Who we say we are.
pub const USER_AGENT: &str = concat!("tieout/", env!("CARGO_PKG_VERSION"));

/// Headers that belong to the connection or that [`crate::Door`] answers for: a caller that could set them could say
/// of a message something else than what it is.
const RESERVED: [&str; 10] = [
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// One request: what is sent, where to, and how long and how large its answer may be.
#[derive(Clone, Debug)]
pub struct Outbound {
    /// The method.
    pub method: Method,
    /// The whole address, http or https, without credentials. Its origin is the only one that gets the secrets.
    pub url: Url,
    /// Headers without secrets. `accept` and `user-agent` are added if they are not here.
    pub headers: Vec<(String, String)>,
    /// Secrets and their places.
    pub secrets: Vec<PlacedSecret>,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// How long everything may take, from here to the last byte of the answer.
    pub deadline: Duration,
    /// How long the answer's body may pause. Until its first byte only the deadline counts.
    pub idle: Duration,
    /// How many bytes of the answer's body are taken; what is longer is cut, and says so.
    pub max_bytes: u64,
    /// What happens when the answer points elsewhere.
    pub redirects: Redirects,
    /// By what way it goes. As it stands here at first, to any address but those that are never reached: whoever sends
    /// for somebody who did not choose the address narrows it.
    pub passage: Passage,
}

impl Outbound {
    /// A request without headers, secrets and body that may take 20 seconds, pause for 20 and answer 4 MiB.
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            secrets: Vec::new(),
            body: None,
            deadline: Duration::from_secs(20),
            idle: Duration::from_secs(20),
            max_bytes: 4 << 20,
            redirects: Redirects::SameOrigin,
            passage: Passage::default(),
        }
    }

    /// What will stand on the wire, exactly, with `{secret:name}` for each secret: method and address, the headers,
    /// an empty line, the body. What HTTP itself adds (`host`, the body's length) follows from these.
    pub fn record(&self) -> Vec<u8> {
        let mut text = format!("{} {}", self.method.word(), self.address());
        let mut separator = if self.url.query().is_some() { '&' } else { '?' };
        for secret in &self.secrets {
            if let Some(name) = secret.parameter() {
                let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
                // Writing to a String can't fail.
                let _ = write!(text, "{separator}{name}={}", secret.stand_in());
                separator = '&';
            }
        }
        text.push('\n');
        let plain = self.plain_headers();
        let mut headers = plain.clone();
        let body = self.body.as_deref().unwrap_or_default();
        let bare = Bare { method: self.method.word(), url: &self.url, headers: &plain, body };
        for secret in &self.secrets {
            for (name, value) in secret.recorded_headers(&bare) {
                let name = name.to_ascii_lowercase();
                match headers.iter_mut().find(|(known, _)| secret.is_a_cookie() && *known == name) {
                    Some((_, cookies)) => *cookies = format!("{cookies}; {value}"),
                    None => headers.push((name, value)),
                }
            }
        }
        for (name, value) in headers {
            let _ = writeln!(text, "{name}: {value}");
        }
        text.push('\n');
        let mut bytes = text.into_bytes();
        let fields = self.secrets.iter().filter_map(|secret| Some((secret.field()?, secret.stand_in())));
        bytes.extend(with_fields(
            body.to_vec(),
            fields.map(|(name, value)| format!("{}={value}", in_form(name))),
        ));
        bytes
    }

    /// The body as it goes on the wire: with the secrets that stand in it. They leave in a buffer that is not wiped, as
    /// everything does that a connection has yet to write.
    pub(crate) fn wire_body(&mut self) -> Vec<u8> {
        let fields = self.secrets.iter().filter_map(|secret| Some((secret.field()?, secret.secret.expose())));
        let fields: Vec<String> =
            fields.map(|(name, value)| format!("{}={}", in_form(name), in_form(value))).collect();
        with_fields(self.body.take().unwrap_or_default(), fields.into_iter())
    }

    /// `https://host:port/path`: where it goes, without its query; a port only if it is not the scheme's own.
    pub fn endpoint(&self) -> String {
        let mut url = self.url.clone();
        url.set_query(None);
        url.set_fragment(None);
        url.into()
    }

    /// `POST /tickets/7/notes`: the method, and the path with its query, without the secrets in it.
    pub fn request_line(&self) -> String {
        let query = self.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{} {}{query}", self.method.word(), self.url.path())
    }

    /// Takes this request's secrets out of what comes back.
    pub fn scrubber(&self) -> Scrubber {
        Scrubber::new(self.secrets.iter().flat_map(PlacedSecret::forms))
    }

    /// Whether it can be sent at all. [`crate::Door::send`] asks this too; asking before the request is recorded
    /// keeps the trail free of requests that never could have left.
    pub fn check(&self) -> Result<(), SendError> {
        if !matches!(self.url.scheme(), "http" | "https") || !self.url.has_host() {
            return Err(unsendable("the address must begin with http:// or https:// and name a host"));
        }
        if !self.url.username().is_empty() || self.url.password().is_some() {
            return Err(unsendable("the address holds a user name or password: keep those as a secret"));
        }
        for secret in &self.secrets {
            secret.check(&self.url)?;
        }
        self.wire_headers(&self.url, self.body.as_deref().unwrap_or_default()).map(drop)
    }

    /// The headers as they go on the wire to `url`, which is this request's address or one to which it was redirected,
    /// with this body: secrets included and marked so that no log shows them.
    pub(crate) fn wire_headers(&self, url: &Url, body: &[u8]) -> Result<HeaderMap, SendError> {
        let mut map = HeaderMap::new();
        let plain = self.plain_headers();
        for (name, value) in &plain {
            if RESERVED.contains(&name.as_str()) && (name.as_str(), value.as_str()) != PLAIN_BODY {
                return Err(unsendable(&format!("the header `{name}` is not for a request to set")));
            }
            // Neither a name nor a value that was refused is repeated whole: it may be a key in the wrong place.
            let value = HeaderValue::from_str(value).map_err(|_| {
                unsendable(&format!(
                    "the value of the header `{}` holds a line break or another character that can't \
                    stand in a header",
                    printable(name)
                ))
            })?;
            map.append(header_name(name)?, value);
        }
        let url = self.wire_url(url);
        let bare = Bare { method: self.method.word(), url: &url, headers: &plain, body };
        let carried = self.secrets.iter().flat_map(|secret| {
            secret.headers(&bare).into_iter().map(move |(name, value)| (secret, name, value))
        });
        for (secret, name, mut value) in carried {
            let name = header_name(&name)?;
            // There is one header for all cookies (RFC 6265 §5.4).
            let others = map.get(&name).filter(|_| secret.is_a_cookie());
            if let Some(before) = others.and_then(|others| others.to_str().ok()) {
                value = Secret::new(format!("{before}; {}", value.expose()));
                map.remove(&name);
            }
            if RESERVED.contains(&name.as_str()) || map.contains_key(&name) {
                return Err(unsendable(&format!(
                    "the secret `{}` goes into the header `{name}`, which is taken already",
                    secret.name
                )));
            }
            let mut value = HeaderValue::from_str(value.expose()).map_err(|_| {
                unsendable(&format!("the secret `{}` can't stand in a header: set it again", secret.name))
            })?;
            value.set_sensitive(true);
            map.insert(name, value);
        }
        Ok(map)
    }

    /// The address on the wire of this request, or of a redirect of it that stays at its origin.
    pub(crate) fn wire_url(&self, url: &Url) -> Url {
        let mut url = url.clone();
        url.set_fragment(None);
        for secret in &self.secrets {
            let Some(name) = secret.parameter() else { continue };
            // A redirect may repeat the parameter: it must not stand there twice.
            if url.query_pairs().any(|(key, _)| key == name) {
                let others: Vec<_> = url.query_pairs().filter(|(key, _)| key != name).map(owned).collect();
                url.query_pairs_mut().clear().extend_pairs(others);
            }
            url.query_pairs_mut().append_pair(name, secret.secret.expose());
        }
        url
    }

    /// Every header without a secret in it, names in lower case as HTTP/2 writes them.
    fn plain_headers(&self) -> Vec<(String, String)> {
        let mut headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
        for (name, value) in [("accept", "*/*"), ("user-agent", USER_AGENT)] {
            if !headers.iter().any(|(known, _)| known == name) {
                headers.push((name.to_owned(), value.to_owned()));
            }
        }
        headers.push((PLAIN_BODY.0.to_owned(), PLAIN_BODY.1.to_owned()));
        headers
    }

    fn address(&self) -> String {
        let mut url = self.url.clone();
        url.set_fragment(None);
        url.into()
    }
}

/// Without this header a server may choose any compression (RFC 9110 §12.5.3).
const PLAIN_BODY: (&str, &str) = ("accept-encoding", "identity");

/// A form with more fields.
fn with_fields(mut form: Vec<u8>, fields: impl Iterator<Item = String>) -> Vec<u8> {
    for field in fields {
        if !form.is_empty() {
            form.push(b'&');
        }
        form.extend_from_slice(field.as_bytes());
    }
    form
}

fn in_form(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn unsendable(words: &str) -> SendError {
    SendError::Unsendable(words.to_owned())
}

fn header_name(name: &str) -> Result<HeaderName, SendError> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
        unsendable(&format!("`{}` can't name a header: use letters, digits and `-`", printable(name)))
    })
}

fn printable(text: &str) -> String {
    text.chars().take(40).map(|char| if char.is_control() { '�' } else { char }).collect()
}

fn owned((key, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)) -> (String, String) {
    (key.into_owned(), value.into_owned())
}
