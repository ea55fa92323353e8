//! The signature of a token: CMS signed data, by a certificate that lies in it.

use der::asn1::{ObjectIdentifier, OctetStringRef};
use der::{Decode as _, Encode as _};
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use webpki::{EndEntityCert, ring};

use super::asn1::{
    Attribute, CONTENT_TYPE, MESSAGE_DIGEST, RawSet, SHA_256, SHA_384, SHA_512, SignedData, SignerInfo,
    TST_INFO,
};
use crate::note::{Unproven, unproven};

/// Checks that the one signer of this data signed `content`, by the key of a certificate that lies in the token. Nothing
/// is said of whose certificate that is.
pub(super) fn checked(data: &SignedData<'_>, content: &[u8]) -> Result<(), Unproven> {
    let mut signers = data.signers.elements();
    let (Some(signer), None) = (signers.next(), signers.next()) else {
        return Err(unproven("the time stamp has not one signature but none or several"));
    };
    let malformed = |_| unproven("the time stamp's signature can't be read");
    let signer = SignerInfo::from_der(signer).map_err(malformed)?;
    let digest =
        digest(signer.digest.oid, content).ok_or_else(|| unproven(not_checked(signer.digest.oid)))?;
    let stated = attribute(signer.attributes, MESSAGE_DIGEST).and_then(octets);
    let kind =
        attribute(signer.attributes, CONTENT_TYPE).and_then(|value| ObjectIdentifier::from_der(value).ok());
    if stated != Some(digest.as_slice()) || kind != Some(TST_INFO) {
        return Err(unproven("the time stamp's signature is over something else than what it says"));
    }
    let algorithms = algorithms(signer.algorithm.oid, signer.digest.oid);
    if algorithms.is_empty() {
        return Err(unproven(not_checked(signer.algorithm.oid)));
    }
    let message = signer.attributes.to_der().map_err(malformed)?;
    let certificates = data.certificates.ok_or_else(|| unproven("the time stamp holds no certificate"))?;
    let signed = certificates.elements().any(|certificate| {
        let certificate = CertificateDer::from(certificate);
        EndEntityCert::try_from(&certificate).is_ok_and(|certificate| {
            let fits = |algorithm: &&dyn SignatureVerificationAlgorithm| {
                certificate.verify_signature(*algorithm, &message, signer.signature.as_bytes()).is_ok()
            };
            algorithms.iter().any(fits)
        })
    });
    if signed { Ok(()) } else { Err(unproven("no certificate in the time stamp fits its signature")) }
}

fn not_checked(algorithm: ObjectIdentifier) -> String {
    format!("the algorithm {algorithm} is none that is checked here: another authority may serve")
}

/// The one value of this attribute.
fn attribute(attributes: RawSet<'_>, kind: ObjectIdentifier) -> Option<&[u8]> {
    let mut found = attributes
        .elements()
        .filter_map(|element| Attribute::from_der(element).ok())
        .filter(|attribute| attribute.kind == kind);
    // Of two that say different things, each reader could believe another.
    let (Some(attribute), None) = (found.next(), found.next()) else { return None };
    let mut values = attribute.values.elements();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    Some(value)
}

fn octets(value: &[u8]) -> Option<&[u8]> {
    Some(<&OctetStringRef>::from_der(value).ok()?.as_bytes())
}

fn digest(algorithm: ObjectIdentifier, content: &[u8]) -> Option<Vec<u8>> {
    Some(match algorithm {
        SHA_256 => Sha256::digest(content).to_vec(),
        SHA_384 => Sha384::digest(content).to_vec(),
        SHA_512 => Sha512::digest(content).to_vec(),
        _ => return None,
    })
}

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const RSA_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const ECDSA_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// What the signature may be, by its own algorithm and that of the digest; which of several it is, the certificate's key
/// decides. None if we can't tell.
fn algorithms(
    signature: ObjectIdentifier,
    digest: ObjectIdentifier,
) -> Vec<&'static dyn SignatureVerificationAlgorithm> {
    match (signature, digest) {
        (RSA | RSA_SHA_256, SHA_256) => vec![ring::RSA_PKCS1_2048_8192_SHA256],
        (RSA | RSA_SHA_384, SHA_384) => vec![ring::RSA_PKCS1_2048_8192_SHA384],
        (RSA | RSA_SHA_512, SHA_512) => vec![ring::RSA_PKCS1_2048_8192_SHA512],
        (RSA_PSS, SHA_256) => vec![ring::RSA_PSS_2048_8192_SHA256_LEGACY_KEY],
        (RSA_PSS, SHA_384) => vec![ring::RSA_PSS_2048_8192_SHA384_LEGACY_KEY],
        (RSA_PSS, SHA_512) => vec![ring::RSA_PSS_2048_8192_SHA512_LEGACY_KEY],
        (ECDSA_SHA_256, _) => vec![ring::ECDSA_P256_SHA256, ring::ECDSA_P384_SHA256],
        (ECDSA_SHA_384, _) => vec![ring::ECDSA_P256_SHA384, ring::ECDSA_P384_SHA384],
        (ED25519, _) => vec![ring::ED25519],
        _ => Vec::new(),
    }
}
