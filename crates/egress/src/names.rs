//! Who is asked for a host's addresses.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

/// Who is asked for a host's addresses.
#[derive(Clone, Default)]
pub enum Names {
    /// The system.
    #[default]
    System,
    /// This function: a name server of a test's own, which may say another thing each time.
    By(Arc<Lookup>),
}

/// Gives the addresses of a host.
pub type Lookup = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

impl Names {
    /// The addresses of a host, an address itself among them.
    pub(crate) async fn addresses(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, 0)]);
        }
        let found: Vec<_> = match self {
            Self::System => tokio::net::lookup_host((host, 0)).await?.collect(),
            Self::By(lookup) => lookup(host).into_iter().map(|address| SocketAddr::new(address, 0)).collect(),
        };
        if found.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(found) }
    }
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::By(_) => "By(…)",
        })
    }
}

/// What a request's host resolved to, once: whatever its name leads to a moment later, a redirect of the request opens
/// its connection there again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pin(Arc<OnceLock<Vec<SocketAddr>>>);

impl Pin {
    pub(crate) fn addresses(&self) -> Option<Vec<SocketAddr>> {
        self.0.get().cloned()
    }

    pub(crate) fn set(&self, addresses: &[SocketAddr]) {
        // Who comes second had the first one's already.
        let _pinned_before = self.0.set(addresses.to_vec());
    }
}
