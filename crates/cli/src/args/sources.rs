//! `tieout sources`

use std::path::PathBuf;

use clap::Subcommand;
use domain::tool::SourceName;

#[derive(Debug, Subcommand)]
pub(crate) enum Sources {
    /// Connect a source from its file, or change the one of that name
    Add {
        /// The file (docs/cli.md)
        file: PathBuf,
    },
    /// List the sources with their health
    List,
    /// Show a source and its tools
    Show {
        /// Its name
        name: SourceName,
    },
    /// Call the first read that needs no arguments
    Test {
        /// Its name
        name: SourceName,
    },
    /// Let its calls wait from now on
    Pause {
        /// Its name
        name: SourceName,
    },
    /// Let its calls go again
    Resume {
        /// Its name
        name: SourceName,
    },
    /// Remove a source; its calls stay on record
    Remove {
        /// Its name
        name: SourceName,
    },
    /// Print a source's file
    Export {
        /// Its name
        name: SourceName,
    },
}
