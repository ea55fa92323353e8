//! The shim, built and put before a program; and this test program run again as that program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Says to a subject, when this test program is run again as one, where to work.
const SUBJECT: &str = "TIEOUT_SUBJECT_IN";

/// The shim. The compiler that SQLCipher was built with builds it.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        // Tests run in processes of their own, all at once: each builds its own and puts it in place whole.
        let (ours, shared) = (folder.join(format!("shim-{}.so", std::process::id())), folder.join("shim.so"));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("crash/shim.c");
        let built = Command::new("cc")
            .args(["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"])
            .args([&ours, &source])
            .args(["-ldl", "-lpthread"])
            .status()
            .expect("cc is there, as it was for SQLCipher");
        assert!(built.success());
        std::fs::rename(&ours, &shared).unwrap();
        shared
    })
}

/// Has the shim watch a folder for what this command starts.
pub(crate) fn watch<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    command.env("LD_PRELOAD", built()).env("TIEOUT_SHIM_FOLDER", folder)
}

/// This test program once more, to run the test of that path alone, in which [`subject`] says where.
pub(crate) fn again(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(SUBJECT, folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Where to work, if this is a subject.
pub(crate) fn subject() -> Option<PathBuf> {
    std::env::var_os(SUBJECT).map(PathBuf::from)
}
