//! What a person, or a log of CI, sees while steps run: which one, for how long, and how it ended.
//!
//! On a terminal one line moves; elsewhere each step has a line when it begins and one when it ends, and a sign of life
//! every minute. What the steps themselves print goes to a file each, and is shown when a step fails.

use std::fs::File;
use std::io::{IsTerminal, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::child;
use crate::failure::{Attempted, Failure};
use crate::repository::Repository;

/// How often a log without a terminal hears that a step still runs.
const HEARTBEAT: Duration = Duration::from_secs(60);
/// How much of a failed step's output is shown.
const TAIL_LINES: usize = 60;
/// How far from a log's end its last line is looked for.
const GLIMPSE_BYTES: u64 = 4096;
const SPINNER: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// Steps in order, of which the number is known.
pub(crate) struct Progress {
    total: usize,
    begun: usize,
    terminal: bool,
    logs: PathBuf,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    took: Duration,
    end: &'static str,
}

impl Progress {
    /// Progress through `total` steps.
    pub(crate) fn new(repository: &Repository, total: usize) -> Result<Self, Failure> {
        let logs = repository.target("xtask/logs");
        std::fs::create_dir_all(&logs).attempted(|| format!("make {}", logs.display()))?;
        Ok(Self { total, begun: 0, terminal: std::io::stdout().is_terminal(), logs, rows: Vec::new() })
    }

    /// Does one step and says how it went. A failure is shown here with the end of the step's output; the caller
    /// learns of it, and decides whether to go on.
    pub(crate) fn step(
        &mut self,
        name: &str,
        work: impl FnOnce(&mut Step) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.begun += 1;
        let label = format!("[{}/{}] {name}", self.begun, self.total);
        let log = self.logs.join(format!("{name}.log"));
        let file = File::create(&log).attempted(|| format!("write {}", log.display()))?;
        if !self.terminal {
            println!("{label}");
        }
        let mut step = Step { label, log, file, begun: Instant::now(), terminal: self.terminal };
        let ended = work(&mut step);
        let took = step.begun.elapsed();
        step.clear_line();
        match &ended {
            Ok(()) => println!("{} … {}", step.label, elapsed(took)),
            Err(failure) => {
                println!("{} … FAILED after {}", step.label, elapsed(took));
                println!("{}", tail(&step.output(), TAIL_LINES));
                println!("{name} failed: {failure}\nits whole output: {}", step.log.display());
            }
        }
        self.rows.push(Row { name: name.into(), took, end: if ended.is_ok() { "passed" } else { "FAILED" } });
        ended.map_err(|_| Failure::new(format!("{name} failed; why stands above")))
    }

    /// Notes that a step was not done, and why.
    pub(crate) fn skip(&mut self, name: &str, why: &str) {
        self.begun += 1;
        println!("[{}/{}] {name} … not done: {why}", self.begun, self.total);
        self.rows.push(Row { name: name.into(), took: Duration::ZERO, end: "not done" });
    }

    /// The steps with their times, as a table.
    pub(crate) fn table(&self) -> String {
        let width = self.rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
        let row = |row: &Row| format!("  {:width$}  {:>12}  {}\n", row.name, elapsed(row.took), row.end);
        self.rows.iter().map(row).collect()
    }
}

/// One step under way.
pub(crate) struct Step {
    label: String,
    log: PathBuf,
    file: File,
    begun: Instant,
    terminal: bool,
}

impl Step {
    /// Runs a program to its end, its output kept in the step's log. A program that fails fails the step.
    pub(crate) fn run(&mut self, mut command: Command, limit: Duration) -> Result<(), Failure> {
        let line = words(&command);
        let _ = writeln!(self.file, "$ {line}");
        let output = |file: &File| file.try_clone().map(Stdio::from);
        // A file and not a pipe: a daemon that a program leaves behind would hold a pipe open for ever.
        let spawned = output(&self.file).and_then(|out| {
            let errors = output(&self.file)?;
            command.stdin(Stdio::null()).stdout(out).stderr(errors).spawn()
        });
        let mut child = spawned.attempted(|| format!("start `{line}`"))?;
        let mut told = Instant::now();
        let mut turns = 0_usize;
        let status = child::wait(&mut child, limit, || {
            turns += 1;
            if self.terminal {
                self.move_line(turns);
            } else if told.elapsed() >= HEARTBEAT {
                told = Instant::now();
                println!("{} … {} so far: {}", self.label, elapsed(self.begun.elapsed()), self.glimpse());
            }
        })
        .map_err(|failure| Failure::new(format!("`{line}`: {failure}")))?;
        if status.success() { Ok(()) } else { Err(Failure::new(format!("`{line}` ended with {status}"))) }
    }

    /// Says something that must not drown in the step's log.
    pub(crate) fn say(&mut self, words: &str) {
        self.clear_line();
        println!("{words}");
        let _ = writeln!(self.file, "{words}");
    }

    /// What the step has printed until now.
    pub(crate) fn output(&self) -> String {
        readable(&self.log)
    }

    fn move_line(&self, turns: usize) {
        let spinner = SPINNER[turns % SPINNER.len()];
        let line = format!("{spinner} {} {}  {}", self.label, elapsed(self.begun.elapsed()), self.glimpse());
        let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(80);
        let line: String = line.chars().take(width).collect();
        print!("\r\x1b[2K{line}");
        let _ = std::io::stdout().flush();
    }

    fn clear_line(&self) {
        if self.terminal {
            print!("\r\x1b[2K");
            let _ = std::io::stdout().flush();
        }
    }

    /// The last line that the running program has printed.
    fn glimpse(&self) -> String {
        let mut end = Vec::new();
        let read = File::open(&self.log).and_then(|mut file| {
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(GLIMPSE_BYTES)))?;
            file.read_to_end(&mut end)
        });
        if read.is_err() {
            return String::new();
        }
        let end = plain(&String::from_utf8_lossy(&end));
        end.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default().to_owned()
    }
}

