//! How sending can fail.

/// Why there is no whole answer. Each carries the words for a person and a model: what happened and what to do.
/// No words hold a secret or the query of an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The request can't be sent as it is: nothing left.
    #[error("{0}")]
    Unsendable(String),
    /// No connection came about: the name was not found, the port refused, TLS failed; or those that stood were closed
    /// before anything was written. Nothing of the request left.
    #[error("{0}")]
    Connect(String),
    /// No connection came about since the certificate of the host, or of the proxy on the way, is not trusted. Nothing of
    /// the request left.
    #[error("{0}")]
    Untrusted(String),
    /// The host's address is one that this request may not reach: see [`crate::Reach`]. Nothing of the request left.
    #[error("{0}")]
    Forbidden(String),
    /// The connection ended in the middle of the request or of the answer.
    #[error("{0}")]
    Interrupted(String),
    /// The request's deadline passed, or nothing came for longer than it allows.
    #[error("{0}")]
    TimedOut(String),
    /// What came is not HTTP, or not what its headers say.
    #[error("{0}")]
    BadBody(String),
    /// The answer points to a place to which this request may not go.
    #[error("{0}")]
    Redirect(String),
}

impl SendError {
    /// What happened and what to do.
    pub fn words(&self) -> &str {
        match self {
            Self::Unsendable(words)
            | Self::Connect(words)
            | Self::Untrusted(words)
            | Self::Forbidden(words)
            | Self::Interrupted(words)
            | Self::TimedOut(words)
            | Self::BadBody(words)
            | Self::Redirect(words) => words,
        }
    }

    /// The same kind with other words.
    pub(crate) fn map(self, change: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Unsendable(words) => Self::Unsendable(change(words)),
            Self::Connect(words) => Self::Connect(change(words)),
            Self::Untrusted(words) => Self::Untrusted(change(words)),
            Self::Forbidden(words) => Self::Forbidden(change(words)),
            Self::Interrupted(words) => Self::Interrupted(change(words)),
            Self::TimedOut(words) => Self::TimedOut(change(words)),
            Self::BadBody(words) => Self::BadBody(change(words)),
            Self::Redirect(words) => Self::Redirect(change(words)),
        }
    }
}
