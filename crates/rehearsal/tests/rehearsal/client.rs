//! An HTTP client that shows everything: half answers, stray bytes, resets.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use base64::Engine;
use rehearsal::{DemoSource, Rehearsal};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came back until the server closed or the patience ran out.
#[derive(Debug)]
pub(crate) struct Seen {
    /// 0 if there was no status line.
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    /// The body, without chunk framing.
    pub(crate) body: Vec<u8>,
    /// Whether the body was as long as its head said, or ended with the last chunk.
    pub(crate) complete: bool,
    /// What came after the end of the body.
    pub(crate) stray: usize,
    /// How reading ended, if not by a close.
    pub(crate) error: Option<io::ErrorKind>,
}

impl Seen {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// A request under way.
pub(crate) struct Ask<'a> {
    base_url: &'a str,
    method: &'a str,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
    patience: Duration,
}

pub(crate) fn get<'a>(base_url: &'a str, target: &str) -> Ask<'a> {
    Ask {
        base_url,
        method: "GET",
        target: target.to_owned(),
        headers: Vec::new(),
        body: String::new(),
        patience: Duration::from_secs(20),
    }
}

/// A request with the key that the source file names, put where the source file says.
pub(crate) fn ask<'a>(source: &'a DemoSource, target: &str) -> Ask<'a> {
    let ask = get(&source.base_url, target);
    let file: toml::Table = source.toml.parse().unwrap();
    let auth = &file["auth"];
    match auth["kind"].as_str().unwrap() {
        "bearer" => ask.header("authorization", &format!("Bearer {}", source.secret)),
        "basic" => {
            let pair = format!("{}:{}", auth["user"].as_str().unwrap(), source.secret);
            let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
            ask.header("authorization", &format!("Basic {encoded}"))
        }
        "api_key" => ask.header(auth["name"].as_str().unwrap(), &source.secret),
        _ => ask,
    }
}

pub(crate) fn source(rehearsal: &Rehearsal, name: &str) -> DemoSource {
    rehearsal.sources().into_iter().find(|source| source.name == name).unwrap()
}

impl Ask<'_> {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn method<'b>(self, method: &'b str) -> Ask<'b>
    where
        Self: 'b,
    {
        Ask { method, ..self }
    }

    pub(crate) fn body(mut self, body: &Value) -> Self {
        self.body = body.to_string();
        self
    }

    pub(crate) fn text(mut self, body: &str) -> Self {
        self.body = body.to_owned();
        self
    }

    pub(crate) fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    pub(crate) async fn send(self) -> Seen {
        let host = self.base_url.strip_prefix("http://").unwrap();
        let (host, prefix) =
            host.split_once('/').map_or((host, String::new()), |(host, rest)| (host, format!("/{rest}")));
        let mut stream = TcpStream::connect(host).await.unwrap();
        let mut head = format!(
            "{} {prefix}{} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n",
            self.method,
            self.target,
            self.body.len()
        );
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(self.body.as_bytes()).await.unwrap();
        let mut received = Vec::new();
        let error = match tokio::time::timeout(self.patience, stream.read_to_end(&mut received)).await {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => Some(error.kind()),
            Err(_) => Some(io::ErrorKind::TimedOut),
        };
        taken_apart(&received, error)
    }
}

fn taken_apart(received: &[u8], error: Option<io::ErrorKind>) -> Seen {
    let Some(split) = received.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Seen {
            status: 0,
            headers: BTreeMap::new(),
            body: Vec::new(),
            complete: false,
            stray: 0,
            error,
        };
    };
    let head = std::str::from_utf8(&received[..split]).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let rest = &received[split + 4..];
    let (body, complete, stray) =
        if headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked") {
            let (body, complete) = unchunked(rest);
            (body, complete, 0)
        } else {
            let declared = headers.get("content-length").map_or(rest.len(), |length| length.parse().unwrap());
            let body = rest[..declared.min(rest.len())].to_vec();
            (body, rest.len() >= declared, rest.len().saturating_sub(declared))
        };
    Seen { status, headers, body, complete, stray, error }
}

fn unchunked(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(line) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        if size == 0 {
            return (body, true);
        }
        let start = line + 2;
        let end = (start + size).min(rest.len());
        body.extend_from_slice(&rest[start..end]);
        rest = rest.get(end + 2..).unwrap_or_default();
    }
    (body, false)
}
