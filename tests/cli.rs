//! The command line as `docs/cli.md` promises it: every command, for people and as JSON lines, and every exit code.

use std::time::Duration;

use rehearsal::{Latency, Plan, Rehearsal};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::scene::soon;
use crate::scene::wild::{Wild, http};
use crate::scene::workspace::Workspace;

/// Runs a command for people and as JSON. Each object must have a `type`, and one of them must be of this one.
async fn both(workspace: &Workspace, words: &[&str], kind: &str) {
    workspace.tieout(words).await.ends(0);
    let run = workspace.tieout(&[words, &["--json"]].concat()).await.ends(0);
    let objects = run.objects();
    assert!(objects.iter().any(|object| object["type"] == kind), "{words:?} says no `{kind}`: {}", run.out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_for_people_and_as_json() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&rehearsal).await;
    let folder = tempfile::tempdir().unwrap();
    let (mine, model) =
        (Wild::always(http("200 OK", "content-type: application/json\r\n", "[]")).await, rehearsal.model());
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, mine.source("mine", "")).unwrap();

    both(&workspace, &["sources", "add", file.to_str().unwrap()], "source_saved").await;
    both(&workspace, &["sources", "list"], "source").await;
    both(&workspace, &["sources", "show", "crm"], "source").await;
    both(&workspace, &["sources", "test", "mine"], "source_report").await;
    both(&workspace, &["sources", "export", "crm"], "source_file").await;
    both(&workspace, &["tools", "list"], "tool").await;
    both(&workspace, &["tools", "show", "crm.get_customer"], "tool").await;
    both(&workspace, &["tools", "call", "mine.get"], "call").await;
    let add = [
        "models",
        "add",
        "other",
        "--base-url",
        &model.base_url,
        "--model",
        &model.model_id,
        "--secret",
        &model.secret_name,
    ];
    both(&workspace, &add, "model_saved").await;
    both(&workspace, &["models", "list"], "model").await;
    both(&workspace, &["models", "test", "other"], "model_report").await;
    both(&workspace, &["secrets", "list"], "secret").await;
    both(&workspace, &["ask", "Compare customers 1001, 1002 and 999999", "--model", "other"], "answer").await;
    both(&workspace, &["ask", "What can you do?", "--sequential", "--max-steps", "2"], "turn_ended").await;
    both(&workspace, &["trail", "list", "--limit", "3", "--source", "crm", "--outcome", "failed"], "call")
        .await;
    both(&workspace, &["trail", "stats"], "stats").await;
    both(&workspace, &["trail", "verify"], "verify_report").await;
    both(&workspace, &["trail", "show", "0"], "trail.opened").await;

    let calls =
        workspace.tieout(&["trail", "list", "--limit", "2", "--source", "crm", "--json"]).await.ends(0);
    assert!(calls.err.contains("--after "), "{}", calls.err);
    let row = &calls.objects()[0];
    both(&workspace, &["trail", "show", row["call"].as_str().unwrap()], "proof").await;
    both(&workspace, &["trail", "answer", row["turn"].as_str().unwrap()], "answer").await;
    both(&workspace, &["trail", "stats"], "ties").await;
    let conversation = row["conversation"].as_str().unwrap();
    both(&workspace, &["trail", "show", conversation], "conversation").await;
    both(&workspace, &["trail", "list", "--conversation", conversation], "call").await;
    both(&workspace, &["ask", "What can you do?", "--conversation", conversation], "answer").await;
    let after = row["seq"].to_string();
    let older = workspace.tieout(&["trail", "list", "--after", &after, "--json"]).await.ends(0);
    assert!(older.objects().iter().all(|older| older["seq"].as_u64() < row["seq"].as_u64()));

    let exported = workspace.tieout(&["sources", "export", "crm"]).await.ends(0);
    std::fs::write(&file, &exported.out).unwrap();
    let again = workspace.tieout(&["sources", "add", file.to_str().unwrap(), "--json"]).await.ends(0);
    assert_eq!(again.object("source_saved")["change"], "replaced");
    assert_eq!(
        workspace.tieout(&["sources", "export", "crm"]).await.ends(0).out,
        exported.out,
        "reads back the same"
    );

    workspace.tieout(&["--json", "sources", "remove", "mine"]).await.ends(0).object("source_removed");
    workspace.tieout(&["models", "remove", "other", "--json"]).await.ends(0).object("model_removed");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(workspace.tieout(&["completions", shell]).await.ends(0).out.contains("tieout"), "{shell}");
    }
    workspace.tieout(&["trail", "verify"]).await.ends(0);
    soon("the company closes", rehearsal.stop()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_begins_keeps_a_secret_and_comes_back_with_its_recovery_key() {
    let workspace = Workspace::empty().await;
    let begun = workspace.dir().with_file_name("begun");
    let at = ["--workspace", begun.to_str().unwrap()];
    let missing = workspace.tieout(&[&at[..], &["trail", "list"]].concat()).await.ends(1);
    assert!(missing.err.contains("tieout init"), "{}", missing.err);
    let made = workspace
        .tieout(&[&at[..], &["init", "--keys", "file", "--name", "Mine", "--json"]].concat())
        .await
        .ends(0);
    assert_eq!(
        (made.object("workspace")["name"].as_str(), made.object("workspace")["keeps"].as_str()),
        (Some("Mine"), Some("file"))
    );
    let key = made
        .err
        .lines()
        .map(str::trim)
        .find(|line| line.len() == 71)
        .expect("the recovery key, on standard error")
        .to_owned();
    assert!(!made.out.contains(&key));
    workspace.tieout(&[&at[..], &["init", "--keys", "file"]].concat()).await.ends(1);

    std::fs::remove_file(begun.join("keys.age")).unwrap();
    let lost = workspace.tieout(&[&at[..], &["trail", "list"]].concat()).await.ends(1);
    assert!(lost.err.contains("--recover"), "{}", lost.err);
    let wrong = format!("{}{}", if key.starts_with('0') { '1' } else { '0' }, &key[1..]);
    workspace.tieout_given(&[&at[..], &["init", "--recover"]].concat(), &wrong).await.ends(1);
    workspace.tieout_given(&[&at[..], &["init", "--recover"]].concat(), &key).await.ends(0);
    workspace.tieout(&[&at[..], &["trail", "verify"]].concat()).await.ends(0);

    // The same on the cheaper one: a secret comes by standard input, and its name is all that is shown.
    let set = workspace.tieout_given(&["secrets", "set", "crm", "--json"], "tok-4711\n").await.ends(0);
    assert_eq!(set.object("secret_set")["name"], "crm");
    assert_eq!(workspace.tieout(&["secrets", "list"]).await.ends(0).out, "crm\n");
    let empty = workspace.tieout(&["secrets", "set", "crm"]).await.ends(1);
    assert!(empty.err.contains("empty"), "{}", empty.err);
    workspace.tieout(&["secrets", "remove", "crm"]).await.ends(0);
    workspace.tieout(&["secrets", "remove", "crm"]).await.ends(1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_says_why_and_what_to_do() {
    let workspace = Workspace::empty().await;
    let nothing = workspace.tieout(&["ask", "Anything?", "--json"]).await.ends(1);
    assert_eq!(nothing.object("error")["code"], "no_model");
    assert!(nothing.err.contains("models add"), "{}", nothing.err);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.toml");
    std::fs::write(&file, "name = \"Crm\"\nkind = \"ftp\"\nbase_url = \"crm.example.com\"\nauht = 1\n")
        .unwrap();
    let wrong = workspace.tieout(&["sources", "add", file.to_str().unwrap(), "--json"]).await.ends(1);
    let detail = wrong.object("error")["detail"].as_array().unwrap().len();
    assert!(detail >= 4, "every mistake at once: {}", wrong.out);
    for line in ["1", "2", "3", "4"] {
        assert!(wrong.err.contains(&format!("line {line}")), "{}", wrong.err);
    }
    for words in [
        &["sources", "show", "crm"][..],
        &["sources", "remove", "crm"],
        &["tools", "show", "crm.get"],
        &["tools", "call", "crm.get"],
        &["models", "test", "gpt"],
        &["trail", "show", "99999"],
        &["trail", "show", "call_01K9ZZZZZZZZZZZZZZZZZZZZZZ"],
    ] {
        let run = workspace.tieout(words).await.ends(1);
        assert!(run.err.starts_with("error: ") && run.out.is_empty(), "{words:?}: {}{}", run.out, run.err);
    }
    for words in [&["frobnicate"][..], &["ask"], &["trail", "show", "x"], &["ask", "x", "--max-steps", "0"]] {
        workspace.tieout(words).await.ends(2);
    }
    let mut wrong_passphrase = workspace.command(&["trail", "list"]);
    std::fs::write(folder.path().join("passphrase"), "another").unwrap();
    wrong_passphrase.env("TIEOUT_PASSPHRASE_FILE", folder.path().join("passphrase"));
    let run = crate::scene::workspace::ran(wrong_passphrase).await.ends(1);
    assert!(run.err.contains("passphrase"), "{}", run.err);
}

/// Ctrl-C: the call that is out is taken back and recorded, and the code says that a person cancelled.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_ends_the_turn_on_record() {
    let plan = Plan { latency: Latency::Fixed(Duration::from_secs(60)), ..Plan::instant() };
    let rehearsal = Rehearsal::start(plan).await.unwrap();
    let workspace = Workspace::wired(&rehearsal).await;
    let mut child = workspace.command(&["ask", "--json", Rehearsal::demo_question().text]).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    loop {
        let line = soon("a call goes out", said.next_line()).await.unwrap().expect("the turn goes on");
        if line.contains("\"dispatched\"") {
            break;
        }
    }
    let interrupt =
        tokio::process::Command::new("kill").args(["-INT", &child.id().unwrap().to_string()]).status();
    assert!(soon("the signal is sent", interrupt).await.unwrap().success());
    let ended = soon("the program ends", child.wait()).await.unwrap();
    assert_eq!(ended.code(), Some(130));
    let stats = workspace.tieout(&["trail", "stats", "--json"]).await.ends(0).object("stats");
    assert_eq!(
        (stats["open_calls"].as_u64(), stats["by_outcome"][0]["name"].as_str()),
        (Some(0), Some("cancelled"))
    );
    workspace.tieout(&["trail", "verify"]).await.ends(0);
    soon("the company closes", rehearsal.stop()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_asks_answers_and_verifies() {
    let workspace = Workspace::empty().await;
    let run = workspace.tieout(&["demo", "--ask", "--json"]).await.ends(0);
    let answer = &run.object("answer")["answer"];
    assert_eq!(answer["exposure"].as_array().unwrap().len(), 15);
    assert!(answer["model"].as_str().unwrap().contains("no AI"));
    assert_eq!(run.object("verify_report")["findings"].as_array().unwrap().len(), 0);
    let batch = run.object("batch_ended");
    println!("demo: 15 calls in {} ms, one after another {} ms", batch["elapsed_ms"], batch["sequential_ms"]);
    let own = workspace.tieout(&["demo", "--ask", "What can you do?"]).await.ends(0);
    assert!(own.out.contains("trail verified"), "{}", own.out);
    let numbered = workspace.tieout_given(&["demo"], "15\n\n").await.ends(0);
    assert!(numbered.out.contains("trail verified"), "{}", numbered.out);
}
