//! An open connection.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::phases::Opened;

/// TCP, or TLS over it, or TLS over a proxy's tunnel.
pub(crate) type Wire = Pin<Box<dyn ReadWrite>>;

/// What bytes come and go through.
pub(crate) trait ReadWrite: AsyncRead + AsyncWrite + Send {}

impl<T: AsyncRead + AsyncWrite + Send> ReadWrite for T {}

/// A connection on which no byte of HTTP has been sent yet.
pub(crate) struct Stream {
    pub(crate) wire: Wire,
    /// Whether both sides agreed on HTTP/2.
    pub(crate) h2: bool,
    /// Whether the other end is a proxy that wants whole addresses.
    pub(crate) proxied: bool,
    pub(crate) opened: Opened,
    /// What the server said before it was asked.
    early: BytesMut,
}

/// A server's first words in HTTP/2 are its settings, which take a few dozen bytes.
const MOST_EARLY: usize = 1024;

impl Stream {
    pub(crate) fn new(wire: Wire, opened: Opened) -> Self {
        Self { wire, h2: false, proxied: false, opened, early: BytesMut::new() }
    }

    /// Waits until it can't be used any more: the server has closed it, or has said what no server says before it
    /// was asked. A server of HTTP/2 may send its settings first; they are kept for whoever reads next.
    pub(crate) async fn ended(&mut self) {
        let mut bytes = [0; 256];
        loop {
            let mut read = ReadBuf::new(&mut bytes);
            let came = poll_fn(|cx| self.wire.as_mut().poll_read(cx, &mut read)).await;
            let room = MOST_EARLY - self.early.len();
            if came.is_err() || read.filled().is_empty() || !self.h2 || read.filled().len() > room {
                return;
            }
            self.early.extend_from_slice(read.filled());
        }
    }

    /// As [`AsyncRead::poll_read`].
    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.early.is_empty() {
            return self.wire.as_mut().poll_read(cx, buf);
        }
        let count = self.early.len().min(buf.remaining());
        buf.put_slice(&self.early[..count]);
        self.early.advance(count);
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    struct Reading(Stream);

    impl AsyncRead for Reading {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            self.0.poll_read(cx, buf)
        }
    }

    #[tokio::test]
    async fn a_closed_connection_has_ended_and_so_has_one_that_speaks_out_of_turn() {
        for words in ["", "SSH-2.0"] {
            let (near, mut far) = duplex(64);
            let mut stream = Stream::new(Box::pin(near), Opened::default());
            far.write_all(words.as_bytes()).await.unwrap();
            drop(far);
            stream.ended().await;
        }
    }

    #[tokio::test]
    async fn settings_that_came_early_are_read_later() {
        let (near, mut far) = duplex(64);
        let mut stream = Stream::new(Box::pin(near), Opened::default());
        stream.h2 = true;
        far.write_all(b"settings").await.unwrap();
        {
            let mut ended = std::pin::pin!(stream.ended());
            assert!(poll_fn(|cx| Poll::Ready(ended.as_mut().poll(cx).is_pending())).await);
        }
        far.write_all(b" and more").await.unwrap();
        drop(far);
        let mut all = String::new();
        Reading(stream).read_to_string(&mut all).await.unwrap();
        assert_eq!(all, "settings and more");
    }
}
