//! Promise 10 from a stranger's side: what the program gives out of the trail is checked by the program without a
//! workspace, and by the verifier that lies in each bundle without the program.

use std::path::{Path, PathBuf};

use rehearsal::{Plan, Rehearsal};
use serde_json::Value;
use tokio::process::Command;

use crate::scene::soon;
use crate::scene::workspace::{Ran, Workspace, ran, tieout};

/// A key pair for tests, from age's own documentation.
const IDENTITY: &str = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
const RECIPIENT: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

/// A workspace in which the demo's question was asked by the program.
struct Asked {
    rehearsal: Rehearsal,
    workspace: Workspace,
    folder: tempfile::TempDir,
    conversation: String,
    turn: String,
}

impl Asked {
    async fn demo() -> Self {
        let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
        let workspace = Workspace::wired(&rehearsal).await;
        let asked = workspace.tieout(&["ask", Rehearsal::demo_question().text, "--json"]).await.ends(0);
        let started = asked.object("turn_started");
        let word = |name: &str| started[name].as_str().unwrap().to_owned();
        let (conversation, turn) = (word("conversation"), word("turn"));
        Self { rehearsal, workspace, folder: tempfile::tempdir().unwrap(), conversation, turn }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn export(&self, name: &str, words: &[&str]) -> Ran {
        let file = self.file(name);
        self.workspace.tieout(&[&["trail", "export", "--json", "-o", text(&file)], words].concat()).await
    }

    async fn end(self) {
        self.workspace.tieout(&["trail", "verify"]).await.ends(0);
        soon("the company closes", self.rehearsal.stop()).await;
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The program as a stranger has it: no workspace anywhere.
async fn verify(words: &[&str]) -> Ran {
    let nowhere = tempfile::tempdir().unwrap();
    let mut command = Command::new(tieout());
    command
        .args([&["verify"], words].concat())
        .env("TIEOUT_WORKSPACE", nowhere.path().join("none"))
        .env("HOME", nowhere.path())
        .env_remove("TIEOUT_PASSPHRASE_FILE")
        .kill_on_drop(true);
    ran(command).await
}

/// Python as a stranger has it, with the verifier out of the bundle itself.
async fn python(script: &str, words: &[&str]) -> Ran {
    let mut command = Command::new("python3");
    command.args(["-c", script]).args(words).kill_on_drop(true);
    ran(command).await
}

const BY_ITS_OWN_VERIFIER: &str = "
import subprocess, sys, tempfile, zipfile
verifier = tempfile.NamedTemporaryFile(suffix='.py')
verifier.write(zipfile.ZipFile(sys.argv[1]).read('verify.py'))
verifier.flush()
sys.exit(subprocess.run([sys.executable, verifier.name] + sys.argv[1:]).returncode)
";

/// Copies a zip, and changes one file in it: the answer's entry, or the first payload.
const CHANGED: &str = "
import sys, zipfile
there, out = zipfile.ZipFile(sys.argv[1]), zipfile.ZipFile(sys.argv[2], 'w')
done = False
for name in there.namelist():
    data = there.read(name)
    if sys.argv[3] == 'entry' and name.startswith('entries/') and b'answer.given' in data:
        data, done = data.replace(b'\"at\":1', b'\"at\":2'), True
    if sys.argv[3] == 'payload' and name.startswith('payloads/') and not done:
        data, done = data + b'x', True
    out.writestr(name, data)
out.close()
sys.exit(not done)
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_checks_what_the_program_exports_with_it_and_without() {
    let asked = Asked::demo().await;
    let (conversation, turn) = (asked.conversation.clone(), asked.turn.clone());
    for (name, of) in [
        ("answer.tieout", vec!["--answer", &turn]),
        ("conversation.tieout", vec!["--conversation", &conversation, "--without-payloads"]),
        ("trail.tieout", vec!["--all"]),
    ] {
        let made = asked.export(name, &of).await.ends(0).object("bundle");
        let file = asked.file(name);
        assert_eq!(made["size"], std::fs::metadata(&file).unwrap().len());
        let report = verify(&[text(&file), "--json"]).await.ends(0);
        let (manifest, report) = (report.object("manifest"), report.object("verify_report"));
        assert_eq!(report["entries"], made["entries"]);
        let vkey = manifest["vkey"].as_str().unwrap();
        verify(&[text(&file), "--vkey", vkey]).await.ends(0);
        python(BY_ITS_OWN_VERIFIER, &[text(&file), "--vkey", vkey]).await.ends(0);
        let other = "tieout.example/ws_01KAV9FSZ0T9P3M6N2R7S5X1YB/1+45504ac6+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
        let wrong = verify(&[text(&file), "--vkey", other]).await.ends(3);
        assert!(wrong.out.contains("THE BUNDLE DOES NOT VERIFY"), "{}", wrong.out);
        python(BY_ITS_OWN_VERIFIER, &[text(&file), "--vkey", other]).await.ends(3);
    }
    asked.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_bundle_is_found_out_by_the_program_and_by_python() {
    let asked = Asked::demo().await;
    asked.export("sound.tieout", &["--answer", &asked.turn.clone()]).await.ends(0);
    let (sound, changed) = (asked.file("sound.tieout"), asked.file("changed.tieout"));
    for (what, kind) in [("entry", "altered"), ("payload", "unopened")] {
        python(CHANGED, &[text(&sound), text(&changed), what]).await.ends(0);
        let run = verify(&[text(&changed), "--json"]).await.ends(3);
        let findings = run.object("verify_report")["findings"].clone();
        assert!(findings.as_array().unwrap().iter().any(|found| found["kind"] == kind), "{findings}");
        python(BY_ITS_OWN_VERIFIER, &[text(&changed)]).await.ends(3);
    }
    std::fs::write(asked.file("none.tieout"), "no zip").unwrap();
    let none = verify(&[text(&asked.file("none.tieout"))]).await.ends(1);
    assert!(none.err.contains("no evidence bundle"), "{}", none.err);
    asked.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_that_was_kept_shows_another_history() {
    let asked = Asked::demo().await;
    let kept = |workspace: &Workspace| {
        let command = workspace.command(&["trail", "show", "0", "--json"]);
        async move { ran(command).await.ends(0).object("proof")["checkpoint"].as_str().unwrap().to_owned() }
    };
    let note = asked.file("kept");
    std::fs::write(&note, kept(&asked.workspace).await).unwrap();
    asked.export("trail.tieout", &["--all"]).await.ends(0);
    verify(&[text(&asked.file("trail.tieout")), "--known", text(&note)]).await.ends(0);
    let other = Workspace::empty().await;
    std::fs::write(&note, kept(&other).await).unwrap();
    verify(&[text(&asked.file("trail.tieout")), "--known", text(&note)]).await.ends(3);
    asked.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encrypted_bundle_needs_its_identity() {
    let asked = Asked::demo().await;
    let turn = asked.turn.clone();
    let made =
        asked.export("a.tieout", &["--answer", &turn, "--to", RECIPIENT]).await.ends(0).object("bundle");
    let sealed = made["path"].as_str().unwrap();
    assert!(sealed.ends_with("a.tieout.age"), "{sealed}");
    let refused = verify(&[sealed]).await.ends(1);
    assert!(refused.err.contains("encrypted"), "{}", refused.err);
    let identity = asked.file("identity");
    std::fs::write(&identity, format!("# public key: {RECIPIENT}\n{IDENTITY}\n")).unwrap();
    verify(&[sealed, "--identity-file", text(&identity)]).await.ends(0);
    asked.export("b.tieout", &["--answer", &turn, "--to", "age1nobody"]).await.ends(1);
    asked.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_file_is_written_over() {
    let asked = Asked::demo().await;
    asked.export("a.tieout", &["--all"]).await.ends(0);
    let before = std::fs::read(asked.file("a.tieout")).unwrap();
    let refused = asked.export("a.tieout", &["--all"]).await.ends(1);
    assert!(refused.err.contains("a-2.tieout is free"), "{}", refused.err);
    let table = asked.file("a.tieout");
    asked.workspace.tieout(&["trail", "csv", "-o", text(&table)]).await.ends(1);
    assert!(std::fs::read(asked.file("a.tieout")).unwrap() == before);
    asked.export("b.tieout", &["--answer", "turn_01KAV9FWCD2V4B6N8M1C3Z5A7S"]).await.ends(1);
    asked.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_go_to_a_pipe_or_a_file_and_are_the_same() {
    let asked = Asked::demo().await;
    let calls = asked.workspace.tieout(&["trail", "list", "--json"]).await.ends(0).objects().len();
    for (form, lines) in [("csv", calls + 1), ("jsonl", calls), ("ocsf", calls), ("otlp", 1)] {
        let piped = asked.workspace.tieout(&["trail", form]).await.ends(0).out;
        let file = asked.file(form);
        asked.workspace.tieout(&["trail", form, "-o", text(&file)]).await.ends(0);
        let written = std::fs::read_to_string(&file).unwrap();
        assert_eq!(written.lines().count(), lines, "{form}: {written}");
        if form != "ocsf" {
            assert_eq!(written, piped, "{form}");
        }
        if form != "csv" {
            assert!(written.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{written}");
        }
    }
    let some = asked.workspace.tieout(&["trail", "csv", "source:crm"]).await.ends(0).out;
    assert!(some.lines().count() > 1 && some.lines().count() <= calls, "{some}");
    let wrong = asked.workspace.tieout(&["trail", "csv", "source:"]).await.ends(1);
    assert!(wrong.out.is_empty() && !wrong.err.is_empty());
    asked.end().await;
}
