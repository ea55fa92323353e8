//! A host on loopback that answers as a test says, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// An answer: status line, headers (each with its line's end), body.
pub(crate) struct Answer {
    pub(crate) status: &'static str,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(body: impl Into<String>) -> Self {
        Self { status: "200 OK", headers: String::new(), body: body.into() }
    }

    pub(crate) fn status(status: &'static str) -> Self {
        Self { status, headers: String::new(), body: "{}".to_owned() }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push_str(&format!("{name}: {value}\r\n"));
        self
    }
}

/// The host.
pub(crate) struct Host {
    pub(crate) base: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Host {
    /// Answers each request, whose target it is given, and never when it gets none.
    pub(crate) async fn start(answer: impl Fn(&str, &str) -> Option<Answer> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (answer, remembers, own) = (Arc::new(answer), Arc::clone(&asked), base.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, asked, own) = (Arc::clone(&answer), Arc::clone(&remembers), own.clone());
                tokio::spawn(async move { serve(stream, &*answer, &asked, &own).await });
            }
        });
        Self { base, asked }
    }

    /// The targets of its requests, in their order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    answer: &(dyn Fn(&str, &str) -> Option<Answer> + Send + Sync),
    asked: &Mutex<Vec<String>>,
    base: &str,
) {
    let mut read = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let Ok(count @ 1..) = stream.read(&mut piece).await else { return };
        read.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
        let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
        read.clear();
        asked.lock().unwrap().push(target.clone());
        let Some(Answer { status, headers, body }) = answer(&target, base) else {
            std::future::pending::<()>().await;
            return;
        };
        let text = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}
