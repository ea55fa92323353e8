//! Addresses and other values of settings, looked at before they are used.

use url::{Host, Url};

/// The address in the field `url`, or what is wrong with it.
pub(crate) fn address(text: &str) -> Result<Url, String> {
    let wrong = |what: &str, fix: &str| Err(format!("url = {:?}: {what}; {fix}", short(text)));
    let Ok(url) = Url::parse(text) else {
        return wrong("not an address", "write it whole, such as https://witness.example/path");
    };
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if !(url.scheme() == "https" || (url.scheme() == "http" && loopback)) {
        return wrong(
            "others on the way could answer in its place",
            "write an https:// address; http:// is for this machine alone",
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("it has a `?` or a `#`", "write the address up to there");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "url: it holds a user name or password, which would stand in the record; write the address \
                    without them"
                .to_owned(),
        );
    }
    Ok(url)
}

/// A value as a mistake shows it.
pub(crate) fn short(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
