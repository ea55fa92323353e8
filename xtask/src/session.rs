//! A desktop session of the tests' own: empty home, message bus, unlocked keychain, and a display where wanted.
//!
//! Tests must neither read nor write the keychain, settings or trail of whoever runs them, and must find a keychain
//! where a machine of CI has none.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Attempted, Failure};

/// Unlocks a new keychain, then becomes the program to run. The password protects nothing: the keychain is deleted.
const UNLOCKED: &str = "printf 'keychain of the tests' \
    | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec \"$@\"";

const SCREEN: &str = "-screen 0 1440x900x24";

/// Whether programs of a session may open windows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Display {
    None,
    Virtual,
}

/// A session's folders; they are deleted with it.
pub(crate) struct Session {
    folder: PathBuf,
}

impl Session {
    /// Makes the folders of a session. In the temporary directory and not under `target/`, whose path may be too long
    /// for the sockets that are opened here (108 bytes).
    pub(crate) fn begin(name: &str) -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("tieout-{name}-{}", std::process::id()));
        let session = Self { folder };
        for (_, part) in FOLDERS {
            let path = session.folder.join(part);
            std::fs::create_dir_all(&path)
                .and_then(|()| private(&path))
                .attempted(|| format!("make {}", path.display()))?;
        }
        Ok(session)
    }

    /// The command, to be run inside this session. Where there is no such session (macOS, Windows) the command runs as
    /// it is: its keychain is always there.
    pub(crate) fn holding(&self, command: Command, display: Display) -> Command {
        if !cfg!(target_os = "linux") {
            return command;
        }
        let mut words: Vec<OsString> = Vec::new();
        if display == Display::Virtual {
            words.extend(["xvfb-run", "-a", "-s", SCREEN].map(OsString::from));
        }
        words.extend(["dbus-run-session", "--", "bash", "-c", UNLOCKED, "session"].map(OsString::from));
        words.push(command.get_program().to_owned());
        words.extend(command.get_args().map(OsString::from));

        let mut held = Command::new(&words[0]);
        held.args(&words[1..]);
        if let Some(folder) = command.get_current_dir() {
            held.current_dir(folder);
        }
        // Cargo and rustup keep their things in the home directory, which is about to be another one.
        let home = std::env::home_dir().unwrap_or_default();
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            held.env(name, std::env::var_os(name).unwrap_or_else(|| home.join(folder).into()));
        }
        for (name, part) in FOLDERS {
            held.env(name, self.folder.join(part));
        }
        if display == Display::None {
            held.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        }
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => held.env(name, value),
                None => held.env_remove(name),
            };
        }
        held
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // What stays behind is empty of anything worth keeping, and the system clears its temporary directory.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

const FOLDERS: [(&str, &str); 6] = [
    ("HOME", "home"),
    ("XDG_RUNTIME_DIR", "run"),
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_DATA_HOME", "data"),
    ("XDG_CACHE_HOME", "cache"),
    ("XDG_STATE_HOME", "state"),
];

/// The message bus refuses a runtime directory that others may read.
#[cfg(unix)]
fn private(path: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn private(_: &std::path::Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_command_keeps_its_words_and_environment_inside_a_session() {
        let session = Session::begin("words").unwrap();
        let mut command = Command::new("cargo");
        command.args(["test", "--workspace"]).env("TIEOUT_WINDOW_TESTS", "1").env_remove("OUT_DIR");
        let held = session.holding(command, Display::Virtual);

        assert_eq!(held.get_program(), "xvfb-run");
        let words: Vec<_> = held.get_args().collect();
        assert!(words.ends_with(&[
            "session".as_ref(),
            "cargo".as_ref(),
            "test".as_ref(),
            "--workspace".as_ref()
        ]));
        let environment: Vec<_> = held.get_envs().collect();
        assert!(environment.contains(&("TIEOUT_WINDOW_TESTS".as_ref(), Some("1".as_ref()))));
        assert!(environment.contains(&("OUT_DIR".as_ref(), None)));
        assert!(environment.contains(&("HOME".as_ref(), Some(session.folder.join("home").as_os_str()))));
    }

    #[test]
    fn a_session_has_a_keychain_that_keeps_and_a_home_of_its_own() {
        let needed = ["dbus-run-session", "gnome-keyring-daemon", "secret-tool"];
        if needed.iter().any(|name| crate::machine::program(name).is_none()) {
            // `cargo xtask test` installs them; somebody who runs this crate's tests alone may do without.
            eprintln!("not tried: one of {needed:?} is missing");
            return;
        }
        let session = Session::begin("keychain").unwrap();
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "printf s3cret | secret-tool store --label=x a b && secret-tool lookup a b; echo \" $HOME\"",
        ]);
        let output = session.holding(command, Display::None).output().unwrap();
        let expected = format!("s3cret {}\n", session.folder.join("home").display());
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            expected,
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    #[test]
    fn a_session_takes_its_folders_with_it() {
        let session = Session::begin("gone").unwrap();
        let folder = session.folder.clone();
        assert!(folder.join("run").is_dir());
        drop(session);
        assert!(!folder.exists());
    }
}
