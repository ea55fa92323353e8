//! An anchor's settings, looked at before they are used.

use domain::anchor::{AnchorPlace, AnchorSpec};
use egress::Outbound;
use url::{Host, Url};

use crate::folder::Folder;
use crate::timestamp::Authority;
use crate::witness::Witness;

/// The longest name of an anchor.
const MOST_NAME: usize = 40;

/// Every mistake in an anchor's settings, in words that name the field, its value and what to write; none if it can be
/// used. Nothing is asked and no file is looked at: whether the anchor is there shows when it is used.
pub fn check_spec(spec: &AnchorSpec) -> Vec<String> {
    let mut mistakes = Vec::new();
    let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    if spec.name.is_empty() || spec.name.chars().count() > MOST_NAME || !spec.name.chars().all(plain) {
        mistakes.push(format!(
            "name = {:?}: no name for an anchor; write 1 to {MOST_NAME} letters, digits, `-` and `_`",
            short(&spec.name)
        ));
    }
    let place = match &spec.place {
        AnchorPlace::Witness { url, vkey } => Witness::new(url, vkey).err(),
        AnchorPlace::Folder { path } => Folder::new(path).err(),
        AnchorPlace::Timestamp { url } => Authority::new(url).err(),
    };
    mistakes.extend(place.into_iter().flatten());
    mistakes
}

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

/// A request to an anchor, or why none can be made.
pub(crate) fn sendable(request: &Outbound) -> Result<(), String> {
    request.check().map_err(|error| format!("url: {}", error.words()))
}

/// A value as a mistake shows it.
pub(crate) fn short(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
