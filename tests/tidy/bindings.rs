//! What the page believes of the window's commands is what the window offers.

use std::path::Path;
use std::process::Command;

use crate::house;

const BINDINGS: &str = "ui/src/ipc/bindings.ts";
const PROGRAM: &str = "tieout-window";

#[test]
fn bindings_are_fresh() {
    let program =
        house::workspace().1.join("debug").join(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        // Somebody who works on one crate has no window built; CI builds everything before it asks.
        assert!(
            std::env::var_os("CI").is_none(),
            "{}: is missing, so the bindings can't be compared; `cargo xtask test` builds it first",
            program.display()
        );
        eprintln!("not compared: {} is not built", program.display());
        return;
    }
    let written = Command::new(&program).args(["--write-bindings", "-"]).current_dir(house::root()).output();
    let written = written.unwrap_or_else(|error| panic!("{}: can't be started: {error}", program.display()));
    assert!(
        written.status.success(),
        "{} --write-bindings - ended with {}: {}",
        program.display(),
        written.status,
        String::from_utf8_lossy(&written.stderr)
    );
    let written = String::from_utf8_lossy(&written.stdout);
    let kept = house::read(Path::new(BINDINGS));
    let first = written.lines().zip(kept.lines()).position(|(written, kept)| written != kept);
    let line = first.unwrap_or_else(|| written.lines().count().min(kept.lines().count())) + 1;
    assert!(
        written.trim_end() == kept.trim_end(),
        "{BINDINGS}:{line}: differs from what the window offers. Run `cargo xtask bindings` and commit the file; if \
         {PROGRAM} is older than the source, build it first"
    );
}
