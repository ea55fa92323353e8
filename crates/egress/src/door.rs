//! The client, and the way through it.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use domain::effect::Method;
use domain::intent::DurableIntent;
use tokio::time::{Instant, timeout_at};
use url::{Host, Url};

use crate::error::SendError;
use crate::inbound::{Bounds, Inbound};
use crate::outbound::Outbound;
use crate::redirect;
use crate::words::before_answer;

/// The door out. Clones share connections; make one per program and pass it on.
#[derive(Clone, Debug)]
pub struct Door {
    /// For every host but our own machine: through the system's proxy, if it has one.
    outside: reqwest::Client,
    /// For loopback: never through a proxy, which would look for the host on its own machine and would see requests
    /// that were not to leave this one.
    inside: reqwest::Client,
    /// Whether the environment names a proxy: then it may be the one that refused.
    proxied: bool,
    settings: Settings,
}

/// What holds for every request.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long connecting (name, TCP, TLS) may take.
    pub connect_timeout: Duration,
}

impl Default for Settings {
    /// 10 seconds.
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(10) }
    }
}

/// There is no door: the machine's certificates or the TLS library could not be used.
#[derive(Debug, thiserror::Error)]
#[error("could not prepare for HTTPS: {0}")]
pub struct DoorError(String);

impl Door {
    /// A door with these settings. Settles, for the whole program, with which library TLS is done; doing so again
    /// changes nothing.
    pub fn new(settings: Settings) -> Result<Self, DoorError> {
        install_crypto();
        let client = |builder: reqwest::ClientBuilder| {
            builder
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                // Sending again is a decision of the engine, and an entry of the trail.
                .retry(reqwest::retry::never())
                .connect_timeout(settings.connect_timeout)
                .pool_idle_timeout(Duration::from_secs(60))
                .tcp_nodelay(true)
                .build()
                .map_err(|error| DoorError(error.without_url().to_string()))
        };
        Ok(Self {
            outside: client(reqwest::Client::builder())?,
            inside: client(reqwest::Client::builder().no_proxy())?,
            proxied: names_a_proxy(),
            settings,
        })
    }

    /// Opens a connection to where `url` points, for a request that is expected within seconds. Returns at once;
    /// no byte of HTTP is sent, and nobody hears of it if no connection comes about.
    pub fn warm(&self, url: &Url) {
        tracing::trace!(peer = peer(url), "not opened ahead");
    }

    /// Sends the request that the intent's entry records, and gives the answer once its headers are here. A
    /// redirect within the origin is followed if the request allows it.
    ///
    /// # Errors
    /// Only [`SendError::Unsendable`] and [`SendError::Connect`] promise that no byte of the request left.
    pub async fn send(&self, intent: DurableIntent, mut request: Outbound) -> Result<Inbound, SendError> {
        let scrubber = request.scrubber();
        let body = request.body.take().map(Bytes::from);
        let entry = intent.seq();
        let answer = self.follow(&request, body).await;
        match answer {
            Ok((response, bounds)) => {
                tracing::debug!(?entry, status = response.status().as_u16(), "answered");
                Ok(Inbound::new(response, bounds, scrubber))
            }
            Err(error) => {
                let error = error.map(|words| scrubber.text(words));
                tracing::debug!(?entry, %error, "not answered");
                Err(error)
            }
        }
    }

    async fn follow(
        &self,
        request: &Outbound,
        body: Option<Bytes>,
    ) -> Result<(reqwest::Response, Bounds), SendError> {
        request.check()?;
        let bounds = Bounds {
            peer: peer(&request.url),
            end: Instant::now() + request.deadline,
            deadline: request.deadline,
            idle: request.idle,
            max_bytes: request.max_bytes,
        };
        let mut url = request.url.clone();
        let mut followed = 0;
        loop {
            let response = self.once(request, &url, body.clone(), &bounds).await?;
            let location = response.headers().get("location").and_then(|value| value.to_str().ok());
            match location {
                Some(location) if redirect::is_redirect(response.status().as_u16()) => {
                    url = redirect::next(request.redirects, request.method, followed, &url, location)
                        .map_err(|words| SendError::Redirect(format!("{} {words}", bounds.peer)))?;
                    followed += 1;
                }
                _ => {
                    refuse_coding(request.method, &response, &bounds.peer)?;
                    return Ok((response, bounds));
                }
            }
        }
    }

    /// One request and its answer's headers. Whoever calls this has made sure that `url` is of the request's origin.
    async fn once(
        &self,
        request: &Outbound,
        url: &Url,
        body: Option<Bytes>,
        bounds: &Bounds,
    ) -> Result<reqwest::Response, SendError> {
        let client = if is_loopback(url) { &self.inside } else { &self.outside };
        let mut sending = client
            .request(wire_method(request.method), request.wire_url(url))
            .headers(request.wire_headers()?);
        if let Some(body) = body {
            sending = sending.body(body);
        }
        match timeout_at(bounds.end, sending.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => {
                let error = before_answer(&error, &bounds.peer, self.settings.connect_timeout);
                Err(if self.proxied && !is_loopback(url) {
                    error.map(|words| words + PROXIED)
                } else {
                    error
                })
            }
            Err(_) => Err(bounds.no_answer()),
        }
    }
}

const PROXIED: &str =
    " (asked through a proxy, if HTTP_PROXY, HTTPS_PROXY or ALL_PROXY holds for it: it may be the cause)";

fn names_a_proxy() -> bool {
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// `ring` does the cryptography of every connection: the default provider costs far more to build.
fn install_crypto() {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        // An error says that the program installed one already, which then stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// A compressed body that nobody asked for would be kept, shown and given to the model as noise.
fn refuse_coding(method: Method, response: &reqwest::Response, peer: &str) -> Result<(), SendError> {
    let coding =
        response.headers().get("content-encoding").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let plain = coding.is_empty() || coding.eq_ignore_ascii_case("identity");
    if plain || method == Method::Head || matches!(response.status().as_u16(), 204 | 304) {
        return Ok(());
    }
    let coding: String = coding.chars().take(20).collect();
    Err(SendError::BadBody(format!(
        "{peer} answered in the encoding `{coding}`, though it was asked for plain bytes"
    )))
}

/// `host:port`
fn peer(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn wire_method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Head => reqwest::Method::HEAD,
        Method::Options => reqwest::Method::OPTIONS,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_machine_is_known_by_any_of_its_names() {
        for (address, inside) in [
            ("http://localhost:1/", true),
            ("http://api.localhost/", true),
            ("http://127.8.0.1/", true),
            ("http://[::1]:80/", true),
            ("http://127.0.0.1.example.com/", false),
            ("http://notlocalhost/", false),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(is_loopback(&address.parse().unwrap()), inside, "{address}");
        }
    }
}
