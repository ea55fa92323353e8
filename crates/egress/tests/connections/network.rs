//! The network as a person describes it: authorities of its own, and proxies that want something.

use std::sync::Arc;

use domain::secret::Secret;
use egress::{Door, Network, Root, SendError, Settings, Way};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::fetch;
use super::server::{Event, Server};

/// A certificate for this host, as PEM, and TLS that shows it.
fn certified(params: CertificateParams) -> (String, TlsAcceptor) {
    let key = KeyPair::generate().unwrap();
    let made = params.self_signed(&key).unwrap();
    let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.der().clone()], der)
        .unwrap();
    (made.pem(), Arc::new(config).into())
}

fn named(host: &str) -> CertificateParams {
    CertificateParams::new([host.to_owned()]).unwrap()
}

fn trusting(pem: &str) -> Network {
    Network { roots: Root::of_pem(pem.as_bytes()).unwrap(), proxy: Way::Direct }
}

fn within(network: &Network) -> Door {
    let door = Door::new(Settings::default()).unwrap();
    door.set_network(network).unwrap();
    door
}

#[tokio::test]
async fn an_authority_of_one_s_own_is_trusted_once_it_is_named() {
    let (pem, tls) = certified(named("localhost"));
    let mut server = Server::start(Some(tls), &[]).await;
    let address = format!("https://localhost:{}/", server.address.port());
    let door = within(&Network { proxy: Way::Direct, ..Network::default() });
    let refused = fetch(&door, &address).await.unwrap_err();
    assert!(matches!(&refused, SendError::Untrusted(words) if words.contains("does not trust")), "{refused}");
    assert!(server.so_far().iter().all(|event| !matches!(event, Event::Asked(..))));
    door.set_network(&trusting(&pem)).unwrap();
    assert_eq!(fetch(&door, &address).await.unwrap().bytes, b"ok");
}

#[tokio::test]
async fn certificates_that_are_wrong_say_what_is_wrong() {
    let mut expired = named("localhost");
    expired.not_before = date_time_ymd(2001, 1, 1);
    expired.not_after = date_time_ymd(2002, 1, 1);
    for (params, words) in [(named("other.example"), "another name"), (expired, "has expired")] {
        let (pem, tls) = certified(params);
        let server = Server::start(Some(tls), &[]).await;
        let address = format!("https://localhost:{}/", server.address.port());
        let refused = fetch(&within(&trusting(&pem)), &address).await.unwrap_err();
        assert!(matches!(&refused, SendError::Untrusted(said) if said.contains(words)), "{refused}");
    }
}

/// A proxy that connects `crm.invalid` to this port, for whoever brings these credentials.
async fn tunnels(to: u16, credentials: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(client.read_u8().await.unwrap());
                }
                let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
                assert!(head.starts_with("connect crm.invalid:443 "), "{head}");
                if !head.contains(&credentials.to_ascii_lowercase()) {
                    let _ = client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
                    return;
                }
                client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                let mut server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    port
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_gets_it_or_is_said_to_want_it() {
    let (pem, tls) = certified(named("crm.invalid"));
    let server = Server::start(Some(tls), &[]).await;
    // `ana:open sesame` in base64.
    let proxy = tunnels(server.address.port(), "proxy-authorization: Basic YW5hOm9wZW4gc2VzYW1l").await;
    let through = |credentials| Network {
        proxy: Way::Through {
            address: format!("http://127.0.0.1:{proxy}").parse().unwrap(),
            credentials,
            except: String::new(),
        },
        ..trusting(&pem)
    };
    let asked = "https://crm.invalid/";
    let refused = fetch(&within(&through(None)), asked).await.unwrap_err();
    assert!(
        matches!(&refused, SendError::Connect(words) if words.contains("a name and a password")),
        "{refused}"
    );
    let ana = Some(("ana".to_owned(), Secret::new("open sesame")));
    assert_eq!(fetch(&within(&through(ana)), asked).await.unwrap().bytes, b"ok");
}

/// SOCKS 5 without credentials (RFC 1928), for one connection.
async fn socks(to: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut greeting = [0; 3];
        client.read_exact(&mut greeting).await.unwrap();
        assert_eq!(greeting, [5, 1, 0]);
        client.write_all(&[5, 0]).await.unwrap();
        let mut asked = [0; 18];
        client.read_exact(&mut asked).await.unwrap();
        assert_eq!(asked[..5], [5, 1, 0, 3, 11], "the proxy looks up the name");
        assert_eq!(&asked[5..16], b"crm.invalid");
        client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
        let mut server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
        let _ = copy_bidirectional(&mut client, &mut server).await;
    });
    port
}

#[tokio::test]
async fn requests_go_through_a_socks_proxy() {
    let (pem, tls) = certified(named("crm.invalid"));
    for secured in [true, false] {
        let server = Server::start(secured.then(|| tls.clone()), &[]).await;
        let proxy = socks(server.address.port()).await;
        let address = format!("socks5://127.0.0.1:{proxy}").parse().unwrap();
        let way = Way::Through { address, credentials: None, except: String::new() };
        let door = within(&Network { proxy: way, ..trusting(&pem) });
        let scheme = if secured { "https" } else { "http" };
        assert_eq!(fetch(&door, &format!("{scheme}://crm.invalid/")).await.unwrap().bytes, b"ok", "{scheme}");
    }
}
