//! A door: one address on loopback, what stands behind it, and everything that can go wrong between.

mod house;
mod mishap;
mod reception;
mod wire;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use wire::Wire;

pub(crate) use house::{Behind, House};

/// Takes a free port. Apart from opening, so that what stands behind may know its own address.
pub(crate) async fn bound() -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves until the house closes. The task owns the tasks of its connections and ends after them.
pub(crate) fn opened(
    service: &'static str,
    listener: TcpListener,
    house: House,
    behind: Behind,
) -> JoinHandle<()> {
    let behind = Arc::new(behind);
    tokio::spawn(async move {
        let mut connections = JoinSet::new();
        let mut closing = house.closing.clone();
        loop {
            tokio::select! {
                _ = closing.changed() => break,
                accepted = listener.accept() => {
                    // An accept fails for want of descriptors or because the client has left
                    // already; the next one may succeed.
                    if let Ok((stream, _)) = accepted {
                        connections.spawn(served(service, stream, house.clone(), behind.clone()));
                    }
                }
                Some(_) = connections.join_next() => {}
            }
        }
        connections.shutdown().await;
    })
}

/// Serves one connection for as long as the client keeps it.
async fn served(service: &'static str, stream: TcpStream, house: House, behind: Arc<Behind>) {
    // Without it a stream's small pieces wait for one another's acknowledgements.
    let _ = stream.set_nodelay(true);
    let stream = Arc::new(stream);
    let io = TokioIo::new(Wire(stream.clone()));
    let reception = service_fn(|request| reception::received(service, request, &house, &behind, &stream));
    // An error is a client that left or a fault that was wanted: the log has what there is to say.
    let _ = http1::Builder::new().timer(TokioTimer::new()).serve_connection(io, reception).await;
}
