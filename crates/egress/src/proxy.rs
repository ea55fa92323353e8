//! Proxies: which requests go through one.

use hyper::Uri;
use hyper::header::HeaderValue;
use hyper::http::uri::Scheme;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use std::net::IpAddr;

use crate::network::Way;

/// The proxies on the way out, and the hosts that are asked without them.
#[derive(Debug)]
pub(crate) struct Proxies {
    matcher: Matcher,
    except: Except,
}

impl Proxies {
    /// As a person says, or as the system does now.
    pub(crate) fn new(way: &Way) -> Self {
        match way {
            Way::System => {
                let listed = ["NO_PROXY", "no_proxy"].iter().find_map(|name| std::env::var(name).ok());
                let except = Except::listed(&listed.unwrap_or_default());
                Self { matcher: Matcher::from_system(), except }
            }
            Way::Direct => Self { matcher: Matcher::builder().build(), except: Except::default() },
            Way::Through { address, credentials, except } => {
                let mut address = address.clone();
                if let Some((user, password)) = credentials {
                    // These fail only for addresses that can't hold credentials; those of proxies can.
                    let _ = address.set_username(user);
                    let _ = address.set_password(Some(password.expose()));
                }
                let matcher = Matcher::builder().all(address.as_str()).no(except).build();
                Self { matcher, except: Except::listed(except) }
            }
        }
    }

    /// The proxy on the way to `uri`. None for our own machine: a proxy would look for the host on its machine, and
    /// would see requests that were not to leave this one.
    pub(crate) fn before(&self, uri: &Uri) -> Option<Intercept> {
        if is_loopback(uri.host()?) || self.except.has(uri) { None } else { self.matcher.intercept(uri) }
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

/// What the library's own list of exceptions does not know: a port behind a host, and `*.` before a suffix.
#[derive(Debug, Default)]
struct Except(Vec<(String, Option<u16>)>);

impl Except {
    fn listed(list: &str) -> Self {
        let entries = list.split(',').map(|entry| entry.trim().to_ascii_lowercase());
        let entries = entries.filter_map(|entry| {
            let (host, port) = match entry.rsplit_once(':') {
                // An IPv6 address has colons, and brackets if a port follows.
                Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                    (host, Some(port.parse().ok()?))
                }
                _ => (entry.as_str(), None),
            };
            let suffix = host.strip_prefix("*.").map(|suffix| format!(".{suffix}"));
            let own = port.is_some() || suffix.is_some();
            own.then(|| (suffix.unwrap_or_else(|| bare(host).to_owned()), port))
        });
        Self(entries.collect())
    }

    fn has(&self, uri: &Uri) -> bool {
        let host = bare(uri.host().unwrap_or_default()).to_ascii_lowercase();
        let usual = if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
        let at = uri.port_u16().unwrap_or(usual);
        self.0.iter().any(|(name, port)| {
            let ends = || match name.strip_prefix('.') {
                Some(name) => {
                    host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
                }
                None => host.strip_suffix(name.as_str()).is_some_and(|rest| rest.ends_with('.')),
            };
            port.is_none_or(|port| port == at) && (host == *name || ends())
        })
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
    use domain::secret::Secret;

    use super::*;

    #[test]
    fn hosts_suffixes_ranges_and_ports_go_without_the_proxy() {
        let except =
            "within.corp, *.svc.corp, 10.0.0.0/8, gate.example:8443, [2001:db8::1]:80, .tail.example";
        let address = "http://proxy:3128".parse().unwrap();
        let proxies = Proxies::new(&Way::Through { address, credentials: None, except: except.to_owned() });
        for (address, through) in [
            ("http://within.corp/", false),
            ("https://a.within.corp:8443/", false),
            ("http://notwithin.corp/", true),
            ("http://a.svc.corp/", false),
            ("http://10.9.8.7/", false),
            ("http://11.9.8.7/", true),
            ("https://gate.example:8443/", false),
            ("https://gate.example/", true),
            ("http://[2001:db8::1]/", false),
            ("http://[2001:db8::1]:81/", true),
            ("http://x.tail.example/", false),
            ("https://api.example/", true),
        ] {
            assert_eq!(proxies.before(&address.parse().unwrap()).is_some(), through, "{address}");
        }
        let direct = Proxies::new(&Way::Direct);
        assert!(direct.before(&"https://api.example/".parse().unwrap()).is_none());
    }

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
        let proxies = Proxies::new(&Way::Through {
            address: "http://proxy:3128".parse().unwrap(),
            credentials: Some(("ana".to_owned(), Secret::new("p w"))),
            except: "within.corp".to_owned(),
        });
        let credentials = |address: &str| proxies.credentials(&address.parse().unwrap()).is_some();
        assert!(credentials("http://crm.invalid/"));
        for without in ["https://crm.invalid/", "http://within.corp/", "http://127.0.0.1/"] {
            assert!(!credentials(without), "{without}");
        }
        assert!(proxies.before(&"https://crm.invalid/".parse().unwrap()).is_some());
    }
}
