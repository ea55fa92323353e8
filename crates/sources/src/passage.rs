//! By what way a source's requests go.

use domain::secret::Secret;
use domain::source::SourceSpec;
use egress::{Identity, Passage, Reach, Root};
use url::Url;

/// The way, without a certificate of ours: for what needs none, or goes to another host of the source's.
pub fn passage(spec: &SourceSpec) -> Passage {
    // What is wrong with its certificates is said where a call is made; without them nothing is trusted that they would
    // have vouched for.
    let identity = roots(spec).ok().filter(|roots| !roots.is_empty());
    let identity = identity.and_then(|roots| Identity::new(roots, None).ok());
    Passage { reach: reach(spec), identity }
}

/// The way, with this key of the source's certificate.
///
/// # Errors
/// In words, if certificates or key can't be used.
pub fn passage_with(spec: &SourceSpec, key: Option<&Secret>) -> Result<Passage, String> {
    let Some(tls) = &spec.tls else { return Ok(passage(spec)) };
    let shown = match (&tls.client_cert, key) {
        (Some(pem), Some(key)) => Some((pem.as_bytes(), key)),
        (Some(_), None) => {
            let name = tls.client_key_secret.as_ref().map(ToString::to_string).unwrap_or_default();
            return Err(format!("the key `{name}` of its client certificate is not in the keychain"));
        }
        (None, _) => None,
    };
    Ok(Passage { reach: reach(spec), identity: Some(Identity::new(roots(spec)?, shown)?) })
}

fn reach(spec: &SourceSpec) -> Reach {
    match Url::parse(&spec.base_url) {
        Ok(url) if !spec.private_network => Reach::named_by(&url),
        _ => Reach::Private,
    }
}

fn roots(spec: &SourceSpec) -> Result<Vec<Root>, String> {
    let ca = spec.tls.as_ref().and_then(|tls| tls.ca.as_ref());
    ca.map_or(Ok(Vec::new()), |pem| Root::of_pem(pem.as_bytes()))
}
