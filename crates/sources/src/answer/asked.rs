//! What an ending must know of its request.

use domain::effect::Method;
use domain::secret::SecretName;
use domain::tool::SourceName;

/// The request, as far as the words about its answer speak of it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) source: SourceName,
    pub(crate) secret: Option<SecretName>,
    /// Whether that comes of a person's signing in.
    pub(crate) signs_in: bool,
    pub(crate) method: Method,
    pub(crate) writes: bool,
    /// The names of the arguments that the tool takes and that the call has.
    pub(crate) arguments: Vec<String>,
    /// Whether the source's own `Accept` asks for pages, so that one is a result.
    pub(crate) wants_pages: bool,
}
