//! What the program was started with.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use domain::id::WorkspaceId;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
The window of Tieout.

Usage: tieout-window [OPTIONS]

  --demo                   Open a throw-away workspace on the rehearsal company
  --workspace DIR          Open this workspace (else TIEOUT_WORKSPACE, else the one in your data folder)
  --no-single-instance     Open a window even if there is one
  --write-bindings FILE    Write the page's view of the commands to FILE (`-`: standard output) and end
  --help, --version        Print this, or the version, and end

TIEOUT_LOG sets what is logged to standard error (as `engine=debug`).
";

/// What the program is to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Open the window.
    Window(WindowArgs),
    /// Write the bindings there and end; `-` is standard output.
    WriteBindings(PathBuf),
    /// Be the new process of the keychain's round trip: print what the first one stored.
    KeychainProbe(WorkspaceId),
    /// Print this and end.
    Print(String),
}

/// How to open the window.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct WindowArgs {
    /// On the rehearsal company, in a throw-away workspace.
    pub(crate) demo: bool,
    /// The workspace's folder, if one was named.
    pub(crate) workspace: Option<PathBuf>,
    /// Even if there is a window already.
    pub(crate) another: bool,
}

impl Task {
    /// Reads the arguments after the program's name. An error is for the person who typed them.
    pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut arguments = arguments.into_iter();
        let mut window = WindowArgs::default();
        while let Some(argument) = arguments.next() {
            let mut value = |what: &str| {
                let missing = || format!("{} needs {what} after it", argument.to_string_lossy());
                arguments.next().filter(|value| !value.is_empty()).ok_or_else(missing)
            };
            match argument.to_str() {
                Some("--demo") => window.demo = true,
                Some("--workspace") => window.workspace = Some(value("a folder")?.into()),
                Some("--no-single-instance") => window.another = true,
                Some("--write-bindings") => return Ok(Self::WriteBindings(value("a file or `-`")?.into())),
                Some("--keychain-probe") => return probe(&value("a workspace's id")?),
                Some("--help" | "-h") => return Ok(Self::Print(HELP.to_owned())),
                Some("--version" | "-V") => {
                    return Ok(Self::Print(format!("tieout-window {}\n", env!("CARGO_PKG_VERSION"))));
                }
                _ => return Err(format!("unknown option `{}`; see --help", argument.to_string_lossy())),
            }
        }
        if window.demo && window.workspace.is_some() {
            return Err("--demo makes its own workspace; leave out --workspace".to_owned());
        }
        Ok(Self::Window(window))
    }
}

fn probe(id: &OsStr) -> Result<Task, String> {
    let id = id.to_string_lossy();
    id.parse().map(Task::KeychainProbe).map_err(|error: domain::id::IdError| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Task, String> {
        Task::read(words.iter().map(OsString::from))
    }

    #[test]
    fn options_are_read() {
        assert_eq!(read(&[]), Ok(Task::Window(WindowArgs::default())));
        let demo = WindowArgs { demo: true, workspace: None, another: true };
        assert_eq!(read(&["--no-single-instance", "--demo"]), Ok(Task::Window(demo)));
        let named = WindowArgs { workspace: Some("/tmp/w".into()), ..WindowArgs::default() };
        assert_eq!(read(&["--workspace", "/tmp/w"]), Ok(Task::Window(named)));
        assert_eq!(read(&["--write-bindings", "-"]), Ok(Task::WriteBindings("-".into())));
        let id = WorkspaceId::new(1, 2);
        assert_eq!(read(&["--keychain-probe", &id.to_string()]), Ok(Task::KeychainProbe(id)));
    }

    #[test]
    fn what_makes_no_sense_is_refused_in_words() {
        assert!(read(&["--workspace"]).is_err_and(|words| words.contains("needs a folder")));
        assert!(read(&["--demo", "--workspace", "/tmp/w"]).is_err_and(|words| words.contains("leave out")));
        assert!(read(&["--dmeo"]).is_err_and(|words| words.contains("`--dmeo`")));
        assert!(read(&["--keychain-probe", "nobody"]).is_err_and(|words| words.contains("nobody")));
    }
}
