//! What a hostile name, proxy or server can't make the door do.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use domain::effect::Method;
use domain::id::Seq;
use domain::intent::DurableIntent;
use domain::secret::Secret;
use egress::{
    Door, Identity, Names, Network, Outbound, Passage, PlacedSecret, Placement, Reach, Root, SendError,
    Settings, Way, Whole,
};
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair, SanType};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

const KEY: &str = "sk-live-4eC39HqLyjWDarjtT1zdp7dc";

/// Answers every request on a connection of its own with these bytes, again and again if `endless`; hands over heads.
async fn server(bytes: &'static [u8], endless: bool) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (say, heard) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, bytes, endless, say.clone()));
        }
    });
    (address, heard)
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    bytes: &'static [u8],
    endless: bool,
    say: mpsc::UnboundedSender<String>,
) {
    let mut read = vec![0; 16 << 10];
    let Ok(count @ 1..) = stream.read(&mut read).await else { return };
    let _ = say.send(String::from_utf8_lossy(&read[..count]).into_owned());
    let (head, body) =
        bytes.split_at(bytes.windows(4).position(|part| part == b"\r\n\r\n").map_or(0, |at| at + 4));
    if stream.write_all(head).await.is_err() {
        return;
    }
    while stream.write_all(body).await.is_ok() && endless {}
    let _ = stream.shutdown().await;
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";

fn get(address: &str, reach: Reach) -> Outbound {
    let mut request = Outbound::new(Method::Get, address.parse().unwrap());
    request.passage.reach = reach;
    request
}

#[allow(clippy::disallowed_methods, reason = "there is no trail in these tests")]
async fn fetch(door: &Door, request: Outbound) -> Result<Whole, SendError> {
    door.send(DurableIntent::after_commit(Seq(0)), request).await?.whole().await
}

fn knowing(lookup: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> Door {
    Door::new(Settings { names: Names::By(Arc::new(lookup)), ..Settings::default() }).unwrap()
}

#[tokio::test]
async fn a_public_name_that_leads_within_is_not_followed_there() {
    let (within, mut heard) = server(OK, false).await;
    let door = knowing(|_| vec!["127.0.0.1".parse().unwrap()]);
    let address = format!("http://api.example:{}/", within.port());
    let refused = fetch(&door, get(&address, Reach::Public)).await.unwrap_err();
    assert!(matches!(refused, SendError::Forbidden(_)), "{refused}");
    assert!(refused.words().contains("private_network = true"), "{refused}");
    assert!(heard.try_recv().is_err());
    // Whoever chose the address may: and its connection is not there for who did not.
    assert_eq!(fetch(&door, get(&address, Reach::Private)).await.unwrap().bytes, b"ok");
    assert!(fetch(&door, get(&address, Reach::Public)).await.is_err());
}

#[tokio::test]
async fn of_several_addresses_only_those_within_reach_are_dialled() {
    let (within, _heard) = server(OK, false).await;
    let found = ["169.254.169.254", "fe80::1", "127.0.0.1"].map(|address| address.parse().unwrap());
    let door = knowing(move |_| found.to_vec());
    let address = format!("http://api.example:{}/", within.port());
    assert_eq!(fetch(&door, get(&address, Reach::Private)).await.unwrap().bytes, b"ok");
    let refused = fetch(&door, get(&address, Reach::Public)).await.unwrap_err();
    assert!(matches!(refused, SendError::Forbidden(_)), "{refused}");
}

#[tokio::test]
async fn metadata_addresses_are_never_asked_however_they_are_written() {
    let door = knowing(|_| vec!["169.254.169.254".parse().unwrap()]);
    for address in [
        "http://169.254.169.254/latest/meta-data/",
        "http://2852039166/",
        "http://0xa9.0xfe.0xa9.0xfe/",
        "http://0251.0376.0251.0376/",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::169.254.169.254]/",
        "http://[2002:a9fe:a9fe::]/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://0/",
        "http://crm.example/",
    ] {
        let refused = fetch(&door, get(address, Reach::Private)).await.unwrap_err();
        assert!(matches!(refused, SendError::Forbidden(_)), "{address}: {refused}");
        assert!(refused.words().contains("never asked"), "{address}: {refused}");
    }
}

#[tokio::test]
async fn a_name_is_looked_up_once_for_a_request_and_its_redirects() {
    let away = b"HTTP/1.1 302 Go\r\nlocation: /there\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (first, mut heard) = server(away, false).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&asked);
    // A name that leads elsewhere from the second question on: the answer to a redirect would be asked there.
    let door = knowing(move |_| match counts.fetch_add(1, Ordering::Relaxed) {
        0 => vec!["127.0.0.1".parse().unwrap()],
        _ => vec!["192.0.2.1".parse().unwrap()],
    });
    let circle = fetch(&door, get(&format!("http://api.example:{}/", first.port()), Reach::Private)).await;
    assert!(circle.unwrap_err().words().contains("more than 5"));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!(std::iter::from_fn(|| heard.try_recv().ok()).count(), 6);
}

#[tokio::test]
async fn a_proxy_is_not_asked_for_what_may_not_be_reached() {
    let (proxy, mut asked) = server(OK, false).await;
    let door = Door::new(Settings::default()).unwrap();
    let address = format!("http://{proxy}").parse().unwrap();
    let proxy = Way::Through { address, credentials: None, except: String::new() };
    door.set_network(&Network { proxy, roots: Vec::new() }).unwrap();
    for (address, reach) in [
        ("http://169.254.169.254/", Reach::Private),
        ("http://0xa9fea9fe/", Reach::Private),
        ("https://[::ffff:a9fe:a9fe]/", Reach::Private),
        ("http://metadata.google.internal/", Reach::Private),
        ("http://10.0.0.1/", Reach::Public),
        ("http://crm.internal/", Reach::Public),
    ] {
        let refused = fetch(&door, get(address, reach)).await.unwrap_err();
        assert!(matches!(refused, SendError::Forbidden(_)), "{address}: {refused}");
        assert!(asked.try_recv().is_err(), "{address}");
    }
    assert_eq!(fetch(&door, get("http://crm.example/", Reach::Public)).await.unwrap().bytes, b"ok");
    assert!(asked.recv().await.unwrap().starts_with("GET http://crm.example/ "));
}

#[tokio::test]
async fn a_server_that_only_ever_promises_an_answer_is_left() {
    let (address, _heard) =
        server(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n", true).await;
    let began = Instant::now();
    let door = Door::new(Settings::default()).unwrap();
    let left = fetch(&door, get(&format!("http://{address}/"), Reach::Private)).await.unwrap_err();
    assert!(matches!(left, SendError::BadBody(_)) && left.words().contains("1xx"), "{left}");
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_few_early_hints_do_no_harm() {
    const HINTS: &[u8] = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    let (address, _heard) = server(HINTS, false).await;
    let door = Door::new(Settings::default()).unwrap();
    let whole = fetch(&door, get(&format!("http://{address}/"), Reach::Private)).await.unwrap();
    assert_eq!(whole.bytes, b"ok");
}

#[tokio::test]
async fn what_never_ends_is_bounded() {
    let door = Door::new(Settings::default()).unwrap();
    for (bytes, words) in [
        (&b"HTTP/1.1 200 OK\r\nx: "[..], "more headers"),
        (b"HTTP/1.1 200 OK\r\nx-a: b\r\nx-a: b\r\nx-a: b\r\nx-a: b\r\n", "more headers"),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "chunks",
        ),
    ] {
        let (address, _heard) = flood(bytes).await;
        let error = fetch(&door, get(&format!("http://{address}/"), Reach::Private)).await.unwrap_err();
        assert!(matches!(error, SendError::BadBody(_)) && error.words().contains(words), "{error}");
    }
    // A body without end, by its announced length and by none.
    for bytes in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n0123456789abcdef0123456789abcdef"[..],
        b"HTTP/1.1 200 OK\r\n\r\n0123456789abcdef0123456789abcdef",
    ] {
        let (address, _heard) = server(bytes, true).await;
        let mut request = get(&format!("http://{address}/"), Reach::Private);
        request.max_bytes = 1 << 20;
        let whole = fetch(&door, request).await.unwrap();
        assert!(whole.bytes.len() == 1 << 20 && whole.cut_from.is_some());
    }
}

/// Says the first part, and its last character or line for ever.
async fn flood(bytes: &'static [u8]) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (say, heard) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = vec![0; 16 << 10];
        let count = stream.read(&mut read).await.unwrap();
        let _ = say.send(String::from_utf8_lossy(&read[..count]).into_owned());
        if stream.write_all(bytes).await.is_err() {
            return;
        }
        let more = if bytes.ends_with(b"\n") { b"x-a: b\r\n".repeat(512) } else { vec![b'a'; 4096] };
        while stream.write_all(&more).await.is_ok() {}
    });
    (address, heard)
}

