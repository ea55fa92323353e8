//! A request without its secrets, as what signs it sees it.

use url::Url;

/// A request without its secrets.
#[derive(Clone, Copy)]
pub(crate) struct Bare<'a> {
    pub(crate) method: &'a str,
    /// As it goes on the wire.
    pub(crate) url: &'a Url,
    /// Names in lower case.
    pub(crate) headers: &'a [(String, String)],
    pub(crate) body: &'a [u8],
}
