//! A time stamp authority that is all OpenSSL: its keys, its certificates and its answers are made by the `openssl`
//! command, and so is the last word on a token.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What kind of key the authority signs with, as arguments of `openssl req -newkey`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyKind {
    Rsa,
    P256,
    P384,
}

/// A certification authority, and a time stamp authority that it vouches for, in a folder of their own.
pub(crate) struct OpenSsl {
    folder: tempfile::TempDir,
}

impl OpenSsl {
    /// `digest` is what the authority signs with.
    pub(crate) fn new(kind: KeyKind, digest: &str) -> Self {
        let made = Self { folder: tempfile::tempdir().unwrap() };
        let config = format!(
            "[req]\ndistinguished_name = name\nprompt = no\n[name]\nCN = Rehearsal CA\n\
             [ca]\nbasicConstraints = critical, CA:true\nkeyUsage = critical, keyCertSign\n\
             [tsa_name]\nCN = Rehearsal TSA\n\
             [tsa]\nbasicConstraints = CA:false\nkeyUsage = critical, digitalSignature\n\
             extendedKeyUsage = critical, timeStamping\n\
             [ts]\ndefault_tsa = here\n\
             [here]\nserial = {0}/serial\nsigner_cert = {0}/tsa.pem\ncerts = {0}/ca.pem\nsigner_key = {0}/tsa.key\n\
             signer_digest = {digest}\ndefault_policy = 1.2.3.4\ndigests = sha256\naccuracy = millisecs:500\n\
             clock_precision_digits = 3\nordering = no\ness_cert_id_chain = no\ntsa_name = yes\n",
            made.folder.path().display()
        );
        fs::write(made.path("config"), config).unwrap();
        fs::write(made.path("serial"), "01\n").unwrap();
        let key: &[&str] = match kind {
            KeyKind::Rsa => &["rsa:2048"],
            KeyKind::P256 => &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
            KeyKind::P384 => &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
        };
        let config = ["-config", "config", "-nodes", "-newkey"];
        made.run(
            &[
                &["req", "-x509", "-extensions", "ca", "-days", "30"],
                &config[..],
                key,
                &["-keyout", "ca.key", "-out", "ca.pem"],
            ]
            .concat(),
        );
        made.run(
            &[
                &["req", "-subj", "/CN=Rehearsal TSA"],
                &config[..],
                key,
                &["-keyout", "tsa.key", "-out", "tsa.csr"],
            ]
            .concat(),
        );
        made.run(&[
            "x509",
            "-req",
            "-in",
            "tsa.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "30",
            "-extfile",
            "config",
            "-extensions",
            "tsa",
            "-out",
            "tsa.pem",
        ]);
        made
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `openssl ts -reply`: the answer to this question.
    pub(crate) fn reply(&self, query: &[u8]) -> Vec<u8> {
        fs::write(self.path("query.tsq"), query).unwrap();
        self.run(&[
            "ts",
            "-reply",
            "-config",
            "config",
            "-section",
            "here",
            "-queryfile",
            "query.tsq",
            "-out",
            "reply.tsr",
        ]);
        fs::read(self.path("reply.tsr")).unwrap()
    }

    /// `openssl ts -verify`, as docs/trail-format.md says it.
    pub(crate) fn verifies(&self, note: &str, response: &[u8]) -> bool {
        fs::write(self.path("NOTE"), note).unwrap();
        fs::write(self.path("RESPONSE"), response).unwrap();
        let output = openssl(
            self.folder.path(),
            &["ts", "-verify", "-data", "NOTE", "-in", "RESPONSE", "-CAfile", "ca.pem"],
        );
        output.status.success()
    }

    /// What `openssl ts -query` shows of a question.
    pub(crate) fn shown(&self, query: &[u8]) -> String {
        fs::write(self.path("query.tsq"), query).unwrap();
        String::from_utf8(self.run(&["ts", "-query", "-in", "query.tsq", "-text"]).stdout).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let output = openssl(self.folder.path(), arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {}: {said}", arguments.join(" "));
        output
    }
}

fn openssl(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("openssl");
    command.current_dir(folder).stdin(Stdio::null()).args(arguments);
    command.output().expect("these tests need the command `openssl` (Debian: apt-get install openssl)")
}

/// What a listener does with the question that it gets.
pub(crate) type Replies = Box<dyn Fn(&[u8]) -> (u16, &'static str, Vec<u8>) + Send + Sync>;

/// Answers one HTTP request after another on a port of its own, until it is dropped.
pub(crate) struct Listening {
    pub(crate) url: String,
    task: JoinHandle<()>,
}

impl Listening {
    pub(crate) async fn start(replies: Replies) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/tsa", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                answered(stream, &replies).await;
            }
        });
        Self { url, task }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answered(mut stream: TcpStream, replies: &Replies) {
    let mut received = Vec::new();
    let body = loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await.unwrap();
        if count == 0 {
            return;
        }
        received.extend_from_slice(&piece[..count]);
        let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&received[..end]).to_ascii_lowercase();
        assert!(
            head.starts_with("post /tsa http/1.1")
                && head.contains("content-type: application/timestamp-query")
        );
        let length: usize =
            head.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
        if received.len() >= end + 4 + length {
            break received[end + 4..].to_vec();
        }
    };
    let (status, media, answer) = replies(&body);
    let head = format!(
        "HTTP/1.1 {status} x\r\ncontent-type: {media}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        answer.len()
    );
    stream.write_all(&[head.as_bytes(), &answer].concat()).await.unwrap();
}