#[tokio::test]
async fn what_is_compressed_unasked_is_refused_before_it_unfolds() {
    let door = Door::new(Settings::default()).unwrap();
    for bytes in [
        &b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00"[..],
        b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: identity, deflate\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00",
    ] {
        let (address, mut heard) = server(bytes, false).await;
        let error = fetch(&door, get(&format!("http://{address}/"), Reach::Private)).await.unwrap_err();
        assert!(matches!(error, SendError::BadBody(_)) && error.words().contains("plain bytes"), "{error}");
        assert!(heard.recv().await.unwrap().contains("accept-encoding: identity\r\n"));
    }
}

#[tokio::test]
async fn cookies_that_a_server_sets_are_not_sent_to_anybody() {
    const SETS: &[u8] = b"HTTP/1.1 200 OK\r\nset-cookie: sid=1; Domain=example.com\r\nset-cookie: other=2\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (address, mut heard) = server(SETS, false).await;
    let door = knowing(|_| vec!["127.0.0.1".parse().unwrap()]);
    for host in ["a.example.com", "a.example.com", "b.example.com"] {
        let address = format!("http://{host}:{}/", address.port());
        fetch(&door, get(&address, Reach::Private)).await.unwrap();
        let sent = heard.recv().await.unwrap().to_ascii_lowercase();
        assert!(!sent.contains("cookie"), "{sent}");
    }
}

