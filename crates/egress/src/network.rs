//! The network that this machine is in, as a person describes it: a proxy on the way out, and authorities of its own.

use domain::secret::Secret;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use url::Url;

/// What lies between this machine and everybody else. The default is what the system says, and nothing beside it.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// Which proxy requests go through.
    pub proxy: Way,
    /// Authorities that are trusted beside the system's, for all hosts.
    pub roots: Vec<Root>,
}

/// Which proxy requests go through. None goes through one to this machine itself.
#[derive(Clone, Debug, Default)]
pub enum Way {
    /// The one that the system names: `HTTP_PROXY`, `HTTPS_PROXY` and `ALL_PROXY` without the hosts of `NO_PROXY`, or
    /// the system's settings.
    #[default]
    System,
    /// None, whatever the system names.
    Direct,
    /// This one.
    Through {
        /// `http://`, `https://` or `socks5://` with a host and perhaps a port.
        address: Url,
        /// Its user and password, if it wants them.
        credentials: Option<(String, Secret)>,
        /// The hosts that are asked without it, as `NO_PROXY` writes them: names, suffixes, addresses, ranges
        /// (`10.0.0.0/8`), each perhaps with a port, with commas between.
        except: String,
    },
}

/// A certificate of an authority.
#[derive(Clone, PartialEq, Eq)]
pub struct Root(pub(crate) CertificateDer<'static>);

impl Root {
    /// The certificates of a PEM file.
    ///
    /// # Errors
    /// In words, why there is none that could be trusted.
    pub fn of_pem(pem: &[u8]) -> Result<Vec<Self>, String> {
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let found = found.map_err(|error| format!("its PEM can't be read: {error}"))?;
        if found.is_empty() {
            let what = if pem.windows(11).any(|part| part == b"PRIVATE KEY") {
                "it holds a private key and no certificate"
            } else if pem.first() == Some(&0x30) {
                "it is DER, not PEM; `openssl x509 -inform der` turns it into PEM"
            } else {
                "it holds no certificate (`-----BEGIN CERTIFICATE-----`)"
            };
            return Err(what.to_owned());
        }
        for (place, certificate) in found.iter().enumerate() {
            RootCertStore::empty()
                .add(certificate.clone())
                .map_err(|error| format!("certificate {} in it can't be used: {error}", place + 1))?;
        }
        Ok(found.into_iter().map(Self).collect())
    }
}

impl std::fmt::Debug for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Root({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_certificate_says_what_it_is() {
        let made = rcgen::generate_simple_self_signed(["corp.example".to_owned()]).unwrap();
        assert_eq!(Root::of_pem(made.cert.pem().repeat(2).as_bytes()).unwrap().len(), 2);
        let key = made.signing_key.serialize_pem();
        let garbage = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
        for (pem, words) in [
            (key.as_bytes(), "private key"),
            (made.cert.der().as_ref(), "DER"),
            (b"hello".as_slice(), "no certificate"),
            (garbage.as_bytes(), "certificate 1 in it"),
        ] {
            let said = Root::of_pem(pem).unwrap_err();
            assert!(said.contains(words), "{said}");
        }
    }
}
