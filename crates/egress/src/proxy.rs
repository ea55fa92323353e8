//! The system's proxy: which requests go through it.

use hyper::Uri;
use hyper::header::HeaderValue;
use hyper::http::uri::Scheme;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use std::net::IpAddr;

/// The proxies that the environment names (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, without those of `NO_PROXY`), or
/// else the system's settings.
#[derive(Debug)]
pub(crate) struct Proxies(Matcher);

impl Proxies {
    /// As they are now.
    pub(crate) fn of_the_system() -> Self {
        Self(Matcher::from_system())
    }

    /// The proxy on the way to `uri`. None for our own machine: a proxy would look for the host on its machine, and
    /// would see requests that were not to leave this one.
    pub(crate) fn before(&self, uri: &Uri) -> Option<Intercept> {
        if is_loopback(uri.host()?) { None } else { self.0.intercept(uri) }
    }

    /// What the proxy on the way to `uri` asks of each request: a request that it can't read carries this with the
    /// tunnel instead.
    pub(crate) fn credentials(&self, uri: &Uri) -> Option<HeaderValue> {
        if uri.scheme() != Some(&Scheme::HTTP) {
            return None;
        }
        self.before(uri)?.basic_auth().cloned()
    }
}

/// `name`, `127.0.0.1` or `[::1]`
fn is_loopback(host: &str) -> bool {
    match bare(host).parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

/// An IPv6 address without the brackets that it has in a URL.
pub(crate) fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_machine_is_known_by_any_of_its_names() {
        for (address, inside) in [
            ("http://localhost:1/", true),
            ("http://api.localhost/", true),
            ("http://127.8.0.1/", true),
            ("http://[::1]:80/", true),
            ("http://[::ffff:127.0.0.1]/", true),
            ("http://127.0.0.1.example.com/", false),
            ("http://notlocalhost/", false),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(is_loopback(address.parse::<Uri>().unwrap().host().unwrap()), inside, "{address}");
        }
    }

    #[test]
    fn a_proxy_hears_its_own_password_and_never_for_what_it_can_not_read() {
        let proxies = Proxies(Matcher::builder().all("http://ana:pw@proxy:3128").no("within.corp").build());
        let credentials = |address: &str| proxies.credentials(&address.parse().unwrap()).is_some();
        assert!(credentials("http://crm.invalid/"));
        for without in ["https://crm.invalid/", "http://within.corp/", "http://127.0.0.1/"] {
            assert!(!credentials(without), "{without}");
        }
        assert!(proxies.before(&"https://crm.invalid/".parse().unwrap()).is_some());
    }
}