#[tokio::test]
async fn a_media_type_that_repeats_a_key_is_none() {
    const ECHO: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/sk-live-4eC39HqLyjWDarjtT1zdp7dc\r\ncontent-length: 0\r\n\r\n";
    let (address, _heard) = server(ECHO, false).await;
    let mut request = get(&format!("http://{address}/"), Reach::Private);
    let (name, secret) = ("crm".parse().unwrap(), Secret::new(KEY));
    request.secrets.push(PlacedSecret { name, secret, place: Placement::Bearer });
    let door = Door::new(Settings::default()).unwrap();
    #[allow(clippy::disallowed_methods, reason = "there is no trail in these tests")]
    let inbound = door.send(DurableIntent::after_commit(Seq(0)), request).await.unwrap();
    assert_eq!(inbound.media(), "");
}

#[tokio::test]
async fn secrets_in_a_form_are_named_in_the_record_and_leave_whole() {
    let (address, mut heard) = server(OK, false).await;
    let mut request = get(&format!("http://{address}/token"), Reach::Private);
    request.method = Method::Post;
    request.headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
    request.body = Some(b"grant_type=refresh_token".to_vec());
    for (name, field, secret) in [("crm", "refresh_token", "r/t+1 2345"), ("client", "client_secret", KEY)] {
        let place = Placement::Form { name: field.to_owned() };
        request.secrets.push(PlacedSecret {
            name: name.parse().unwrap(),
            secret: Secret::new(secret),
            place,
        });
    }
    let id = "a:b/c".to_owned();
    let basic = PlacedSecret {
        name: "basic".parse().unwrap(),
        secret: Secret::new("p%s w"),
        place: Placement::ClientBasic { id },
    };
    request.secrets.push(basic);
    let record = String::from_utf8(request.record()).unwrap();
    let body = "\n\ngrant_type=refresh_token&refresh_token={secret:crm}&client_secret={secret:client}";
    assert!(record.ends_with(body), "{record}");
    assert!(record.contains("authorization: Basic base64(a%3Ab%2Fc:{secret:basic})\n"), "{record}");
    fetch(&Door::new(Settings::default()).unwrap(), request).await.unwrap();
    let sent = heard.recv().await.unwrap();
    let body = format!("grant_type=refresh_token&refresh_token=r%2Ft%2B1+2345&client_secret={KEY}");
    assert!(sent.ends_with(&format!("\r\n\r\n{body}")), "{sent}");
    assert!(sent.contains(&format!("content-length: {}\r\n", body.len())), "{sent}");
    // base64("a%3Ab%2Fc:p%25s+w")
    assert!(sent.contains("authorization: Basic YSUzQWIlMkZjOnAlMjVzK3c="), "{sent}");
}

