//! Benchmarks: what Tieout costs, each figure beside a bound that is measured in the same run (`docs/benchmarks.md`).
//! This crate keeps measuring out of the tests, which must not fail because a machine is slow: a goal that is missed
//! is printed as missed and fails nothing. What fails is a run that measured something wrong: a trail that does not
//! verify, a call that was sent twice, a state that the model's order does not give.

#![allow(clippy::print_stdout, reason = "its whole work is to measure and to print what it found")]

mod answers;
mod append;
mod arguments;
mod batch;
mod by_hand;
mod company;
mod cost;
mod decode;
mod digest;
mod early;
mod evidence;
mod grown;
mod import;
mod intent_wait;
mod intents;
mod interference;
mod journal;
mod kept;
mod many_calls;
mod memory;
mod message;
mod mint;
mod policy;
mod raw;
mod report;
mod rounds;
mod scene;
mod search;
mod spread;
mod start;
mod tie;
mod trouble;
mod verify;
mod workspace;

use std::process::ExitCode;

use arguments::{Arguments, Name};
use report::Report;
use trouble::Outcome;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == company::SERVE) {
        return ended(company::serve());
    }
    match Arguments::read(words) {
        Ok(Some(arguments)) => ended(measure(&arguments)),
        Ok(None) => {
            println!("{}", arguments::HELP);
            ExitCode::SUCCESS
        }
        Err(trouble) => {
            eprintln!("bench: {trouble}\n\n{}", arguments::HELP);
            ExitCode::from(2)
        }
    }
}

fn ended(outcome: Outcome<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("bench: {trouble}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one benchmark after another, so that none is another's load.
fn measure(arguments: &Arguments) -> Outcome<()> {
    std::fs::create_dir_all(&arguments.into)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    for name in &arguments.names {
        let report = runtime.block_on(run(*name, arguments))?;
        println!("{report}");
        report.save(&arguments.into)?;
    }
    Ok(())
}

async fn run(name: Name, arguments: &Arguments) -> Outcome<Report> {
    match name {
        Name::Append => append::run(arguments).await,
        Name::Batch => batch::run(arguments).await,
        Name::Decode => decode::run(arguments).await,
        Name::Digest => digest::run(arguments).await,
        Name::Early => early::run(arguments).await,
        Name::Grown => grown::run(arguments).await,
        Name::Import => import::run(arguments).await,
        Name::Interference => interference::run(arguments).await,
        Name::IntentWait => intent_wait::run(arguments).await,
        Name::Memory => memory::run(arguments).await,
        Name::Policy => policy::run(arguments).await,
        Name::Search => search::run(arguments).await,
        Name::Start => start::run(arguments).await,
        Name::Tie => tie::run(arguments).await,
        Name::Verify => verify::run(arguments).await,
    }
}
