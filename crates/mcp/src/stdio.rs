//! The pipe to a server's program: a message is a line.

use std::io;
use std::sync::Arc;

use domain::intent::DurableIntent;
use egress::Scrubber;
use rmcp::model::ServerJsonRpcMessage;
use rmcp::service::{RoleClient, RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::Mutex;

use crate::log::Log;
use crate::process::{Process, Program};
use crate::wire::{Outgoing, Wire};

/// A session's pipe. It owns the program.
pub(crate) struct Pipe {
    wire: Wire,
    input: Arc<Mutex<Option<ChildStdin>>>,
    output: BufReader<ChildStdout>,
    /// What has come of a line. It stands here since a wait for more of it may be given up.
    line: Vec<u8>,
    /// A longer line ends the session: what it answers can't be known.
    longest: usize,
    log: Log,
    /// What the program was given may stand in what it says.
    scrubber: Scrubber,
    process: Process,
}

impl Pipe {
    pub(crate) fn open(
        program: &Program,
        wire: Wire,
        longest: usize,
        (log, scrubber): (Log, Scrubber),
    ) -> io::Result<Self> {
        let (process, input, output) = Process::start(program, &log)?;
        Ok(Self {
            wire,
            scrubber,
            input: Arc::new(Mutex::new(Some(input))),
            output: BufReader::new(output),
            line: Vec::new(),
            longest,
            log,
            process,
        })
    }

    /// The next line that is a message.
    async fn message(&mut self) -> Option<ServerJsonRpcMessage> {
        loop {
            let read = match self.output.fill_buf().await {
                Ok([]) | Err(_) => {
                    self.log.line("tieout: the program closed its output");
                    return None;
                }
                Ok(read) => read,
            };
            let end = read.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(read.len(), |end| end + 1);
            self.line.extend_from_slice(&read[..taken]);
            self.output.consume(taken);
            if self.line.len() > self.longest {
                self.log.line(&format!(
                    "tieout: a message is longer than {} bytes; the session ends",
                    self.longest
                ));
                return None;
            }
            if end.is_none() {
                continue;
            }
            let line = self.scrubber.bytes(std::mem::take(&mut self.line));
            if let Some(message) = self.wire.incoming(&line) {
                return Some(message);
            }
            let shown: String = String::from_utf8_lossy(&line).trim().chars().take(500).collect();
            if !shown.is_empty() {
                self.log.line(&format!("tieout: not a message of MCP: {shown}"));
            }
        }
    }
}

impl Transport<RoleClient> for Pipe {
    type Error = io::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let (wire, input) = (self.wire.clone(), self.input.clone());
        async move {
            let Outgoing { bytes, intent, .. } = wire.outgoing(&item).await.map_err(io::Error::other)?;
            let mut input = input.lock().await;
            let Some(pipe) = input.as_mut() else { return Err(io::ErrorKind::BrokenPipe.into()) };
            write(pipe, bytes, intent).await
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleClient>> {
        let message = self.message().await;
        if message.is_none() {
            self.wire.gone.say();
        }
        message
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        // Whoever writes now is waited for: half a line would be a message that nobody sent.
        *self.input.lock().await = None;
        self.process.end().await;
        Ok(())
    }
}

/// Writes what the intent records, and uses the intent up.
async fn write(pipe: &mut ChildStdin, mut bytes: Vec<u8>, intent: DurableIntent) -> io::Result<()> {
    bytes.push(b'\n');
    let written = match pipe.write_all(&bytes).await {
        Ok(()) => pipe.flush().await,
        Err(error) => Err(error),
    };
    tracing::trace!(entry = ?intent.seq(), sent = written.is_ok(), "a message to a server's program");
    written
}
