//! Whether an answer that points elsewhere is followed.

use domain::effect::Method;
use url::Url;

/// What happens when an answer points elsewhere (301, 302, 303, 307, 308 with a `Location`).
///
/// A redirect to another origin is never followed, whatever this says: the trail's entry names the host that a call
/// goes to, and an address chosen by an outsider could carry data to a host that nobody connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirects {
    /// Up to five are followed at the same origin, for GET and HEAD: the same request to another path.
    SameOrigin,
    /// None.
    Refuse,
    /// None: an answer that points elsewhere is handed back as any other is, for whoever asks a person first.
    HandBack,
}

/// The most redirects of one request that are followed.
pub(crate) const MOST: u32 = 5;

impl Redirects {
    /// Whether an answer of that status is one to decide about.
    pub(crate) fn concern(self, status: u16) -> bool {
        matches!(status, 301 | 302 | 303 | 307 | 308) && self != Self::HandBack
    }
}

/// Where to go on, or why not. Words show origin and path of the place: its query may hold anything.
pub(crate) fn next(
    allowed: Redirects,
    method: Method,
    followed: u32,
    from: &Url,
    location: &str,
) -> Result<Url, String> {
    let Ok(to) = from.join(location) else {
        return Err("answered with a redirect to something that is not an address".to_owned());
    };
    let place = place(&to);
    if from.origin() != to.origin() {
        return Err(match (from.scheme(), to.scheme()) {
            ("https", "http") => format!(
                "answered with a redirect from https to {place}, which would be readable on the way: not followed"
            ),
            _ => format!(
                "answered with a redirect to another place, {place}: not followed; if it is right, make it the \
                 source's base address"
            ),
        });
    }
    if allowed != Redirects::SameOrigin {
        return Err(format!("answered with a redirect to {place}: not followed"));
    }
    if !matches!(method, Method::Get | Method::Head) {
        return Err(format!(
            "answered {} with a redirect to {place}: only reads are followed, and what was asked may have been done",
            method.word()
        ));
    }
    if followed >= MOST {
        return Err(format!(
            "answered with more than {MOST} redirects, the last to {place}: they may form a circle"
        ));
    }
    Ok(to)
}

fn place(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // An address without a host (`data:…`) takes neither, and needs neither.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    let text: String = shown.into();
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, location: &str) -> Result<String, String> {
        next(Redirects::SameOrigin, Method::Get, 0, &from.parse().unwrap(), location).map(String::from)
    }

    #[test]
    fn the_same_origin_is_followed() {
        assert_eq!(check("http://a/x", "/y?z=1").unwrap(), "http://a/y?z=1");
        assert_eq!(check("https://a/x", "https://a:443/y").unwrap(), "https://a/y");
        assert_eq!(check("http://a/x/1", "2").unwrap(), "http://a/x/2");
    }

    #[test]
    fn another_host_port_or_scheme_is_not() {
        for location in [
            "http://b/",
            "//b/",
            "http://a:81/",
            "https://a/",
            "ftp://a/",
            "data:text/plain,x",
            "file:///etc/passwd",
            "http://a@b/",
            r"\\b\",
            r"/\b",
            "http://a.b/",
        ] {
            assert!(check("http://a/x", location).is_err(), "{location}");
        }
        assert!(check("https://a/x", "http://a/x").unwrap_err().contains("from https"));
    }

    #[test]
    fn words_show_no_query_and_no_credentials() {
        let words = check("http://a/x", "http://user:pass@b/p?token=abc#d").unwrap_err();
        assert!(words.contains("http://b/p") && !words.contains("abc") && !words.contains("pass"), "{words}");
    }

    #[test]
    fn writes_and_circles_are_not_followed() {
        let from: Url = "http://a/x".parse().unwrap();
        let step = |allowed, method, followed| next(allowed, method, followed, &from, "/y");
        assert!(step(Redirects::SameOrigin, Method::Post, 0).is_err());
        assert!(step(Redirects::SameOrigin, Method::Get, MOST).is_err());
        assert!(step(Redirects::SameOrigin, Method::Head, MOST - 1).is_ok());
        assert!(step(Redirects::Refuse, Method::Get, 0).is_err());
    }
}
