//! What TLS with a source has beside what the machine trusts: `tls`.

use std::path::Path;

use domain::source::Tls;
use egress::{Identity, Root};

use super::auth::named_secret;
use super::section::Section;
use crate::mistake::Wrong;

/// The largest file of certificates.
const LARGEST: u64 = 1 << 20;
const EXAMPLE: &str = "tls = { ca = \"/etc/ssl/corp-ca.pem\" }";

/// The TLS, if the file says something of it; `None` only if a mistake was named. What stands there as a path is read:
/// the source keeps the certificates themselves, so that the record says which they were.
#[expect(clippy::option_option, reason = "none, some, or wrong")]
pub(super) fn tls(section: &Section<'_>) -> Option<Option<Tls>> {
    if section.value("tls").is_none() {
        return Some(None);
    }
    let section = section.section("tls", EXAMPLE)?;
    section.only(&["ca", "client_cert", "client_key_secret"]);
    let certificates = |key: &str| match section.value(key) {
        Some(_) => section.text(key).and_then(|text| match pem(text) {
            Ok(pem) => Some(Some(pem)),
            Err(wrong) => {
                // A private key may stand there.
                section.wrong_hidden(key, wrong);
                None
            }
        }),
        None => Some(None),
    };
    let (ca, client_cert) = (certificates("ca"), certificates("client_cert"));
    let client_key_secret = match section.value("client_key_secret") {
        Some(_) => named_secret(&section, "client_key_secret").map(Some),
        None => Some(None),
    };
    let tls = Tls { ca: ca?, client_cert: client_cert?, client_key_secret: client_key_secret? };
    match (&tls.client_cert, &tls.client_key_secret, &tls.ca) {
        (Some(_), None, _) => {
            section.missing("client_key_secret", "\"crm-key\"");
            None
        }
        (None, Some(_), _) => {
            section.missing("client_cert", "\"/path/to/client.pem\"");
            None
        }
        (None, None, None) => {
            section.missing("ca", "\"/etc/ssl/corp-ca.pem\"");
            None
        }
        _ => Some(Some(tls)),
    }
}

fn pem(text: &str) -> Result<String, Wrong> {
    let fix = "write the path of a PEM file, whole from its root, or its text between ''' and '''";
    let read = if text.contains("-----BEGIN") {
        text.to_owned()
    } else {
        let path = Path::new(text);
        if !path.is_absolute() {
            return Err(Wrong::new("neither PEM nor a whole path", fix));
        }
        let about =
            std::fs::metadata(path).map_err(|error| Wrong::new(format!("can't be read: {error}"), fix))?;
        if !about.is_file() || about.len() > LARGEST {
            return Err(Wrong::new("no file of at most 1 MiB", fix));
        }
        std::fs::read_to_string(path).map_err(|error| Wrong::new(format!("can't be read: {error}"), fix))?
    };
    if read.contains("PRIVATE KEY-----") {
        let fix = "take the key out, keep it with `tieout secrets set NAME`, and write client_key_secret = \"NAME\"";
        return Err(Wrong::new("holds a private key, and a source's file holds none", fix));
    }
    let roots = Root::of_pem(read.as_bytes()).map_err(|why| Wrong::new(why, fix))?;
    // That they can be trusted at all shows here, and not at the first call.
    Identity::new(roots, None).map_err(|why| Wrong::new(why, fix))?;
    Ok(read)
}
