//! The window of Tieout: start-up, commands and wire types. This crate keeps the screen out of the work: whatever
//! could be tested without a window lives below it, and whatever the page may do is one command of one list
//! ([`bindings`]). The page is not trusted: it has no file, network, shell or secret of its own.

mod args;
mod bindings;
mod closing;
mod commands;
mod demo;
mod downloads;
mod importing;
mod locked;
mod logging;
mod pulse;
mod review;
mod shell;
mod stage;
mod window;
mod wire;

use std::io::Write;
use std::process::ExitCode;

use tauri::{App, RunEvent};

use crate::args::{Task, WindowArgs};
use crate::shell::Shell;

/// Set by the driver of real-window tests; several windows may be open then.
const AUTOMATION: &str = "TAURI_AUTOMATION";

fn main() -> ExitCode {
    let task = match Task::read(std::env::args_os().skip(1)) {
        Ok(task) => task,
        Err(words) => {
            eprintln!("tieout-window: {words}");
            return ExitCode::from(2);
        }
    };
    let done = match task {
        Task::Window(args) => open(args),
        Task::WriteBindings(path) => bindings::write(&path).map_err(Into::into),
        Task::KeychainProbe(workspace) => tauri::async_runtime::block_on(async {
            engine::answer_probe(workspace, &mut std::io::stdout()).await.map_err(Into::into)
        }),
        Task::Print(text) => std::io::stdout().write_all(text.as_bytes()).map_err(Into::into),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tieout-window: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Opens the window and returns when it is closed.
fn open(args: WindowArgs) -> Result<(), Box<dyn std::error::Error>> {
    logging::begin();
    // Building an HTTP client panics if nobody said which cryptography TLS uses. It fails only if somebody has.
    let _said_already = rustls::crypto::ring::default_provider().install_default();

    let handlers = bindings::builder();
    let mut builder = tauri::Builder::default().invoke_handler(handlers.invoke_handler());
    if is_alone(&args) {
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _, _| window::show(app)));
    }
    let app = builder
        .setup(move |app| {
            handlers.mount_events(app);
            set_up(app, args)
        })
        .build(tauri::generate_context!())?;
    app.run(|app, event| {
        // Without a code: the last window was closed. With one: we have closed what was open and go.
        if let RunEvent::ExitRequested { code: None, api, .. } = event {
            api.prevent_exit();
            closing::begin(app);
        }
    });
    Ok(())
}

/// Whether a second start should only bring the first window to the front: for the workspace of one's own, not for
/// one that was named. Two windows on one workspace are fine too: one of them reads.
fn is_alone(args: &WindowArgs) -> bool {
    let named = args.workspace.is_some() || std::env::var_os(shell::WORKSPACE).is_some();
    !(args.demo || args.another || named || std::env::var_os(AUTOMATION).is_some())
}

fn set_up(app: &App, args: WindowArgs) -> Result<(), Box<dyn std::error::Error>> {
    // The workspace opens while the page loads; the page's first question waits for it.
    let shell = Shell::start(app, args)?;
    tauri::async_runtime::spawn(async move { pulse::run(&shell).await });
    closing::on_signals(app.handle());
    window::open(app)?;
    Ok(())
}
