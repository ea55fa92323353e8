//! The network that a workspace's machine is in, as a person describes it: settings, and no connections.

use serde::{Deserialize, Serialize};

use crate::secret::SecretName;

/// The key under which [`NetworkSettings`] are recorded and stored.
pub const NETWORK_SETTINGS: &str = "network";

/// What lies between this machine and everybody else. It holds the name of a password, never the password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkSettings {
    /// Which proxy requests go through.
    pub proxy: ProxySetting,
    /// PEM files with certificates of authorities that are trusted beside the system's.
    pub roots: Vec<String>,
}

/// Which proxy requests go through; none does to this machine itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ProxySetting {
    /// The one that the system names.
    #[default]
    System,
    /// None.
    Direct,
    /// This one.
    Through {
        /// `http://`, `https://` or `socks5://` with a host and perhaps a port; no credentials.
        address: String,
        /// The name under which the proxy knows us, if it asks for one.
        #[serde(default)]
        user: String,
        /// The password's name in the keychain, if it asks for one.
        #[serde(default)]
        secret: Option<SecretName>,
        /// The hosts that are asked without it, as `NO_PROXY` writes them.
        #[serde(default)]
        except: String,
    },
}
