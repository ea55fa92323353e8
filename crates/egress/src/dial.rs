//! Opening a connection: name, TCP, TLS, each with the time that it took.

use std::error::Error;
use std::future::{Ready, ready};
use std::io;
use std::net::SocketAddr;
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

use crate::address::{Reach, Refused};
use crate::names::Names;
use crate::network::Root;
use crate::passage::{Identity, Passage};
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
    /// The host's address may not be reached.
    #[error("{0}")]
    Refused(Refused),
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

/// What every connection of this machine's goes by.
pub(crate) struct Ways<'a> {
    pub(crate) proxies: Arc<Proxies>,
    pub(crate) names: &'a Names,
    pub(crate) roots: &'a [Root],
    pub(crate) limit: Duration,
}

/// Opens connections, as the machine trusts certificates and through the proxies that it names.
pub(crate) struct Dialer {
    proxies: Arc<Proxies>,
    names: Names,
    reach: Reach,
    /// To a server: HTTP/2 or HTTP/1.1, as it likes.
    tls: TlsConnector,
    /// To a proxy: HTTP/1.1, in which a tunnel is asked for.
    tls_to_proxy: TlsConnector,
    limit: Duration,
}

impl Dialer {
    /// No connection takes longer than the ways' limit to open.
    pub(crate) fn new(ways: &Ways<'_>, passage: &Passage) -> Result<Self, rustls::Error> {
        let Ways { proxies, names, roots, limit } = ways;
        // `ring` does the cryptography of every connection: the default provider costs far more to build.
        let provider = Arc::new(ring::default_provider());
        let trusting = |roots: &[Root]| -> Result<_, rustls::Error> {
            Ok(ClientConfig::builder_with_provider(Arc::clone(&provider))
                .with_safe_default_protocol_versions()?
                .dangerous()
                // This asks the system's own verifier: `dangerous` is any that rustls does not bring itself.
                .with_custom_certificate_verifier(Arc::new(Trust::new(Arc::clone(&provider), roots)?)))
        };
        // A source's own authorities vouch for the source, and not for a proxy.
        let tls_to_proxy = Arc::new(trusting(roots)?.with_no_client_auth()).into();
        let own = passage.identity.iter().flat_map(Identity::roots);
        let all: Vec<Root> = roots.iter().chain(own).cloned().collect();
        let trusting = trusting(&all)?;
        let mut config = match passage.identity.as_ref().and_then(Identity::shown) {
            Some(shown) => trusting.with_client_cert_resolver(shown),
            None => trusting.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let (proxies, names, reach, limit) = (Arc::clone(proxies), (*names).clone(), passage.reach, *limit);
        Ok(Self { proxies, names, reach, tls: Arc::new(config).into(), tls_to_proxy, limit })
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
            let wire = self.tcp(to, &mut opened, Some(self.reach)).await?;
            return match secure {
                true => Self::tls(&self.tls, to, wire, opened).await,
                false => Ok(Stream::new(wire, opened)),
            };
        };
        if let Some(refused) = self.reach.refuses_host(bare(to.host().unwrap_or_default())) {
            return Err(NoConnection::Refused(refused).into());
        }
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
            Some("http" | "socks5" | "socks5h") => {
                Ok(Stream::new(self.tcp(uri, &mut opened, None).await?, opened))
            }
            Some("https") => {
                let wire = self.tcp(uri, &mut opened, None).await?;
                Self::tls(&self.tls_to_proxy, uri, wire, opened).await
            }
            scheme => Err(NoConnection::Proxy(scheme.unwrap_or_default().to_owned()).into()),
        }
    }

    /// A proxy is where a person put it: for it there is no `reach`.
    async fn tcp(&self, to: &Uri, opened: &mut Opened, reach: Option<Reach>) -> Result<Wire, Reason> {
        let began = Instant::now();
        let addresses = match reach {
            Some(reach) => self.reachable(to, reach, opened.asker.as_ref()).await?,
            None => {
                self.names.addresses(bare(to.host().unwrap_or_default())).await.map_err(NoConnection::Name)?
            }
        };
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

    /// Where to connect: the name is looked up once for a request, what may not be reached is left out of what it leads
    /// to, and the rest is what is dialled.
    async fn reachable(
        &self,
        to: &Uri,
        reach: Reach,
        asker: Option<&Asker>,
    ) -> Result<Vec<SocketAddr>, NoConnection> {
        if let Some(pinned) = asker.and_then(|asker| asker.pin().addresses()) {
            return Ok(pinned);
        }
        let host = bare(to.host().unwrap_or_default());
        let found = self.names.addresses(host).await.map_err(NoConnection::Name)?;
        let refused = found.iter().find_map(|address| reach.refuses(address.ip()));
        let allowed: Vec<_> =
            found.into_iter().filter(|address| reach.refuses(address.ip()).is_none()).collect();
        if let (true, Some(refused)) = (allowed.is_empty(), refused) {
            return Err(NoConnection::Refused(refused));
        }
        if let Some(asker) = asker {
            asker.pin().set(&allowed);
        }
        Ok(allowed)
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
