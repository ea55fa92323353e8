//! TLS: against servers whose certificate a program of its own trusts, since the environment of this one must not
//! change.
#![cfg(target_os = "linux")]

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use domain::time::Span;
use egress::{Door, Passage, SendError, Settings};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio_rustls::TlsAcceptor;

use super::server::{Event, Server};
use super::{door, fetch, settle};

/// Where the certificate and the key of this test's servers lie.
const FOLDER: &str = "EGRESS_TEST_FOLDER";

/// Makes a certificate, and runs this test once more in a program that trusts it and has this environment.
async fn alone(name: &str, environment: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    certify(folder.path());
    run(name, folder.path(), environment).await;
}

fn certify(folder: &Path) {
    let names = ["localhost", "127.0.0.1", "crm.invalid"].map(str::to_owned);
    let made: CertifiedKey<KeyPair> = generate_simple_self_signed(names).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
}

async fn run(name: &str, folder: &Path, environment: &[(&str, &str)]) {
    let mut own = Command::new(std::env::current_exe().unwrap());
    own.args(["--exact", &format!("secured::{name}")]).env(FOLDER, folder);
    for proxy in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        own.env_remove(proxy).env_remove(proxy.to_lowercase());
    }
    own.env("SSL_CERT_FILE", folder.join("cert.pem")).env_remove("SSL_CERT_DIR");
    own.envs(environment.iter().copied());
    let output = own.output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

fn is_alone() -> bool {
    std::env::var_os(FOLDER).is_some()
}

/// TLS of this test's servers, with these protocols.
fn tls(folder: impl AsRef<Path>, protocols: &[&str]) -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_file(folder.as_ref().join("cert.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.as_ref().join("key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config).into()
}

fn own_tls(protocols: &[&str]) -> TlsAcceptor {
    tls(std::env::var_os(FOLDER).unwrap(), protocols)
}

fn secured(server: &Server, path: &str) -> String {
    format!("https://localhost:{}{path}", server.address.port())
}

#[tokio::test]
async fn tls_costs_the_first_request_and_no_other() {
    if !is_alone() {
        return alone("tls_costs_the_first_request_and_no_other", &[]).await;
    }
    let mut server = Server::start(Some(own_tls(&["http/1.1"])), &[]).await;
    let door = door();
    let first = fetch(&door, &secured(&server, "/1")).await.unwrap().phases;
    assert!(first.tls > Span(0) && first.connect > Span(0) && !first.reused, "{first:?}");
    let second = fetch(&door, &secured(&server, "/2")).await.unwrap().phases;
    assert!(second.tls == Span(0) && second.reused, "{second:?}");
    let (first, second) = (Event::Asked(0, "/1".to_owned()), Event::Asked(0, "/2".to_owned()));
    assert_eq!(server.so_far(), [Event::Opened(0), first, second]);
}

#[tokio::test]
async fn a_secured_connection_opens_ahead() {
    if !is_alone() {
        return alone("a_secured_connection_opens_ahead", &[]).await;
    }
    let mut server = Server::start(Some(own_tls(&["http/1.1"])), &[]).await;
    let door = door();
    door.warm(&secured(&server, "/").parse().unwrap(), &Passage::default());
    assert_eq!(server.next().await, Event::Opened(0));
    assert!(fetch(&door, &secured(&server, "/now")).await.unwrap().phases.reused);
    assert_eq!(server.so_far(), [Event::Asked(0, "/now".to_owned())]);
}

#[tokio::test]
async fn many_requests_share_one_connection_of_http_2() {
    if !is_alone() {
        return alone("many_requests_share_one_connection_of_http_2", &[]).await;
    }
    let (port, accepted) = http_2().await;
    let address = format!("https://127.0.0.1:{port}/");
    let door = door();
    door.warm(&address.parse().unwrap(), &Passage::default());
    let first = fetch(&door, &address).await.unwrap();
    assert!(first.bytes == b"HTTP/2.0" && first.phases.reused, "{:?}", first.phases);
    let mut under_way = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (door, address) = (door.clone(), address.clone());
        door.warm(&address.parse().unwrap(), &Passage::default());
        under_way.spawn(async move { fetch(&door, &address).await.unwrap() });
    }
    for whole in under_way.join_all().await {
        assert!(whole.bytes == b"HTTP/2.0" && whole.phases.reused);
    }
    settle().await;
    assert_eq!(accepted.load(Ordering::Relaxed), 1);
}

