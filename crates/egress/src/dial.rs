//! Opening a connection: name, TCP, TLS, each with the time that it took.

use std::error::Error;
use std::future::{Ready, ready};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper::http::uri::Scheme;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tower_service::Service;

use crate::network::Root;
use crate::phases::{Asker, Opened};
use crate::proxy::{Proxies, bare};
use crate::stream::{Stream, Wire};
use crate::trust::Trust;

/// Any reason why there is no connection; [`crate::words`] looks into it.
pub(crate) type Reason = Box<dyn Error + Send + Sync>;

/// The reasons that no library names.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoConnection {
    /// Nobody knows the host.
    #[error("no address for the host")]
    Name(#[source] io::Error),
    /// The proxy is of a kind that we don't speak.
    #[error("the proxy is one of `{0}`, and we go through those of HTTP and SOCKS 5 alone")]
    Proxy(String),
    /// The proxy wants another name and password, or any.
    #[error("the proxy wants credentials")]
    Unauthorised,
    /// The proxy did not open the way.
    #[error("the proxy did not open the way: {0}")]
    NoWay(String),
}

/// Opens connections, as the machine trusts certificates and through the proxies that it names.
pub(crate) struct Dialer {
    proxies: Arc<Proxies>,
    /// To a server: HTTP/2 or HTTP/1.1, as it likes.
    tls: TlsConnector,
    /// To a proxy: HTTP/1.1, in which a tunnel is asked for.
    tls_to_proxy: TlsConnector,
    limit: Duration,
}

impl Dialer {
    /// No connection takes longer than `limit` to open.
    pub(crate) fn new(proxies: Arc<Proxies>, roots: &[Root], limit: Duration) -> Result<Self, rustls::Error> {
        // `ring` does the cryptography of every connection: the default provider costs far more to build.
        let provider = Arc::new(ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            // This asks the system's own verifier: `dangerous` is any that rustls does not bring itself.
            .with_custom_certificate_verifier(Arc::new(Trust::new(provider, roots)?))
            .with_no_client_auth();
        let tls_to_proxy = Arc::new(config.clone()).into();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { proxies, tls: Arc::new(config).into(), tls_to_proxy, limit })
    }

