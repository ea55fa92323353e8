//! `tieout trail anchors | checkpoint | rotate-key | accept-restored`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use domain::anchor::{AnchorPlace, AnchorSpec, AnchorWrites};

#[derive(Debug, Subcommand)]
pub(crate) enum Anchors {
    /// The anchors, each with the last checkpoint that it holds
    List,
    /// Add an anchor, or replace the one of that name; it is shown a checkpoint at once
    Add {
        /// Its name in the workspace
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// Remove an anchor; what it holds stays there, and on record
    Remove {
        /// Its name
        name: String,
    },
    /// Show the newest checkpoint to every anchor
    Now,
    /// Show the newest checkpoint to one anchor, and say what happened
    Test {
        /// Its name
        name: String,
    },
    /// Whether a write waits until an anchor holds a checkpoint of it; without a word, what is set
    Writes {
        /// What a write does
        wait: Option<Wait>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Wait {
    /// It does not wait
    Off,
    /// It waits for a while, and leaves all the same
    Try,
    /// It does not leave before an anchor holds a checkpoint of it
    Require,
}

impl From<Wait> for AnchorWrites {
    fn from(wait: Wait) -> Self {
        match wait {
            Wait::Off => Self::Off,
            Wait::Try => Self::Try,
            Wait::Require => Self::Require,
        }
    }
}

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct Place {
    /// A witness (C2SP tlog-witness), by its submission prefix
    #[arg(long, value_name = "URL", requires = "key", required_unless_present_any = ["folder", "timestamp"])]
    witness: Option<String>,
    /// The witness's verifier key, as its operator publishes it
    #[arg(long, value_name = "VKEY", requires = "witness")]
    key: Option<String>,
    /// A folder or share that others can read and this machine can't take back from
    #[arg(long, value_name = "PATH", conflicts_with_all = ["witness", "timestamp"])]
    folder: Option<PathBuf>,
    /// A time stamp authority (RFC 3161)
    #[arg(long, value_name = "URL", conflicts_with = "witness")]
    timestamp: Option<String>,
}

impl Place {
    /// The anchor of this name at this place; `None` if no place is given, which `clap` has refused.
    pub(crate) fn spec(&self, name: &str) -> Option<AnchorSpec> {
        let place = match (&self.witness, &self.key, &self.folder, &self.timestamp) {
            (Some(url), Some(key), ..) => AnchorPlace::Witness { url: url.clone(), vkey: key.clone() },
            (_, _, Some(path), _) => AnchorPlace::Folder { path: absolute(path) },
            (.., Some(url)) => AnchorPlace::Timestamp { url: url.clone() },
            _ => return None,
        };
        Some(AnchorSpec { name: name.to_owned(), place })
    }
}

/// A folder is remembered by its whole path, wherever the next command is run.
fn absolute(path: &PathBuf) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.clone()).to_string_lossy().into_owned()
}

#[derive(Debug, Args)]
pub(crate) struct Checkpoint {
    /// Write it to a file of its own, for `verify --known`
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// Why it is right that this trail goes on; kept on record
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
}
