//! A server's program: started with little, ended with everything that it started.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use domain::secret::Secret;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use crate::log::Log;

/// What every program finds, if we have it: without these few most don't start.
#[cfg(not(windows))]
const ALWAYS: [&str; 3] = ["PATH", "HOME", "LANG"];
#[cfg(windows)]
const ALWAYS: [&str; 6] = ["PATH", "SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP"];

/// How long a program may take to end by itself once its input has ended, and again once it was asked to.
const LEAVE: Duration = Duration::from_secs(2);
/// The longest line of standard error that is kept.
const LONGEST_LINE: u64 = 8 << 10;

/// How to start a program.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) command: String,
    pub(crate) args: Vec<String>,
    pub(crate) env: Vec<(String, Secret)>,
    pub(crate) cwd: Option<String>,
}

/// A program that runs. Dropping it kills it and its process group; [`Process::end`] lets it leave first. If we die
/// ourselves without either, its input ends, which is how MCP tells a server to go.
pub(crate) struct Process {
    child: Child,
    #[cfg(unix)]
    group: Option<rustix::process::Pid>,
    noise: JoinHandle<()>,
}

impl Process {
    pub(crate) fn start(program: &Program, log: &Log) -> io::Result<(Self, ChildStdin, ChildStdout)> {
        let mut command = Command::new(&program.command);
        command.args(&program.args).env_clear();
        for name in ALWAYS {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.envs(program.env.iter().map(|(name, value)| (name, value.expose())));
        if let Some(cwd) = &program.cwd {
            command.current_dir(cwd);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn()?;
        let pipe = |what: &str| io::Error::other(format!("no {what} of the program"));
        let stdin = child.stdin.take().ok_or_else(|| pipe("standard input"))?;
        let stdout = child.stdout.take().ok_or_else(|| pipe("standard output"))?;
        let stderr = child.stderr.take().ok_or_else(|| pipe("standard error"))?;
        #[cfg(unix)]
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        let noise = tokio::spawn(noise(stderr, log.clone()));
        Ok((
            Self {
                child,
                #[cfg(unix)]
                group,
                noise,
            },
            stdin,
            stdout,
        ))
    }

    /// Waits until it has left, since its input ended; asks it to, and then makes it, if it takes its time.
    pub(crate) async fn end(&mut self) {
        if tokio::time::timeout(LEAVE, self.child.wait()).await.is_ok() {
            return self.kill();
        }
        #[cfg(unix)]
        if let Some(group) = self.group {
            let _gone_already = rustix::process::kill_process_group(group, rustix::process::Signal::TERM);
            if tokio::time::timeout(LEAVE, self.child.wait()).await.is_ok() {
                return self.kill();
            }
        }
        self.kill();
        let _it_ends = tokio::time::timeout(LEAVE, self.child.wait()).await;
    }

    /// Whatever is left of its group: a program that left may have started others that stay.
    fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.group.take() {
            let _gone_already = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _gone_already = self.child.start_kill();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        self.noise.abort();
    }
}

/// Standard error, line by line, into the log.
async fn noise(stderr: ChildStderr, log: Log) {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => log.line(&String::from_utf8_lossy(&line)),
        }
    }
}
