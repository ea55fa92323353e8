//! One process writes a workspace at a time; readers are always welcome.

use rehearsal::{Plan, Rehearsal};

use crate::scene::soon;
use crate::scene::workspace::Workspace;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_program_reads_and_is_told_who_writes() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&rehearsal).await;
    workspace.tieout(&["ask", "Give me the full picture of customer 1015"]).await.ends(0);
    // As the window does while it runs.
    let window = workspace.open().await;
    assert!(window.about().writer);

    let calls = workspace.tieout(&["trail", "list", "--json"]).await.ends(0);
    let call = calls.objects()[0]["call"].as_str().unwrap().to_owned();
    workspace.tieout(&["trail", "show", &call]).await.ends(0);
    workspace.tieout(&["trail", "verify"]).await.ends(0);
    for words in [["sources", "list"], ["models", "list"], ["secrets", "list"], ["trail", "stats"]] {
        workspace.tieout(&words).await.ends(0);
    }

    let before = rehearsal.requests().len();
    let size = window.size().await.unwrap();
    for words in [
        &["ask", "What can you do?"][..],
        &["tools", "call", "echo.html"],
        &["sources", "remove", "echo"],
        &["sources", "test", "echo"],
        &["models", "test", "rehearsal"],
    ] {
        let run = workspace.tieout(words).await.ends(1);
        let holder = format!("process {}", std::process::id());
        assert!(run.err.contains(&holder) && run.err.contains("tieout 0."), "{words:?}: {}", run.err);
    }
    let told = workspace.tieout(&["ask", "What can you do?", "--json"]).await.ends(1);
    assert_eq!(told.object("error")["code"], "read_only");
    assert_eq!(rehearsal.requests().len(), before, "nothing was sent");
    assert_eq!(window.size().await.unwrap(), size, "nothing was written");

    let reading = workspace.open_to_read().await;
    let about = reading.about();
    assert!(!about.writer);
    assert_eq!(about.held_by.map(|holder| holder.pid), Some(std::process::id()));
    window.shutdown().await;
    workspace.tieout(&["ask", "What can you do?"]).await.ends(0);
    soon("the company closes", rehearsal.stop()).await;
}
