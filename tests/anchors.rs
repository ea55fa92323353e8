//! Anchors through the program that people run: others hold checkpoints, and an old copy that is put back is loud.

use std::path::Path;

use rehearsal::{Plan, Rehearsal};

use crate::scene::workspace::Workspace;
use crate::scene::{received, soon};

/// The trail's first key, as the program shows its first entry.
async fn first_vkey(workspace: &Workspace) -> String {
    let shown = workspace.tieout(&["trail", "show", "0", "--json"]).await.ends(0);
    let body = shown.objects().into_iter().find(|object| object["body"].is_object()).unwrap();
    body["body"]["vkey"].as_str().unwrap().to_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_copy_that_is_put_back_is_refused_by_who_holds_more_and_everybody_hears_of_it() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&rehearsal).await;
    let share = tempfile::tempdir().unwrap();
    let (witness, folder) = (rehearsal.witness(), text(share.path()));
    let add = ["trail", "anchors", "add", "notary", "--witness", &witness.url, "--key", &witness.vkey];

    let refused = workspace.tieout(&add).await.ends(1);
    assert!(refused.err.contains("give its operator the trail's key"), "{}", refused.err);
    rehearsal.follow(&first_vkey(&workspace).await);
    let tested = workspace.tieout(&["trail", "anchors", "test", "notary", "--json"]).await.ends(0);
    assert!(tested.object("anchor_test")["words"].as_str().unwrap().contains("cosigned"));
    workspace.tieout(&["trail", "anchors", "add", "share", "--folder", folder]).await.ends(0);
    let old = workspace.copy();

    workspace.tieout(&["ask", Rehearsal::demo_question().text]).await.ends(0);
    workspace.tieout(&["trail", "anchors", "now"]).await.ends(0);
    let listed = workspace.tieout(&["trail", "anchors", "list", "--json"]).await.ends(0).objects();
    assert!(listed.iter().all(|anchor| anchor["failure"].is_null() && anchor["last"]["size"].is_u64()));
    let report = workspace.tieout(&["trail", "verify", "--json"]).await.ends(0).object("verify_report");
    assert_eq!(
        report["anchored"],
        listed.iter().map(|anchor| anchor["last"]["size"].as_u64()).max().unwrap().unwrap()
    );

    let refused = old.tieout(&["trail", "anchors", "now"]).await.ends(1);
    assert_eq!(refused.out.matches("an old copy was put back").count(), 2, "{}", refused.out);
    let stats = old.tieout(&["trail", "stats"]).await.ends(0);
    assert_eq!(
        stats.err.matches("THIS TRAIL IS NOT THE ONE THAT OTHERS REMEMBER").count(),
        2,
        "{}",
        stats.err
    );
    let report = old.tieout(&["trail", "verify", "--json"]).await.ends(3).object("verify_report");
    for finding in report["findings"].as_array().unwrap() {
        assert_eq!((&finding["kind"], &finding["part"]), (&"truncated".into(), &"anchors".into()));
    }
    let accepted = old.tieout(&["trail", "accept-restored", "--why", "because"]).await.ends(1);
    assert!(accepted.err.contains("nothing to accept"), "only what the keychain remembers: {}", accepted.err);

    workspace.tieout(&["trail", "anchors", "remove", "share"]).await.ends(0);
    workspace.tieout(&["trail", "anchors", "remove", "share"]).await.ends(1);
    soon("the company closes", rehearsal.stop()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_trusts_the_old_key_and_an_old_checkpoint_can_follow_to_the_new_ones() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&rehearsal).await;
    let folder = tempfile::tempdir().unwrap();
    let (kept, bundle) = (folder.path().join("kept.checkpoint"), folder.path().join("all.tieout"));
    let old = first_vkey(&workspace).await;
    let saved = workspace.tieout(&["trail", "checkpoint", "--save", text(&kept), "--json"]).await.ends(0);
    assert_eq!(saved.object("checkpoint")["note"], std::fs::read_to_string(&kept).unwrap());
    workspace.tieout(&["trail", "checkpoint", "--save", text(&kept)]).await.ends(1);

    let rotated = workspace.tieout(&["trail", "rotate-key", "--json"]).await.ends(0).object("key_rotated");
    let new = rotated["vkey"].as_str().unwrap();
    workspace.tieout(&["ask", Rehearsal::demo_question().text]).await.ends(0);
    let shown = workspace.tieout(&["trail", "checkpoint"]).await.ends(0);
    let origin = new.split('+').next().unwrap();
    assert!(origin.ends_with("/2") && shown.out.starts_with(origin), "{}", shown.out);
    let report = workspace.tieout(&["trail", "verify", "--json"]).await.ends(0).object("verify_report");
    assert_eq!(report["vkeys"], serde_json::json!([old, new]));

    workspace.tieout(&["trail", "export", "--all", "-o", text(&bundle)]).await.ends(0);
    for vkey in [&old, new] {
        workspace.tieout(&["verify", text(&bundle), "--vkey", vkey, "--known", text(&kept)]).await.ends(0);
    }
    let other = Workspace::empty().await;
    let stranger = first_vkey(&other).await;
    workspace.tieout(&["verify", text(&bundle), "--vkey", &stranger]).await.ends(3);
    soon("the company closes", rehearsal.stop()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_must_be_held_elsewhere_first_sends_nothing_until_it_is() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&rehearsal).await;
    let share = tempfile::tempdir().unwrap();
    let folder = share.path().join("checkpoints");
    let note = ["tools", "call", "support.add_note", r#"{"id": 7031, "text": "called"}"#, "--approve", "all"];

    let refused = workspace.tieout(&["trail", "anchors", "writes", "require"]).await.ends(1);
    assert!(refused.err.contains("add one first"), "{}", refused.err);
    std::fs::create_dir(&folder).unwrap();
    workspace.tieout(&["trail", "anchors", "add", "share", "--folder", text(&folder)]).await.ends(0);
    workspace.tieout(&["trail", "anchors", "writes", "require"]).await.ends(0);
    let said = workspace.tieout(&["trail", "anchors", "writes", "--json"]).await.ends(0);
    assert_eq!(said.object("anchor_writes")["writes"], "require");

    std::fs::remove_dir_all(&folder).unwrap();
    let held_back = workspace.tieout(&note).await.ends(1);
    assert!(held_back.err.contains("It was not sent") || held_back.out.contains("It was not sent"));
    assert_eq!(received(&rehearsal, "support"), 0, "not a byte");

    std::fs::create_dir(&folder).unwrap();
    workspace.tieout(&note).await.ends(0);
    assert_eq!(received(&rehearsal, "support"), 1);
    workspace.tieout(&["trail", "verify"]).await.ends(0);
    soon("the company closes", rehearsal.stop()).await;
}
