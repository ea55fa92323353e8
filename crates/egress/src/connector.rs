//! Where the client's pool gets its connections.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;
use tower_service::Service;

use crate::ahead::{Ahead, Held, Origin};
use crate::dial::{Dialer, Reason};
use crate::phases::Asker;
use crate::stream::Stream;

/// Gives the pool a connection that was opened ahead, or a new one.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) dialer: Arc<Dialer>,
    pub(crate) ahead: Ahead,
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Pooled>;
    type Error = Reason;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Reason>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Reason>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let Self { dialer, ahead } = self.clone();
        // Now, since the pool may leave what this gives to a task of its own.
        let asker = Asker::current();
        Box::pin(async move {
            let origin = Origin::of(&to).ok_or("an address without a host")?;
            let opening = async {
                match ahead.take(&origin).await {
                    Some(stream) => Ok(stream),
                    None => dialer.open(&to, asker).await,
                }
            };
            let stream = timeout(dialer.limit(), opening)
                .await
                .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))?;
            let held = ahead.hold(origin, stream.h2);
            Ok(TokioIo::new(Pooled { stream, _held: held }))
        })
    }
}

/// A connection in the client's hands.
pub(crate) struct Pooled {
    stream: Stream,
    _held: Held,
}

impl Connection for Pooled {
    fn connected(&self) -> Connected {
        let connected = Connected::new().proxy(self.stream.proxied).extra(self.stream.opened.clone());
        if self.stream.h2 { connected.negotiated_h2() } else { connected }
    }
}

impl AsyncRead for Pooled {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream.poll_read(cx, buf)
    }
}

impl AsyncWrite for Pooled {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stream.wire.as_mut().poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.wire.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.wire.as_mut().poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream.wire.as_mut().poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.wire.is_write_vectored()
    }
}
