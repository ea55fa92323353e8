//! Makes a machine ready to build, to open the window, or to run all tests. Does nothing where it is ready.

use crate::failure::Failure;
use crate::machine::{self, System};
use crate::node::Node;
use crate::packages;
use crate::progress::{Progress, Step};
use crate::python;
use crate::repository::Repository;

/// How much is wanted of a machine; each extent holds the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    /// To compile and run the command line.
    CommandLine,
    /// To compile and open the window.
    Window,
    /// To run every test.
    Tests,
}

/// Runs `cargo xtask setup`: ready for everything.
pub(crate) fn setup(repository: &Repository) -> Result<(), Failure> {
    Progress::new(repository, 1)?.step("setup", |step| prepare(step, repository, Extent::Tests))
}

/// Makes the machine ready, or says exactly what a person must do to make it so.
pub(crate) fn prepare(step: &mut Step, repository: &Repository, extent: Extent) -> Result<(), Failure> {
    let system = System::here();
    if system.has_apt() {
        packages::install(step, &wanted(extent, machine::chromium().is_some(), system), purpose(extent))?;
    } else {
        let missing = packages::missing_elsewhere(system, extent >= Extent::Window);
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Err(Failure::new(format!(
                "missing: {missing}. To mend it, {}",
                packages::explain(system)
            )));
        }
    }
    if extent >= Extent::Window {
        Node::set_up(step, repository, system)?;
    }
    if extent == Extent::Tests {
        if machine::chromium().is_none() {
            return Err(Failure::new(
                "the page's tests need Chromium or Chrome, which is missing. Ubuntu has it as a snap alone: \
                 `sudo snap install chromium`; elsewhere get it from https://www.google.com/chrome. Or set \
                 TIEOUT_CHROMIUM to where it lies",
            ));
        }
        require_session_programs(system)?;
        if cfg!(unix) {
            python::install(step, repository, "datasette")?;
        }
    }
    Ok(())
}

fn purpose(extent: Extent) -> &'static str {
    match extent {
        Extent::CommandLine => "to compile the command line",
        Extent::Window => "to compile the window",
        Extent::Tests => "to compile and to test",
    }
}

fn wanted(extent: Extent, has_browser: bool, system: System) -> Vec<&'static str> {
    let mut wanted = packages::COMMAND_LINE.to_vec();
    if extent >= Extent::Window {
        wanted.extend(packages::WINDOW);
    }
    if extent == Extent::Tests {
        wanted.extend(
            packages::PYTHON
                .iter()
                .chain(packages::STRANGERS)
                .chain(packages::DISPLAY)
                .chain(packages::KEYCHAIN),
        );
        // Ubuntu's package of this name is empty, and apt would only pretend to have installed a browser.
        if !has_browser && system == System::Debian {
            wanted.extend(packages::BROWSER);
        }
    }
    wanted
}

/// Says what is missing of a session of the tests' own, on a Linux whose packages are not installed from here.
fn require_session_programs(system: System) -> Result<(), Failure> {
    if system != System::OtherLinux {
        return Ok(());
    }
    let needed = ["xvfb-run", "dbus-run-session", "gnome-keyring-daemon", "WebKitWebDriver"];
    let missing: Vec<&str> = needed.into_iter().filter(|name| machine::program(name).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the tests need {}, which your distribution's packages of Xvfb, D-Bus, GNOME Keyring and WebKitGTK's driver \
         hold. Install them and repeat the command; `cargo xtask test --fast` does without",
        missing.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_extent_holds_the_one_before() {
        let of = |extent| wanted(extent, false, System::Debian);
        let (line, window, tests) = (of(Extent::CommandLine), of(Extent::Window), of(Extent::Tests));
        assert!(line.iter().all(|package| window.contains(package)));
        assert!(window.iter().all(|package| tests.contains(package)));
        assert!(!line.contains(&"libwebkit2gtk-4.1-dev"));
    }

    #[test]
    fn a_browser_is_installed_only_where_none_is_and_the_package_is_real() {
        let has = |browser, system| wanted(Extent::Tests, browser, system).contains(&"chromium");
        assert!(has(false, System::Debian));
        assert!(!has(true, System::Debian));
        assert!(!has(false, System::Ubuntu));
    }
}
