//! What can go wrong with a keychain: one variant for each thing that a caller or a person does about it.

use std::error::Error;

/// A keychain's failure. Its text says what happened and what to do, and never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum KeychainError {
    /// There is no keychain here. A caller offers the passphrase-protected file.
    #[error("{missing} Keys can also be kept in a file that a passphrase protects.")]
    NoService {
        /// What exactly is missing.
        missing: Missing,
        /// What the system said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The keychain is there and locked. A caller asks the person to unlock it and tries again.
    #[error(
        "The keychain is locked. Unlock it and try again: in GNOME with “Passwords and Keys” (or by logging in with \
         your password), in KDE with “KWalletManager”, on a Mac with “Keychain Access”."
    )]
    Locked,
    /// The passphrase does not open the file. A caller asks for it again.
    #[error("This passphrase does not open the file of keys. Check capitals and the keyboard's language.")]
    WrongPassphrase,
    /// A passphrase without a single character protects nothing. A caller asks for another.
    #[error("An empty passphrase protects nothing: choose one of several words.")]
    EmptyPassphrase,
    /// What is stored is not what we stored. A caller stops: writing over it would lose what may yet be saved.
    #[error("The stored keys can't be read: {what}. Restore them from a backup, or use the recovery key.")]
    Damaged {
        /// What was found.
        what: String,
    },
    /// The system's keychain takes no secret of this length. A caller names the limit, or offers the file.
    #[error("This system's keychain holds at most {limit} bytes an entry, and `{name}` is longer.")]
    TooLong {
        /// Which secret.
        name: String,
        /// The system's limit.
        limit: u32,
    },
    /// What is stored does not last. A caller must not keep a workspace's keys there.
    #[error("The keychain took a value, but a new process could not read it back: {why}.")]
    DoesNotLast {
        /// What the new process did instead.
        why: String,
    },
    /// Something else: a full disk, a folder without permission. A caller shows it and tries again when asked to.
    #[error("Could not {attempted}: {source}")]
    Other {
        /// What was attempted.
        attempted: &'static str,
        /// What the system said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

impl KeychainError {
    /// Another failure of something that was attempted.
    pub(crate) fn other(attempted: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Other { attempted, source: source.into() }
    }
}

/// What a machine without a keychain lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// No session bus: a server, a container, a login over ssh.
    #[error(
        "No keychain can be reached, because this session has no D-Bus session bus. Start Tieout from a desktop \
         session, or through `dbus-run-session`."
    )]
    Bus,
    /// A bus, and nothing on it that keeps secrets.
    #[error(
        "No keychain service is running. Install one and log in again: `gnome-keyring` (Debian and Ubuntu: \
         `sudo apt install gnome-keyring`), or in KDE switch on “KWallet”."
    )]
    Service,
    /// A system for which we have no store.
    #[error("This operating system has no keychain that Tieout knows.")]
    Platform,
}
