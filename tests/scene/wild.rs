//! A server that keeps to nothing: it hears a request and answers the bytes that a test gives it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;

/// One connection, one request, one answer, then it closes.
pub(crate) struct Wild {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Wild {
    /// Opens it. `answer` is given the head of each request.
    pub(crate) async fn answering(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hearing = heard.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // One after another: a test asks one thing at a time.
                serve(stream, &answer, &hearing).await;
            }
        });
        Self { address, heard, task }
    }

    /// Opens it. It answers every request with this.
    pub(crate) async fn always(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::answering(move |_| answer.clone()).await
    }

    /// The heads of the requests that it heard.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// A source's file with one read, `get`, at this server.
    pub(crate) fn source(&self, name: &str, more: &str) -> String {
        source(self.address, name, more)
    }
}

/// A port of this machine at which nobody listens, and at which nobody else can while this is held: a connection to it
/// is refused.
pub(crate) struct Nobody(TcpSocket);

impl Nobody {
    pub(crate) fn there() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        Self(socket)
    }

    /// A source's file with one read, `get`, there.
    pub(crate) fn source(&self, name: &str, more: &str) -> String {
        source(self.0.local_addr().unwrap(), name, more)
    }
}

fn source(address: SocketAddr, name: &str, more: &str) -> String {
    format!(
        "name = \"{name}\"\nkind = \"http\"\nbase_url = \"http://{address}\"\n{more}\n\
         [[tool]]\nname = \"get\"\ndescription = \"Reads\"\nmethod = \"GET\"\npath = \"/thing\"\n\
         [tool.input]\ntype = \"object\"\n",
    )
}

impl Drop for Wild {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, answer: &impl Fn(&str) -> Vec<u8>, heard: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => break,
            Ok(read) => head.extend_from_slice(&piece[..read]),
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let bytes = answer(&head);
    heard.lock().unwrap().push(head);
    // A client that has enough may be gone.
    let _gone = stream.write_all(&bytes).await;
    let _gone = stream.shutdown().await;
}

/// A whole answer of HTTP.
pub(crate) fn http(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut answer =
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}
