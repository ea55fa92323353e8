//! A server that keeps its connections open and says what happens on each.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

/// What happened on a connection; they are numbered as they were accepted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// TCP stands, and TLS if the server has it.
    Opened(usize),
    /// A request for this path came.
    Asked(usize, String),
    /// It was closed by either side.
    Closed(usize),
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) events: mpsc::UnboundedReceiver<Event>,
}

impl Server {
    /// Answers `/slow` with 20 milliseconds before the headers and 20 before the body, closes after `/last`, and
    /// closes the connections of the numbers in `unwilling` as soon as they stand.
    pub(crate) async fn start(tls: Option<TlsAcceptor>, unwilling: &'static [usize]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (say, events) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            for number in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let (tls, say) = (tls.clone(), say.clone());
                tokio::spawn(async move {
                    match tls {
                        None => talk(stream, number, unwilling, &say).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                talk(stream, number, unwilling, &say).await;
                            }
                        }
                    }
                    let _ = say.send(Event::Closed(number));
                });
            }
        });
        Self { address, events }
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The next thing that happens.
    pub(crate) async fn next(&mut self) -> Event {
        self.events.recv().await.unwrap()
    }

    /// What has happened and was not asked for yet.
    pub(crate) fn so_far(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    number: usize,
    unwilling: &[usize],
    say: &mpsc::UnboundedSender<Event>,
) {
    let _ = say.send(Event::Opened(number));
    if unwilling.contains(&number) {
        let _ = stream.shutdown().await;
        return;
    }
    let mut heard = Vec::new();
    loop {
        let mut bytes = [0; 4096];
        let Ok(count @ 1..) = stream.read(&mut bytes).await else { return };
        heard.extend_from_slice(&bytes[..count]);
        if !heard.ends_with(b"\r\n\r\n") {
            continue;
        }
        let request = String::from_utf8(std::mem::take(&mut heard)).unwrap();
        let path = request.split(' ').nth(1).unwrap();
        let _ = say.send(Event::Asked(number, path.to_owned()));
        let pause = if path == "/slow" { Duration::from_millis(20) } else { Duration::ZERO };
        for part in ["HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", "ok"] {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            if stream.write_all(part.as_bytes()).await.is_err() || stream.flush().await.is_err() {
                return;
            }
        }
        if path == "/last" {
            let _ = stream.shutdown().await;
            return;
        }
    }
}
