//! `tieout network`

use std::path::PathBuf;

use clap::Subcommand;
use domain::secret::SecretName;

#[derive(Debug, Subcommand)]
pub(crate) enum Network {
    /// Show which proxy requests go through, and which authorities are trusted beside the system's
    Show,
    /// Choose the proxy on the way out
    Proxy {
        /// `system` (what HTTPS_PROXY and its like name), `direct`, or http://, https:// or socks5:// with host and port
        way: String,
        /// The name under which the proxy knows you
        #[arg(long, default_value = "")]
        user: String,
        /// The password's name in the keychain
        #[arg(long)]
        secret: Option<SecretName>,
        /// Hosts that are asked without it, as NO_PROXY writes them: names, suffixes, ranges, ports
        #[arg(long, default_value = "")]
        except: String,
    },
    /// Trust the certificates in these PEM files, and no others beside the system's
    Roots {
        /// PEM files; none takes all back
        files: Vec<PathBuf>,
    },
}