/// A company's own authority, a server that it vouches for, and who has a certificate of it.
struct Company {
    ca: CertifiedIssuer<'static, KeyPair>,
    acceptor: TlsAcceptor,
}

impl Company {
    fn new(wants_certificates: bool) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.subject_alt_names = vec![SanType::IpAddress("127.0.0.1".parse().unwrap())];
        let server = params.signed_by(&key, &ca).unwrap();
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = if wants_certificates {
            let mut roots = RootCertStore::empty();
            roots.add(ca.der().clone()).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            config.with_client_cert_verifier(verifier)
        } else {
            config.with_no_client_auth()
        };
        let config = config.with_single_cert(vec![server.der().clone()], private).unwrap();
        Self { ca, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    async fn serve(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let acceptor = self.acceptor.clone();
        tokio::spawn(async move {
            let (say, _heard) = mpsc::unbounded_channel();
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(stream) = acceptor.accept(stream).await {
                    talk(stream, OK, false, say.clone()).await;
                }
            }
        });
        address
    }

    fn roots(&self) -> Vec<Root> {
        Root::of_pem(self.ca.pem().as_bytes()).unwrap()
    }

    fn identity(&self) -> Identity {
        let key = KeyPair::generate().unwrap();
        let client =
            CertificateParams::new(vec!["analyst".to_owned()]).unwrap().signed_by(&key, &self.ca).unwrap();
        let secret = Secret::new(key.serialize_pem());
        Identity::new(self.roots(), Some((client.pem().as_bytes(), &secret))).unwrap()
    }
}

fn shown(address: SocketAddr, identity: Option<Identity>) -> Outbound {
    let mut request = get(&format!("https://{address}/"), Reach::Private);
    request.passage = Passage { identity, ..request.passage };
    request
}

#[tokio::test]
async fn a_source_s_own_authority_is_trusted_for_it_alone() {
    let company = Company::new(false);
    let address = company.serve().await;
    let door = Door::new(Settings::default()).unwrap();
    let own = Identity::new(company.roots(), None).unwrap();
    assert_eq!(fetch(&door, shown(address, Some(own))).await.unwrap().bytes, b"ok");
    let others = Identity::new(Company::new(false).roots(), None).unwrap();
    for identity in [None, Some(others)] {
        let refused = fetch(&door, shown(address, identity)).await.unwrap_err();
        assert!(matches!(refused, SendError::Untrusted(_)), "{refused}");
    }
}

#[tokio::test]
async fn a_certificate_is_shown_to_who_asks_for_it_and_no_connection_is_shared_with_who_has_none() {
    let company = Company::new(true);
    let address = company.serve().await;
    let door = Door::new(Settings::default()).unwrap();
    let identity = company.identity();
    assert_eq!(fetch(&door, shown(address, Some(identity.clone()))).await.unwrap().bytes, b"ok");
    // The same trust without the certificate, and somebody else's.
    let stranger = Company::new(true).identity();
    for identity in [identity.without_certificate(), Some(stranger)] {
        assert!(fetch(&door, shown(address, identity)).await.is_err());
    }
}
