//! `tieout completions`

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::exit::Exit;
use crate::output::Output;

pub(crate) fn run(shell: Shell, output: &Output) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tieout", &mut script);
    output.raw(&String::from_utf8_lossy(&script));
    Exit::Done
}
