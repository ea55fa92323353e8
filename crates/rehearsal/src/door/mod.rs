//! A door: one address on loopback, what stands behind it, and everything that can go wrong between.

mod house;
mod mishap;
mod reception;
mod remembered;
mod turnstile;
mod visit;
mod wire;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use wire::Wire;

pub(crate) use house::{Behind, House, Tenant};
pub(crate) use remembered::Remembered;
pub(crate) use turnstile::Turnstile;

/// Takes a free port. Apart from opening, so that what stands behind may know its own address.
pub(crate) async fn bound() -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves until the house closes. The task owns the tasks of its connections and ends after them.
pub(crate) fn opened(listener: TcpListener, house: House, tenant: Tenant) -> JoinHandle<()> {
    let tenant = Arc::new(tenant);
    tokio::spawn(async move {
        let mut connections = JoinSet::new();
        let mut closing = house.closing.clone();
        loop {
            tokio::select! {
                _ = closing.changed() => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(served(stream, house.clone(), tenant.clone()));
                    }
                    // For want of descriptors, most likely: some come back when connections end.
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
        connections.shutdown().await;
    })
}

/// Serves one connection for as long as the client keeps it.
async fn served(stream: TcpStream, house: House, tenant: Arc<Tenant>) {
    // Without it a stream's small pieces wait for one another's acknowledgements.
    let _ = stream.set_nodelay(true);
    let stream = Arc::new(stream);
    let io = TokioIo::new(Wire(stream.clone()));
    let reception = service_fn(|request| reception::received(request, &house, &tenant, &stream));
    // No limit on an idle connection: one that closes just as the client uses it again is a fault, and
    // faults come on request alone.
    let serving = http1::Builder::new().header_read_timeout(None).serve_connection(io, reception);
    // An error is a client that left or a fault that was wanted: the log has what there is to say.
    let _ = serving.await;
}
