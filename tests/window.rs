//! The real window, driven as a person drives it: the program that ships, its embedded page in WebKitGTK, a keychain
//! service, and the company on loopback.
//!
//! `cargo xtask test --only window` sets all of that up: a display, a message bus, an unlocked keychain, a home of its
//! own. Without `TIEOUT_WINDOW_TESTS` these tests pass and say that they tried nothing, so that plain `cargo test`
//! works on a machine without a display. A test finds things by what a person is told of them: role and name, or the
//! words on the screen.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a panic here is a failed test that says where; helpers of tests count as code to the lint"
)]

#[allow(dead_code, reason = "the tests without a window play on the same scene, and use the rest of it")]
mod scene;

#[path = "window/driver.rs"]
mod driver;
#[path = "window/screen.rs"]
mod screen;

#[path = "window/again.rs"]
mod again;
#[path = "window/approval.rs"]
mod approval;
#[path = "window/changed.rs"]
mod changed;
#[path = "window/closing.rs"]
mod closing;
#[path = "window/demo.rs"]
mod demo;
#[path = "window/held.rs"]
mod held;
#[path = "window/hostile_text.rs"]
mod hostile_text;
#[path = "window/imported.rs"]
mod imported;
#[path = "window/own_workspace.rs"]
mod own_workspace;
#[path = "window/trail.rs"]
mod trail;
#[path = "window/waits.rs"]
mod waits;

/// Whether there is a display and a keychain to try the window with; says so if not.
fn wanted() -> bool {
    let wanted = std::env::var_os("TIEOUT_WINDOW_TESTS").is_some();
    if !wanted {
        println!("not tried: it needs a display and a keychain; run `cargo xtask test --only window`");
    }
    wanted
}

/// A window on this workspace, after its passphrase was typed.
async fn unlocked(home: &screen::Home, workspace: &scene::workspace::Workspace) -> screen::Window {
    let window = home.window(&["--workspace", workspace.dir().to_str().unwrap()]).await;
    window.write(screen::field("Passphrase"), scene::workspace::PASSPHRASE).await;
    window.click(screen::button("Unlock")).await;
    window
        .until("the workspace opens", "return document.querySelector('[aria-label=Screens]') !== null", &[])
        .await;
    window
}
