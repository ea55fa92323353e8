//! What a call may do to the world.

use serde::{Deserialize, Serialize};

/// What a tool does at its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Changes something, and twice is the same as once.
    IdempotentWrite,
    /// Changes something, and twice is not the same as once.
    Write,
}

impl Effect {
    /// Whether the source's state may differ afterwards.
    pub fn writes(self) -> bool {
        self != Self::Read
    }

    /// The words for it on screen.
    pub fn words(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::IdempotentWrite => "idempotent write",
            Self::Write => "write",
        }
    }
}

/// The HTTP methods a tool may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// RFC 9110 §9.3.1
    Get,
    /// RFC 9110 §9.3.2
    Head,
    /// RFC 9110 §9.3.7
    Options,
    /// RFC 9110 §9.3.3
    Post,
    /// RFC 9110 §9.3.4
    Put,
    /// RFC 5789
    Patch,
    /// RFC 9110 §9.3.5
    Delete,
}

impl Method {
    /// The effect a tool has unless its author says otherwise (RFC 9110 §9.2: safe, idempotent).
    pub fn default_effect(self) -> Effect {
        match self {
            Self::Get | Self::Head | Self::Options => Effect::Read,
            Self::Put | Self::Delete => Effect::IdempotentWrite,
            Self::Post | Self::Patch => Effect::Write,
        }
    }

    /// As on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}
