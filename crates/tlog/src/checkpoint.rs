//! The note text of C2SP tlog-checkpoint v1.0.0: three lines that say how large a tree is and what
//! its root is.

use std::fmt;
use std::str::FromStr;

use crate::hash::Hash;
use crate::strict;

/// What a trail said of itself at one moment. Without a signature it proves nothing: it is signed by
/// [`Signer::sign`](crate::Signer::sign) and comes back only through
/// [`Verifier::open`](crate::Verifier::open), or from text that the caller trusts otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which trail, and which epoch of it.
    pub origin: Origin,
    /// How many entries the trail had.
    pub size: u64,
    /// The root of the tree of these entries.
    pub root: Hash,
}

impl fmt::Display for Checkpoint {
    /// The note text: each line ends in a newline, the last one too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root)
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    /// Takes exactly the texts that [`Display`](fmt::Display) gives. Extension lines, which the
    /// specification advises against, are refused: nobody here would read them.
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let lines = text.strip_suffix('\n').ok_or(CheckpointError)?;
        let mut lines = lines.split('\n');
        let (Some(origin), Some(size), Some(root), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError);
        };
        Ok(Self {
            origin: origin.parse().map_err(|_| CheckpointError)?,
            size: strict::decimal(size).ok_or(CheckpointError)?,
            root: Hash::from_base64(root).map_err(|_| CheckpointError)?,
        })
    }
}

/// This text is no checkpoint as we write them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a checkpoint of three lines: origin, size, root")]
pub struct CheckpointError;

/// The name of a trail: the first line of its checkpoints and the name of the key that signs them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// 1 to 255 visible ASCII characters, none of them `+`. C2SP would allow any script; we would
    /// not, because two names that look alike must be alike.
    name: String,
}

impl Origin {
    /// The longest name.
    pub const MAX_LEN: usize = 255;

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(name: &str) -> Result<Self, OriginError> {
        let plain = name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'+');
        if !plain || name.is_empty() || name.len() > Self::MAX_LEN {
            return Err(OriginError);
        }
        Ok(Self { name: name.to_owned() })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// This text names no trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an origin is 1 to 255 visible ASCII characters without a plus sign")]
pub struct OriginError;
