//! What machine this is: its system, its packages' keeper, its display.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The systems that are told apart, because something different is done on each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum System {
    /// Debian and what descends from it: packages can be installed.
    Debian,
    /// Ubuntu: as Debian, but its `chromium` package is an empty one that points to a snap.
    Ubuntu,
    OtherLinux,
    Mac,
    Windows,
}

impl System {
    /// The system this program runs on.
    pub(crate) fn here() -> Self {
        match std::env::consts::OS {
            "macos" => Self::Mac,
            "windows" => Self::Windows,
            _ => Self::from_release(&std::fs::read_to_string("/etc/os-release").unwrap_or_default()),
        }
    }

    /// The system that a text in the form of /etc/os-release describes.
    fn from_release(text: &str) -> Self {
        let field = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            value.unwrap_or_default().trim_matches('"')
        };
        if field("ID") == "ubuntu" {
            Self::Ubuntu
        } else if field("ID") == "debian"
            || field("ID_LIKE").split(' ').any(|id| id == "debian" || id == "ubuntu")
        {
            Self::Debian
        } else {
            Self::OtherLinux
        }
    }

    /// Whether `apt-get` keeps this system's packages.
    pub(crate) fn has_apt(self) -> bool {
        matches!(self, Self::Debian | Self::Ubuntu)
    }

    /// Whether a window could be opened here and now.
    pub(crate) fn has_display(self) -> bool {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        matches!(self, Self::Mac | Self::Windows) || set("DISPLAY") || set("WAYLAND_DISPLAY")
    }
}

/// Where a program lies that can be started by its name.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// What a program prints, if it can be started and succeeds.
pub(crate) fn answer(program: impl AsRef<Path>, arguments: &[&str]) -> Option<String> {
    let asked = Command::new(program.as_ref()).args(arguments).stdin(Stdio::null()).output().ok()?;
    asked.status.success().then(|| String::from_utf8_lossy(&asked.stdout).into_owned())
}

/// A Chromium or Chrome that the page's tests can drive.
pub(crate) fn chromium() -> Option<PathBuf> {
    let chosen = std::env::var_os("TIEOUT_CHROMIUM").map(PathBuf::from).filter(|path| path.is_file());
    let names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    let mac = PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    // Ubuntu's `chromium-browser` without the snap is a script that only says so.
    chosen
        .or_else(|| names.into_iter().filter_map(program).find(|path| answer(path, &["--version"]).is_some()))
        .or_else(|| mac.is_file().then_some(mac))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_told_apart() {
        let of = System::from_release;
        assert_eq!(of("PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n"), System::Debian);
        assert_eq!(of("ID=ubuntu\nID_LIKE=debian\n"), System::Ubuntu);
        assert_eq!(of("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), System::Debian);
        assert_eq!(of("ID=fedora\n"), System::OtherLinux);
        assert_eq!(of(""), System::OtherLinux);
    }

    #[test]
    fn a_program_that_is_not_there_is_not_found() {
        assert_eq!(program("no-such-program-as-this"), None);
        assert_eq!(answer("no-such-program-as-this", &[]), None);
    }
}
