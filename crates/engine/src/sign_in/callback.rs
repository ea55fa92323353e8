//! The port of this machine that a browser comes back to. It speaks as much HTTP as that takes: one line of a request is
//! read, and one small page is said. Browsers open connections that they then don't use, and anybody on this machine may
//! open one too, so none of them is waited for alone.

use std::time::Duration;

use domain::secret::Secret;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::Url;

use crate::error::EngineError;

/// How long a browser may take to say what it wants.
const LIMIT: Duration = Duration::from_secs(10);
/// The most connections that are listened to at one time.
const MOST: usize = 16;
/// The longest request that is read.
const LONGEST: usize = 16 << 10;
const PATH: &str = "/signed-in";

/// The open port.
#[derive(Debug)]
pub(crate) struct Callback {
    listener: TcpListener,
    /// `http://127.0.0.1:49152/signed-in`
    address: String,
}

/// What a browser came back with.
#[derive(Debug)]
pub(super) enum Came {
    Code(Secret),
    /// The server says no, in words.
    Denied(String),
}

impl Callback {
    /// On this machine alone, at a port that was free.
    ///
    /// # Errors
    /// If none can be had.
    pub(crate) async fn open() -> Result<Self, EngineError> {
        let opened = async {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = format!("http://{}{PATH}", listener.local_addr()?);
            Ok::<_, std::io::Error>(Self { listener, address })
        };
        opened.await.map_err(|error| {
            EngineError::BadInput(format!(
                "no port of this machine could be had for the browser to come back to: {error}"
            ))
        })
    }

    /// Where the browser is sent back to.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Waits for a browser that comes with this state. Whoever comes without it is told so, and changes nothing.
    pub(super) async fn came(&mut self, state: &str) -> Came {
        let mut talks = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if talks.len() < MOST => {
                    if let Ok((stream, _)) = accepted {
                        talks.spawn(timeout(LIMIT, talk(stream, self.address.clone(), state.to_owned())));
                    }
                }
                Some(talk) = talks.join_next() => {
                    if let Ok(Ok(Some(came))) = talk {
                        return came;
                    }
                }
            }
        }
    }
}

async fn talk(mut stream: TcpStream, address: String, state: String) -> Option<Came> {
    let mut request = Vec::new();
    while !request.windows(4).any(|part| part == b"\r\n\r\n") {
        let mut piece = [0; 2048];
        let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        request.extend_from_slice(&piece[..count]);
        if request.len() > LONGEST {
            return None;
        }
    }
    let came = read(&String::from_utf8_lossy(&request), &address, &state);
    let (status, words) = match &came {
        Some(Came::Code(_)) => ("200 OK", "You are back. Tieout goes on by itself; this page can be closed."),
        Some(Came::Denied(_)) => {
            ("200 OK", "The sign-in was refused. Tieout says why; this page can be closed.")
        }
        None => ("404 Not Found", "There is nothing here. If you were signing in, begin anew in Tieout."),
    };
    let page = format!("<!doctype html><meta charset=\"utf-8\"><title>Tieout</title><p>{words}</p>");
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\ncache-control: no-store\r\n\
         content-security-policy: default-src 'none'\r\nreferrer-policy: no-referrer\r\nconnection: close\r\n\r\n",
        page.len()
    );
    // Who can't be answered has still come back.
    let _nobody_reads = stream.write_all(format!("{head}{page}").as_bytes()).await;
    let _nobody_reads = stream.shutdown().await;
    came
}

/// What a request brings, if it is the one that we wait for: to our own address by its own name (a page of the web could
/// have any name lead here), and with our state.
fn read(request: &str, address: &str, state: &str) -> Option<Came> {
    let base = Url::parse(address).ok()?;
    let mut lines = request.split("\r\n");
    let target = lines.next()?.strip_prefix("GET ")?.strip_suffix(" HTTP/1.1")?;
    let host = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    })?;
    let own = format!("{}:{}", base.host_str()?, base.port()?);
    if host != own || !target.starts_with('/') {
        return None;
    }
    let url = base.join(target).ok()?;
    if url.path() != PATH || url.origin() != base.origin() {
        return None;
    }
    let values = |wanted: &str| {
        let mut found =
            url.query_pairs().filter(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
        // What stands there twice is not to be trusted.
        found.next().filter(|_| found.next().is_none())
    };
    if !same(&values("state")?, state) {
        return None;
    }
    if let Some(error) = values("error") {
        let words = values("error_description").map(|words| format!(": {words}")).unwrap_or_default();
        let words = format!("`{error}`{words}");
        return Some(Came::Denied(words.chars().filter(|char| !char.is_control()).take(300).collect()));
    }
    values("code").filter(|code| !code.is_empty()).map(|code| Came::Code(Secret::new(code)))
}

/// Whether they are the same, without telling by the time it takes where they differ.
fn same(one: &str, other: &str) -> bool {
    let differ = one.bytes().zip(other.bytes()).fold(0, |differ, (one, other)| differ | (one ^ other));
    one.len() == other.len() && differ == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "http://127.0.0.1:4915/signed-in";

    fn brought(line: &str, host: &str) -> Option<Came> {
        read(&format!("{line}\r\nAccept: */*\r\nHost: {host}\r\n\r\n"), ADDRESS, "st4te")
    }

    #[test]
    fn only_our_own_browser_brings_a_code() {
        let own = "127.0.0.1:4915";
        let came = brought("GET /signed-in?code=c%2F1&state=st4te HTTP/1.1", own);
        assert!(matches!(came, Some(Came::Code(code)) if code.expose() == "c/1"));
        let came = brought(
            "GET /signed-in?error=access_denied&error_description=no%0Away&state=st4te HTTP/1.1",
            own,
        );
        assert!(matches!(came, Some(Came::Denied(words)) if words == "`access_denied`: noway"));
        for (line, host) in [
            ("GET /signed-in?code=c&state=other HTTP/1.1", own),
            ("GET /signed-in?code=c&state=st4t HTTP/1.1", own),
            ("GET /signed-in?code=c HTTP/1.1", own),
            ("GET /signed-in?state=st4te HTTP/1.1", own),
            ("GET /signed-in?code=&state=st4te HTTP/1.1", own),
            ("GET /signed-in?code=a&code=b&state=st4te HTTP/1.1", own),
            ("GET /signed-in?code=c&state=st4te&state=st4te HTTP/1.1", own),
            ("GET /?code=c&state=st4te HTTP/1.1", own),
            ("GET //evil/signed-in?code=c&state=st4te HTTP/1.1", own),
            ("GET http://127.0.0.1:4915/signed-in?code=c&state=st4te HTTP/1.1", own),
            ("POST /signed-in?code=c&state=st4te HTTP/1.1", own),
            ("GET /signed-in?code=c&state=st4te HTTP/1.1", "evil.example:4915"),
            ("GET /signed-in?code=c&state=st4te HTTP/1.1", "localhost:4915"),
            ("\u{fffd}", own),
        ] {
            assert!(brought(line, host).is_none(), "{line} {host}");
        }
    }
}