/// A server of HTTP/2 that answers with the version in which it was asked.
async fn http_2() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let accepted = Arc::new(AtomicUsize::new(0));
    let (tls, count) = (own_tls(&["h2", "http/1.1"]), Arc::clone(&accepted));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
            let tls = tls.clone();
            tokio::spawn(async move {
                let stream = TokioIo::new(tls.accept(stream).await.unwrap());
                let service = service_fn(async |request: Request<_>| {
                    let version: Version = request.version();
                    Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(format!("{version:?}")))))
                });
                let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(stream, service).await;
            });
        }
    });
    (port, accepted)
}

#[tokio::test]
async fn a_certificate_of_nobody_we_trust_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    certify(folder.path());
    let mut server = Server::start(Some(tls(folder.path(), &[])), &[]).await;
    let refused = fetch(&door(), &secured(&server, "/")).await.unwrap_err();
    assert!(
        matches!(&refused, SendError::Untrusted(words) if words.contains("“rcgen self signed cert”")),
        "{refused}"
    );
    assert!(server.so_far().iter().all(|event| !matches!(event, Event::Asked(..))));
}

#[tokio::test]
async fn a_server_that_never_speaks_tls_takes_no_longer_than_connecting_may() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let door =
        Door::new(Settings { connect_timeout: Duration::from_millis(50), ..Settings::default() }).unwrap();
    let refused = fetch(&door, &format!("https://{address}/")).await.unwrap_err();
    let words = format!("{address} took no connection within 50 ms");
    assert!(matches!(&refused, SendError::Connect(said) if said.starts_with(&words)), "{refused}");
}

#[tokio::test]
async fn a_proxy_of_another_kind_is_named_and_not_passed_by() {
    const NAME: &str = "a_proxy_of_another_kind_is_named_and_not_passed_by";
    if !is_alone() {
        return alone(NAME, &[("ALL_PROXY", "socks4://127.0.0.1:9")]).await;
    }
    let refused = fetch(&door(), "https://crm.invalid/").await.unwrap_err();
    assert!(matches!(&refused, SendError::Connect(words) if words.contains("`socks4`")), "{refused}");
}

#[tokio::test]
async fn a_secured_request_goes_through_a_proxys_tunnel() {
    const NAME: &str = "a_secured_request_goes_through_a_proxys_tunnel";
    if is_alone() {
        let door = door();
        let whole = fetch(&door, "https://crm.invalid/within").await.unwrap();
        assert!(whole.phases.tls > Span(0) && whole.phases.connect > Span(0), "{:?}", whole.phases);
        let refused = fetch(&door, "https://nobody.invalid/").await.unwrap_err();
        assert!(refused.words().contains("asked through the proxy 127.0.0.1:"), "{refused}");
        assert!(!refused.words().contains("secret"), "{refused}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    certify(folder.path());
    let mut server = Server::start(Some(tls(folder.path(), &["http/1.1"])), &[]).await;
    let within = server.address;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://ana:secret@{}", listener.local_addr().unwrap());
    let tunnels = tokio::spawn(async move {
        let (first, _) = listener.accept().await.unwrap();
        let asked = tunnel(first, Some(within)).await;
        let (second, _) = listener.accept().await.unwrap();
        (asked, tunnel(second, None).await)
    });
    run(NAME, folder.path(), &[("HTTPS_PROXY", &proxy)]).await;
    let (first, second) = tunnels.await.unwrap();
    assert!(first.starts_with("CONNECT crm.invalid:443 HTTP/1.1\r\n"), "{first}");
    assert!(first.contains("Proxy-Authorization: Basic YW5hOnNlY3JldA=="), "{first}");
    assert!(second.starts_with("CONNECT nobody.invalid:443 "), "{second}");
    let asked = Event::Asked(0, "/within".to_owned());
    assert!(server.so_far().contains(&asked));
}

/// Reads what a proxy is asked for, and opens the tunnel or refuses it.
async fn tunnel(mut stream: TcpStream, to: Option<std::net::SocketAddr>) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut heard = vec![0; 4096];
    let count = stream.read(&mut heard).await.unwrap();
    match to {
        Some(to) => {
            stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await.unwrap();
            let mut within = TcpStream::connect(to).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut stream, &mut within).await });
        }
        None => stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").await.unwrap(),
    }
    String::from_utf8_lossy(&heard[..count]).into_owned()
}