/// A command as a person would type it.
pub(crate) fn words(command: &Command) -> String {
    let program = command.get_program();
    // The very cargo that runs this has a long path; the one that a person types is the same.
    let is_cargo = Path::new(program).file_stem().is_some_and(|name| name == "cargo");
    std::iter::once(if is_cargo { "cargo".as_ref() } else { program })
        .chain(command.get_args())
        .map(|word| {
            let word = word.to_string_lossy();
            if word.contains([' ', '(', '$', '"', '\'']) {
                format!("'{}'", word.replace('\'', r"'\''"))
            } else {
                word.into_owned()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// A duration as people say it.
pub(crate) fn elapsed(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds >= 60 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else if seconds >= 10 {
        format!("{seconds} s")
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

fn readable(log: &Path) -> String {
    plain(&String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()))
}

/// Text without the escape sequences that colour it: some runners colour even what goes to a file.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character == '\x1b' {
            rest.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        let said = |milliseconds| elapsed(Duration::from_millis(milliseconds));
        assert_eq!([said(840), said(41_200), said(185_000)], ["0.8 s", "41 s", "3 min 05 s"]);
    }

    #[test]
    fn colours_are_taken_off() {
        assert_eq!(plain("\x1b[2m Tests \x1b[22m \x1b[1m\x1b[32m3 passed\x1b[39m"), " Tests  3 passed");
    }

    #[test]
    fn the_tail_is_the_end_and_never_more_than_there_is() {
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc");
        assert_eq!(tail("a\n", 60), "a");
    }

    #[test]
    fn a_command_is_shown_so_that_it_can_be_typed_again() {
        let mut command = Command::new("/home/ada/.rustup/toolchains/1.95.0/bin/cargo");
        command.args(["nextest", "run", "-E", "not package(acceptance)"]);
        assert_eq!(words(&command), "cargo nextest run -E 'not package(acceptance)'");
        let mut command = Command::new("bash");
        command.args(["-c", "printf 'a b'"]);
        assert_eq!(words(&command), r"bash -c 'printf '\''a b'\'''");
    }
}