    /// How long a connection may take to open.
    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// A connection to where `to` points, for whoever asks for it.
    pub(crate) async fn open(&self, to: &Uri, asker: Option<Asker>) -> Result<Stream, Reason> {
        if let Some(asker) = &asker {
            asker.dials();
        }
        let mut opened = Opened { asker, ..Opened::default() };
        let secure = to.scheme() == Some(&Scheme::HTTPS);
        let Some(proxy) = self.proxies.before(to) else {
            let wire = self.tcp(to, &mut opened).await?;
            return match secure {
                true => Self::tls(&self.tls, to, wire, opened).await,
                false => Ok(Stream::new(wire, opened)),
            };
        };
        let mut stream = self.proxy(&proxy, opened).await?;
        if is_socks(&proxy) {
            let Stream { wire, mut opened, .. } = stream;
            let began = Instant::now();
            let wire = Self::through_socks(&proxy, wire, to).await?;
            opened.tls += began.elapsed();
            return match secure {
                true => Self::tls(&self.tls, to, wire, opened).await,
                false => Ok(Stream::new(wire, opened)),
            };
        }
        if !secure {
            stream.proxied = true;
            return Ok(stream);
        }
        let Stream { wire, mut opened, .. } = stream;
        let began = Instant::now();
        let mut tunnel = Tunnel::new(proxy.uri().clone(), Already(Some(wire)));
        if let Some(credentials) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credentials.clone());
        }
        let wire = tunnel.call(to.clone()).await.map_err(|error| no_way(&error))?.into_inner();
        opened.tls += began.elapsed();
        Self::tls(&self.tls, to, wire, opened).await
    }

    /// The proxy finds the host's address: what it is called within is none of this machine's business.
    async fn through_socks(proxy: &Intercept, wire: Wire, to: &Uri) -> Result<Wire, Reason> {
        let mut socks = SocksV5::new(proxy.uri().clone(), Already(Some(wire)));
        if let Some((user, password)) = proxy.raw_auth().filter(|(user, _)| !user.is_empty()) {
            socks = socks.with_auth(user.to_owned(), password.to_owned());
        }
        Ok(socks.call(to.clone()).await.map_err(|error| no_way(&error))?.into_inner())
    }

    async fn proxy(&self, proxy: &Intercept, mut opened: Opened) -> Result<Stream, Reason> {
        let uri = proxy.uri();
        match uri.scheme_str() {
            Some("http" | "socks5" | "socks5h") => Ok(Stream::new(self.tcp(uri, &mut opened).await?, opened)),
            Some("https") => {
                let wire = self.tcp(uri, &mut opened).await?;
                Self::tls(&self.tls_to_proxy, uri, wire, opened).await
            }
            scheme => Err(NoConnection::Proxy(scheme.unwrap_or_default().to_owned()).into()),
        }
    }

    async fn tcp(&self, to: &Uri, opened: &mut Opened) -> Result<Wire, Reason> {
        let began = Instant::now();
        let addresses = addresses(to).await.map_err(NoConnection::Name)?;
        opened.name = began.elapsed();
        let began = Instant::now();
        let mut tcp = HttpConnector::new_with_resolver(Found(addresses));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(self.limit));
        // A connection whose other end has vanished is noticed within a minute, and not at the next request.
        tcp.set_keepalive(Some(Duration::from_secs(15)));
        tcp.set_keepalive_interval(Some(Duration::from_secs(15)));
        tcp.set_keepalive_retries(Some(3));
        #[cfg(target_os = "linux")]
        tcp.set_tcp_user_timeout(Some(Duration::from_secs(30)));
        let stream = tcp.call(to.clone()).await?.into_inner();
        opened.connect = began.elapsed();
        Ok(Box::pin(stream))
    }

    async fn tls(tls: &TlsConnector, to: &Uri, wire: Wire, mut opened: Opened) -> Result<Stream, Reason> {
        let began = Instant::now();
        let name = ServerName::try_from(bare(to.host().unwrap_or_default()).to_owned())?;
        let stream = tls.connect(name, wire).await?;
        opened.tls += began.elapsed();
        let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2".as_slice());
        let mut stream = Stream::new(Box::pin(stream), opened);
        stream.h2 = h2;
        Ok(stream)
    }
}

fn is_socks(proxy: &Intercept) -> bool {
    proxy.uri().scheme_str().is_some_and(|scheme| scheme.starts_with("socks"))
}

/// Why a proxy did not open the way. Its library's errors can't be named, so their words tell them apart.
fn no_way(error: &(dyn Error + 'static)) -> NoConnection {
    let words = error.to_string();
    match words.to_ascii_lowercase() {
        small if small.contains("authorization") || small.contains("auth") => NoConnection::Unauthorised,
        _ => NoConnection::NoWay(words),
    }
}

async fn addresses(to: &Uri) -> io::Result<Vec<SocketAddr>> {
    let host = bare(to.host().unwrap_or_default());
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, 0)]);
    }
    let found: Vec<_> = tokio::net::lookup_host((host, 0)).await?.collect();
    if found.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(found) }
}

/// The addresses of a name that was looked up already: the connector takes a resolver, and could not say how long it
/// took.
#[derive(Clone)]
struct Found(Vec<SocketAddr>);

impl Service<Name> for Found {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Ready<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        ready(Ok(self.0.clone().into_iter()))
    }
}

/// The connection to a proxy that is open already, for what asks the proxy to go on from there.
struct Already(Option<Wire>);

impl Service<Uri> for Already {
    type Response = TokioIo<Wire>;
    type Error = io::Error;
    type Future = Ready<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(self.0.take().map(TokioIo::new).ok_or_else(|| io::ErrorKind::NotConnected.into()))
    }
}
