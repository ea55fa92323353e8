//! Which certificates are trusted: what the system trusts, and what a person adds. Whoever signed one that is not is
//! named, since that is how a person knows the firewall that reads along.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use rustls_platform_verifier::Verifier;
use webpki::EndEntityCert;

use crate::network::Root;

/// The system's verifier, with more roots.
#[derive(Debug)]
pub(crate) struct Trust(Verifier);

/// Nobody whom we trust signed it.
#[derive(Debug, thiserror::Error)]
#[error("unknown issuer")]
pub(crate) struct UnknownIssuer {
    /// The name of who did, if it can be read.
    pub(crate) name: Option<String>,
}

impl Trust {
    pub(crate) fn new(provider: Arc<CryptoProvider>, roots: &[Root]) -> Result<Self, Error> {
        let roots = roots.iter().map(|root| root.0.clone());
        Verifier::new_with_extra_roots(roots, provider).map(Self)
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now).map_err(
            |error| match error {
                Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
                    let name = issuer(intermediates.last().unwrap_or(end_entity));
                    let why = OtherError(Arc::new(UnknownIssuer { name }));
                    Error::InvalidCertificate(CertificateError::Other(why))
                }
                error => error,
            },
        )
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// The common name of a certificate's issuer, or else its organisation.
fn issuer(certificate: &CertificateDer<'_>) -> Option<String> {
    let certificate = EndEntityCert::try_from(certificate).ok()?;
    let name = certificate.issuer();
    [COMMON_NAME, ORGANISATION].iter().find_map(|attribute| value(name, attribute))
}

/// The object identifiers 2.5.4.3 and 2.5.4.10 in DER.
const COMMON_NAME: [u8; 5] = [0x06, 0x03, 0x55, 0x04, 0x03];
const ORGANISATION: [u8; 5] = [0x06, 0x03, 0x55, 0x04, 0x0a];

/// The text behind an attribute's identifier in a name: a tag, a length of one byte, and so many bytes. Names are at
/// most 64 characters long (RFC 5280 A.1), so that a longer length is none that we show.
fn value(name: &[u8], attribute: &[u8; 5]) -> Option<String> {
    let place = name.windows(attribute.len()).position(|part| part == attribute)?;
    let [_tag, length @ 1..=127, rest @ ..] = name.get(place + attribute.len()..)? else { return None };
    let text = std::str::from_utf8(rest.get(..usize::from(*length))?).ok()?;
    (!text.chars().any(char::is_control)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_known_by_its_name() {
        let mut params = rcgen::CertificateParams::new(["crm.example".to_owned()]).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "Corp Firewall CA");
        let key = rcgen::KeyPair::generate().unwrap();
        let made = params.self_signed(&key).unwrap();
        assert_eq!(issuer(made.der()).as_deref(), Some("Corp Firewall CA"));
        assert_eq!(issuer(&CertificateDer::from(vec![0x30, 0])), None);
        assert_eq!(value(&COMMON_NAME, &COMMON_NAME), None);
    }
}
