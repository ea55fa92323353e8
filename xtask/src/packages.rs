//! The system packages that building and testing need, by name, and how missing ones are installed.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::process::Command;
use std::time::Duration;

use crate::failure::Failure;
use crate::machine::{self, System};
use crate::progress::Step;

/// What compiling the command line takes.
pub(crate) const COMMAND_LINE: &[&str] = &["build-essential", "pkg-config", "libssl-dev"];
/// What compiling the window takes beyond that.
pub(crate) const WINDOW: &[&str] = &["libwebkit2gtk-4.1-dev", "libgtk-3-dev", "librsvg2-dev", "file"];
/// What gives Node where the system's own is too old, and Datasette to a test.
pub(crate) const PYTHON: &[&str] = &["python3-venv"];
/// What a stranger would check evidence with: time stamps by one, bundles by the other.
pub(crate) const STRANGERS: &[&str] = &["openssl", "python3"];
/// A display without a screen, fonts, and a driver for the window's tests.
pub(crate) const DISPLAY: &[&str] =
    &["xvfb", "xauth", "dbus", "dbus-x11", "at-spi2-core", "fonts-dejavu-core", "webkit2gtk-driver"];
/// A keychain service of the tests' own.
pub(crate) const KEYCHAIN: &[&str] = &["dbus", "gnome-keyring", "libsecret-tools"];
/// The browser of the page's tests, if none is there.
pub(crate) const BROWSER: &[&str] = &["chromium"];

/// Fetching and unpacking everything took two minutes where it was measured; a slow mirror may take long.
const INSTALL_LIMIT: Duration = Duration::from_secs(30 * 60);

/// Installs what is missing of the named packages, and says before what and why. Does nothing if all are there.
pub(crate) fn install(step: &mut Step, wanted: &[&str], why: &str) -> Result<(), Failure> {
    let status = status_of(wanted);
    let missing = missing(wanted, &status);
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand =
        format!("apt-get update && apt-get install -y --no-install-recommends {}", missing.join(" "));
    step.say(&format!("installing system packages {why}: {}", missing.join(" ")));
    let as_root = match authority() {
        Authority::Root => Vec::new(),
        Authority::Sudo => vec!["sudo"],
        Authority::None => {
            return Err(Failure::new(format!(
                "system packages are missing and this account may not install them. Have this run as root, then \
                 repeat the command:\n\n  {by_hand}\n"
            )));
        }
    };
    if !as_root.is_empty() {
        step.say(&format!(
            "this needs root, so sudo may now ask for your password. It will run:\n  {by_hand}"
        ));
        // In the foreground, on the terminal: the commands after it run with their output in a log.
        let allowed = Command::new("sudo").arg("-v").status().is_ok_and(|status| status.success());
        if !allowed {
            return Err(Failure::new(format!(
                "sudo refused. Have this run as root, then repeat the command:\n\n  {by_hand}\n"
            )));
        }
    }
    let apt = |words: &[&str]| {
        let start = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"];
        let mut line = as_root.iter().chain(&start).chain(words);
        let mut command = Command::new(line.next().unwrap_or(&"env"));
        command.args(line);
        command
    };
    step.run(apt(&["update"]), INSTALL_LIMIT)?;
    let mut words = vec!["install", "-y", "--no-install-recommends"];
    words.extend(&missing);
    step.run(apt(&words), INSTALL_LIMIT)
}

/// What a person on a system without `apt-get` must have, when it is found missing.
pub(crate) fn explain(system: System) -> &'static str {
    match system {
        System::Debian | System::Ubuntu => "",
        System::OtherLinux => {
            "install a C compiler, pkg-config, OpenSSL's, GTK 3's, librsvg's and WebKitGTK 4.1's development files:\n  \
             Fedora:  sudo dnf install gcc pkgconf openssl-devel gtk3-devel librsvg2-devel webkit2gtk4.1-devel\n  \
             Arch:    sudo pacman -S --needed base-devel openssl gtk3 librsvg webkit2gtk-4.1\n  \
             openSUSE: sudo zypper install gcc pkg-config libopenssl-devel gtk3-devel librsvg-devel \
             webkit2gtk3-devel"
        }
        System::Mac => "install Apple's command line tools: xcode-select --install",
        System::Windows => {
            "install Visual Studio's Build Tools with the C++ workload, and Microsoft's WebView2 runtime"
        }
    }
}

/// What is missing to compile, on a system whose packages are not installed from here.
pub(crate) fn missing_elsewhere(system: System, window: bool) -> Vec<&'static str> {
    let has = |program: &str, arguments: &[&str]| machine::answer(program, arguments).is_some();
    let library = |name: &str| has("pkg-config", &["--exists", name]);
    let mut missing = Vec::new();
    let mut need = |there: bool, what| {
        if !there {
            missing.push(what);
        }
    };
    match system {
        System::OtherLinux => {
            need(has("cc", &["--version"]), "a C compiler");
            need(has("pkg-config", &["--version"]), "pkg-config");
            need(library("openssl"), "OpenSSL");
            need(!window || library("webkit2gtk-4.1"), "WebKitGTK 4.1");
            need(!window || library("gtk+-3.0"), "GTK 3");
            need(!window || library("librsvg-2.0"), "librsvg");
        }
        System::Mac => need(has("xcode-select", &["-p"]), "Apple's command line tools"),
        // Rust for MSVC does not link without the Build Tools, so this program's running shows that they are there.
        System::Windows | System::Debian | System::Ubuntu => {}
    }
    missing
}

enum Authority {
    Root,
    Sudo,
    None,
}

fn authority() -> Authority {
    if machine::answer("id", &["-u"]).is_some_and(|id| id.trim() == "0") {
        return Authority::Root;
    }
    // Without a terminal sudo can't ask, so it must not need to.
    let can_ask = std::io::stdin().is_terminal();
    let sudo = machine::program("sudo").is_some();
    if sudo && (can_ask || machine::answer("sudo", &["-n", "true"]).is_some()) {
        Authority::Sudo
    } else {
        Authority::None
    }
}

fn status_of(packages: &[&str]) -> String {
    // dpkg-query fails as soon as it doesn't know one of the names, but prints what it knows of the others.
    let asked =
        Command::new("dpkg-query").args(["-W", "-f", "${Package} ${Status}\\n"]).args(packages).output();
    asked.map(|asked| String::from_utf8_lossy(&asked.stdout).into_owned()).unwrap_or_default()
}

/// Those of `wanted` that dpkg's status does not call installed, each once, in their order.
fn missing<'a>(wanted: &[&'a str], status: &str) -> Vec<&'a str> {
    let installed: BTreeSet<&str> =
        status.lines().filter_map(|line| line.strip_suffix(" install ok installed")).collect();
    let mut seen = BTreeSet::new();
    wanted.iter().copied().filter(|name| !installed.contains(name) && seen.insert(*name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_installed_is_not_missing() {
        let status =
            "dbus install ok installed\nxvfb deinstall ok config-files\nfile install ok half-configured\n";
        assert_eq!(
            missing(&["dbus", "xvfb", "file", "chromium", "dbus", "xvfb"], status),
            ["xvfb", "file", "chromium"]
        );
    }

    #[test]
    fn nothing_known_means_all_missing() {
        assert_eq!(missing(COMMAND_LINE, ""), COMMAND_LINE);
    }
}
