//! By what way a request goes: how far, whom it trusts on it, and as whom it shows itself to TLS.

use std::sync::Arc;

use domain::secret::Secret;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use sha2::{Digest as _, Sha256};

use crate::address::Reach;
use crate::network::Root;

/// What is beside the machine's own network for some requests. Requests of one origin share connections only if their
/// passage is the same: a certificate of one source's is never shown for another.
#[derive(Clone, Debug, Default)]
pub struct Passage {
    /// How far it may go.
    pub reach: Reach,
    /// What its TLS has beside the system's.
    pub identity: Option<Identity>,
}

/// Authorities that are trusted beside the system's, and the certificate by which a server knows us (mutual TLS).
#[derive(Clone)]
pub struct Identity {
    roots: Vec<Root>,
    shown: Option<Arc<SingleCertAndKey>>,
    /// SHA-256 over all of it: by this connections know each other.
    print: [u8; 32],
}

/// What a connection must agree in with a request that uses it, beside the origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Route {
    reach: Reach,
    print: Option<[u8; 32]>,
}

impl Passage {
    pub(crate) fn route(&self) -> Route {
        Route { reach: self.reach, print: self.identity.as_ref().map(|identity| identity.print) }
    }
}

impl Identity {
    /// Trusts these authorities and, if a certificate is given (PEM, its chain behind it), shows it with this key.
    ///
    /// # Errors
    /// In words, why the certificate and the key can't be used; they show nothing of the key.
    pub fn new(roots: Vec<Root>, shown: Option<(&[u8], &Secret)>) -> Result<Self, String> {
        let mut hash = Sha256::new();
        for root in &roots {
            hash.update(Sha256::digest(&root.0));
        }
        let shown = match shown {
            None => None,
            Some((pem, key)) => {
                hash.update([1]);
                hash.update(Sha256::digest(pem));
                hash.update(Sha256::digest(key.expose()));
                Some(Arc::new(certified(pem, key)?))
            }
        };
        Ok(Self { roots, shown, print: hash.finalize().into() })
    }

    /// The same trust, without a certificate of our own: for another host than the one that it is for.
    #[must_use]
    pub fn without_certificate(&self) -> Option<Self> {
        let roots = self.roots.clone();
        if roots.is_empty() { None } else { Self::new(roots, None).ok() }
    }

    pub(crate) fn roots(&self) -> &[Root] {
        &self.roots
    }

    pub(crate) fn shown(&self) -> Option<Arc<SingleCertAndKey>> {
        self.shown.clone()
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({} roots, certificate: {})", self.roots.len(), self.shown.is_some())
    }
}

fn certified(pem: &[u8], key: &Secret) -> Result<SingleCertAndKey, String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let chain = chain.map_err(|error| format!("the client certificate's PEM can't be read: {error}"))?;
    if chain.is_empty() {
        return Err("the client certificate holds no certificate (`-----BEGIN CERTIFICATE-----`)".to_owned());
    }
    let text = key.expose();
    if text.contains("ENCRYPTED") {
        return Err(
            "the client certificate's key is encrypted; store it decrypted, the keychain protects it \
                    (`openssl pkey -in key.pem`)"
                .to_owned(),
        );
    }
    let key = PrivateKeyDer::from_pem_slice(text.as_bytes())
        .map_err(|_| "the client certificate's key is no private key in PEM".to_owned())?;
    let certified = CertifiedKey::from_der(chain, key, &ring::default_provider())
        .map_err(|error| format!("the client certificate and its key can't be used together: {error}"))?;
    Ok(certified.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_and_a_key_that_don_t_fit_are_told_apart_without_the_key() {
        let one = rcgen::generate_simple_self_signed(["client.example".to_owned()]).unwrap();
        let two = rcgen::generate_simple_self_signed(["client.example".to_owned()]).unwrap();
        let key = |made: &rcgen::CertifiedKey<rcgen::KeyPair>| Secret::new(made.signing_key.serialize_pem());
        let (pem, right) = (one.cert.pem(), key(&one));
        let good = Identity::new(Vec::new(), Some((pem.as_bytes(), &right))).unwrap();
        assert!(good.shown().is_some() && good.without_certificate().is_none());
        for (pem, key, words) in [
            (pem.as_str(), key(&two), "together"),
            ("hello", right, "no certificate"),
            (pem.as_str(), Secret::new("hello"), "no private key"),
            (pem.as_str(), Secret::new("-----BEGIN ENCRYPTED PRIVATE KEY-----"), "encrypted"),
        ] {
            let said = Identity::new(Vec::new(), Some((pem.as_bytes(), &key))).unwrap_err();
            assert!(said.contains(words) && !said.contains("MII"), "{said}");
        }
    }

    #[test]
    fn connections_are_shared_by_what_is_alike_alone() {
        let made = rcgen::generate_simple_self_signed(["client.example".to_owned()]).unwrap();
        let key = Secret::new(made.signing_key.serialize_pem());
        let roots = Root::of_pem(made.cert.pem().as_bytes()).unwrap();
        let shown = |roots| Identity::new(roots, Some((made.cert.pem().as_bytes(), &key))).unwrap();
        let route = |identity| Passage { identity, ..Passage::default() }.route();
        assert_eq!(route(Some(shown(roots.clone()))), route(Some(shown(roots.clone()))));
        let all = [
            route(None),
            route(Some(shown(Vec::new()))),
            route(Some(shown(roots.clone()))),
            route(shown(roots).without_certificate()),
            Passage { reach: Reach::Public, identity: None }.route(),
        ];
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }
}
