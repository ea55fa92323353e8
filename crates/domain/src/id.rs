//! Identifiers: one type each, so that a call's id can't be passed for a batch's.
//!
//! An id is a ULID behind a short prefix (`call_01K9…`): it sorts by time, is ASCII, and a person who reads
//! one in a log knows what it names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// Text that is not the id it was taken for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}: expected `{prefix}_` and 26 letters and digits")]
pub struct IdError {
    text: String,
    expected: &'static str,
    prefix: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
        #[serde(try_from = "String", into = "String")]
        #[specta(transparent)]
        pub struct $name(#[specta(type = String)] Ulid);

        impl $name {
            /// The id of something that began at `unix_ms`, made unique by 80 bits of `random`.
            pub fn new(unix_ms: u64, random: u128) -> Self {
                Self(Ulid::from_parts(unix_ms, random))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, concat!($prefix, "_{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let refused = || IdError { text: text.to_owned(), expected: $what, prefix: $prefix };
                let rest = text.strip_prefix(concat!($prefix, "_")).ok_or_else(refused)?;
                let ulid = rest.parse::<Ulid>().map_err(|_| refused())?;
                // A ULID parser takes lower case and look-alike letters; we accept what we would write.
                if ulid.to_string() == rest { Ok(Self(ulid)) } else { Err(refused()) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    };
}

id!(
    /// A workspace: one person's folder of settings, conversations and trail.
    WorkspaceId, "ws", "a workspace's id"
);
id!(
    /// A conversation.
    ConversationId, "conv", "a conversation's id"
);
id!(
    /// A turn: from one question to one answer.
    TurnId, "turn", "a turn's id"
);
id!(
    /// One request to a model.
    ModelCallId, "model", "a model request's id"
);
id!(
    /// A batch: all the calls of one model message.
    BatchId, "batch", "a batch's id"
);
id!(
    /// A tool call.
    CallId, "call", "a call's id"
);
id!(
    /// A legal hold: what it covers can't be erased until it is released.
    HoldId, "hold", "a hold's id"
);
id!(
    /// One run of a program between its start and its end, for telling one monotonic clock from another.
    BootId, "boot", "a run's id"
);

/// The place of an entry in the trail: dense from 0.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type,
)]
#[specta(transparent)]
pub struct Seq(#[specta(type = u32)] pub u64);

impl fmt::Display for Seq {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// The short name by which a model refers to a result: `c3` is the third call of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(try_from = "String", into = "String")]
#[specta(transparent)]
pub struct Handle(#[specta(type = String)] pub u32);

impl fmt::Display for Handle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "c{}", self.0)
    }
}

impl FromStr for Handle {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let number = text.strip_prefix('c').and_then(|digits| digits.parse::<u32>().ok());
        match number {
            Some(number) if format!("c{number}") == text => Ok(Self(number)),
            _ => Err(IdError { text: text.to_owned(), expected: "a result's handle", prefix: "c" }),
        }
    }
}

impl TryFrom<String> for Handle {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Handle> for String {
    fn from(handle: Handle) -> String {
        handle.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_refuses_its_neighbours() {
        let call = CallId::new(1_764_000_000_000, 7);
        assert_eq!(call.to_string().parse::<CallId>(), Ok(call));
        assert!(call.to_string().parse::<BatchId>().is_err());
        assert!(call.to_string().to_lowercase().parse::<CallId>().is_err());
    }

    #[test]
    fn a_handle_is_c_and_a_plain_number() {
        assert_eq!("c12".parse::<Handle>(), Ok(Handle(12)));
        for wrong in ["c", "c012", "C1", "c-1", "12", "c1 "] {
            assert!(wrong.parse::<Handle>().is_err(), "{wrong}");
        }
    }
}
