//! A workspace that lasts, and the program that people run on it.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use domain::secret::Secret;
use engine::{Adopted, Engine, KeychainChoice};
use keychain::{Keychain, WorkFactor};
use rehearsal::Rehearsal;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::{connections, model_spec, soon};

pub(crate) const PASSPHRASE: &str = "correct horse battery staple";

/// A workspace with its keys in a file.
pub(crate) struct Workspace {
    folder: TempDir,
}

impl Workspace {
    /// One with nothing in it.
    pub(crate) async fn empty() -> Self {
        let workspace = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::write(workspace.passphrase_file(), PASSPHRASE).unwrap();
        let keys = KeychainChoice::File { passphrase: Secret::new(PASSPHRASE) };
        let (engine, _) = Engine::create(&workspace.dir(), "Test", keys).await.unwrap();
        engine.shutdown().await;
        workspace.keep(Vec::new()).await;
        workspace
    }

    /// One that is wired to a company.
    pub(crate) async fn wired(rehearsal: &Rehearsal) -> Self {
        let workspace = Self::empty().await;
        let (mut sources, model) = (connections(rehearsal), rehearsal.model());
        let mut secrets = vec![(model.secret_name.clone(), model.secret.clone())];
        for source in &mut sources {
            // They go into the keychain here, all at once and cheaply.
            let name = std::mem::take(&mut source.secret_name);
            if !name.is_empty() {
                secrets.push((name, source.secret.expose().to_owned()));
            }
        }
        workspace.keep(secrets).await;
        let engine = workspace.open().await;
        engine.adopt(sources, model_spec(model), None).await.unwrap();
        engine.shutdown().await;
        workspace
    }

    /// The same workspace once more, in another folder. Nobody may have it open.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(copy.dir()).unwrap();
        std::fs::copy(self.passphrase_file(), copy.passphrase_file()).unwrap();
        for entry in std::fs::read_dir(self.dir()).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), copy.dir().join(entry.file_name())).unwrap();
        }
        copy
    }

    /// Connects a source, whose secret is in the keychain or needless.
    pub(crate) async fn connect(&self, toml: String) {
        let engine = self.open().await;
        let source = Adopted { toml, secret_name: String::new(), secret: Secret::new("") };
        engine.save_source(Engine::read_source(&source.toml).unwrap()).await.unwrap();
        engine.shutdown().await;
    }

    /// Stores secrets, and seals the file of keys at the lowest price: a test opens it hundreds of times, and what
    /// half a second of work protects from is not tried here.
    pub(crate) async fn keep(&self, secrets: Vec<(String, String)>) {
        let passphrase = Secret::new(PASSPHRASE);
        let path = self.dir().join("keys.age");
        let keychain = Keychain::file_with(path, passphrase, WorkFactor::log_n(1)).await.unwrap();
        let named = |(name, secret): (String, String)| (name.parse().unwrap(), Secret::new(secret));
        keychain.set_all(secrets.into_iter().map(named).collect()).await.unwrap();
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.folder.path().join("workspace")
    }

    fn passphrase_file(&self) -> PathBuf {
        self.folder.path().join("passphrase")
    }

    /// Opens it in this process, as the writer.
    pub(crate) async fn open(&self) -> Engine {
        Engine::open(&self.dir(), Some(Secret::new(PASSPHRASE))).await.unwrap()
    }

    /// Opens it in this process, to read.
    pub(crate) async fn open_to_read(&self) -> Engine {
        Engine::open_to_read(&self.dir(), Some(Secret::new(PASSPHRASE))).await.unwrap()
    }

    /// The program, about to be run on this workspace.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        self.command_of(&tieout(), words)
    }

    /// The same of another program, which will start ours.
    pub(crate) fn command_of(&self, program: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(words)
            .env("TIEOUT_WORKSPACE", self.dir())
            .env("TIEOUT_PASSPHRASE_FILE", self.passphrase_file())
            .env_remove("TIEOUT_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs the program to its end.
    pub(crate) async fn tieout(&self, words: &[&str]) -> Ran {
        ran(self.command(words)).await
    }

    /// Runs the program to its end, with something on its standard input.
    pub(crate) async fn tieout_given(&self, words: &[&str], input: &str) -> Ran {
        let mut command = self.command(words);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).await.unwrap();
        drop(stdin);
        let output = soon("tieout ends", child.wait_with_output()).await.unwrap();
        Ran::of(output)
    }
}

/// Runs a program to its end.
pub(crate) async fn ran(mut command: Command) -> Ran {
    let what = format!("{:?} ends", command.as_std());
    Ran::of(soon(&what, command.output()).await.unwrap())
}

/// The program that people run, which lies beside this test's folder.
pub(crate) fn tieout() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let program = profile.join(format!("tieout{}", std::env::consts::EXE_SUFFIX));
    assert!(program.is_file(), "{} is missing: cargo build -p cli", program.display());
    program
}

/// What a run of the program left.
pub(crate) struct Ran {
    status: ExitStatus,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    fn of(output: std::process::Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
        Self { status: output.status, out: text(output.stdout), err: text(output.stderr) }
    }

    /// The exit code.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Ended with this code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code(), Some(code), "out:\n{}\nerr:\n{}", self.out, self.err);
        self
    }

    /// Standard output as JSON lines, each of which must have a `type`.
    #[track_caller]
    pub(crate) fn objects(&self) -> Vec<Value> {
        let object = |line: &str| {
            let object: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(object["type"].is_string(), "no type: {line}");
            object
        };
        self.out.lines().map(object).collect()
    }

    /// The one object of that type.
    #[track_caller]
    pub(crate) fn object(&self, kind: &str) -> Value {
        let mut found: Vec<Value> =
            self.objects().into_iter().filter(|object| object["type"] == kind).collect();
        assert_eq!(found.len(), 1, "objects of type {kind} in:\n{}", self.out);
        found.remove(0)
    }
}
