//! `tieout`: the engine without a window, for scripts, reviewers and measurements. This crate keeps terminals,
//! arguments and exit codes out of the engine; whatever it does to data is one call of the engine's.

mod args;
mod commands;
mod editor;
mod exit;
mod figures;
mod output;
mod passphrase;
mod place;
mod progress;
mod story;
mod waiting;
mod words;

use clap::Parser;

use args::{Cli, Command};
use exit::Exit;
use output::Output;

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("TIEOUT_LOG").unwrap_or_else(|_| "warn".into()),
        )
        .init();
    let output = Output::new(cli.global.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output.problem(&format!("the system gives no threads: {error}"));
            return Exit::Failed.into();
        }
    };
    let exit = match runtime.block_on(run(&cli, &output)) {
        Ok(exit) => exit,
        Err(error) => {
            output.error(&error);
            exit::of(&error)
        }
    };
    output.flush();
    // What still reads the record ends as soon as nobody waits for it, and has to: a thread that is in the database's
    // library while the program ends brings it down. A line that nobody waits for any more may still be being read from
    // the terminal too; waiting for that would keep the program from ending until a person presses Enter.
    runtime.shutdown_timeout(SETTLES);
    exit.into()
}

/// Far longer than a reader takes to notice, and no time for a person.
const SETTLES: std::time::Duration = std::time::Duration::from_millis(500);

async fn run(cli: &Cli, output: &Output) -> Result<Exit, engine::EngineError> {
    let global = &cli.global;
    match &cli.command {
        Command::Init(init) => commands::init::run(global, init, output).await,
        Command::Demo(demo) => commands::demo::run(global, demo, output).await,
        Command::Ask(ask) => commands::ask::run(global, ask, output).await,
        Command::Models(models) => commands::models::run(global, models, output).await,
        Command::Sources(sources) => commands::sources::run(global, sources, output).await,
        Command::Tools(tools) => commands::tools::run(global, tools, output).await,
        Command::Calls(calls) => commands::calls::run(global, calls, output).await,
        Command::Network(network) => commands::network::run(global, network, output).await,
        Command::Policy(policy) => commands::policy::run(global, policy, output).await,
        Command::Settings(settings) => commands::settings::run(global, settings, output).await,
        Command::Secrets(secrets) => commands::secrets::run(global, secrets, output).await,
        Command::Trail(trail) => commands::trail::run(global, trail, output).await,
        Command::Verify(verify) => commands::evidence::verify(verify, output).await,
        Command::Classify => commands::classify::run(output),
        Command::Tie => commands::tie::run(output),
        Command::Decode(decode) => commands::decode::run(decode, output),
        Command::Completions { shell } => Ok(commands::completions::run(*shell, output)),
        Command::KeychainProbe { trial } => commands::probe::run(*trial).await,
    }
}
