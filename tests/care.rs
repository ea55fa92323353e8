//! Care for the people in a trail, through the real program: calls are found by what they are and by their words, what is
//! erased on record is gone for whoever looks, what is held stays, and the proof stays whole (promise 10).

use rehearsal::{Plan, Rehearsal};
use serde_json::Value;

use crate::scene::workspace::Workspace;

async fn asked() -> (Rehearsal, Workspace) {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&rehearsal).await;
    workspace.tieout(&["ask", Rehearsal::demo_question().text]).await.ends(0);
    (rehearsal, workspace)
}

async fn found(workspace: &Workspace, filter: &[&str]) -> Vec<Value> {
    let run = workspace.tieout(&[&["trail", "search", "--json"], filter].concat()).await.ends(0);
    run.objects().into_iter().filter(|object| object["type"] == "call").collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_are_found_by_what_they_are_and_by_their_words() {
    let (_rehearsal, workspace) = asked().await;
    let all = found(&workspace, &[]).await;
    assert!(all.len() > 5, "{all:?}");
    let source = |row: &Value| row["tool"].as_str().unwrap().split('.').next().unwrap().to_owned();
    let crm = found(&workspace, &["source:crm"]).await;
    assert!(!crm.is_empty() && crm.len() < all.len() && crm.iter().all(|row| source(row) == "crm"));
    let others = found(&workspace, &["--", "-source:crm"]).await;
    assert_eq!(others.len() + crm.len(), all.len());

    // A word of a result, which stands in no column that is listed.
    let call = crm[0]["call"].as_str().unwrap();
    let detail = workspace.tieout(&["trail", "show", call, "--json"]).await.ends(0).object("call");
    let result = detail["payloads"].as_array().unwrap().iter().find(|payload| payload["role"] == "result");
    let result: Value = serde_json::from_str(result.unwrap()["text"].as_str().unwrap()).unwrap();
    let name = first_text(&result).unwrap();
    let by_words = found(&workspace, &["source:crm", &format!("\"{name}\"")]).await;
    assert!(by_words.iter().any(|row| row["call"] == call), "{name}: {by_words:?}");

    let counted = workspace.tieout(&["trail", "search", "--count", "--json"]).await.ends(0).object("facets");
    assert_eq!(counted["total"], all.len());
    // A mistake says what to write instead.
    let wrong = workspace.tieout(&["trail", "search", "sorce:crm"]).await;
    assert!(wrong.err.contains("source"), "{}", wrong.err);
    wrong.ends(1);
}

/// The first text of two words or more in a result.
fn first_text(json: &Value) -> Option<String> {
    match json {
        Value::String(text) if text.split_whitespace().count() > 1 && text.is_ascii() => Some(text.clone()),
        Value::Array(items) => items.iter().find_map(first_text),
        Value::Object(members) => members.values().find_map(first_text),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_erased_is_gone_and_what_is_held_stays() {
    let (_rehearsal, workspace) = asked().await;
    let row = found(&workspace, &["source:crm"]).await.remove(0);
    let call = row["call"].as_str().unwrap().to_owned();
    let preview = workspace.tieout(&["trail", "erase", "--call", &call, "--dry-run", "--json"]).await.ends(0);
    let meant = preview.object("erase_preview")["payloads"].as_u64().unwrap();
    assert!(meant >= 3, "arguments, request, result and what repeats them: {meant}");

    // Without a word from somebody nothing goes; without a reason neither.
    let erase = ["trail", "erase", "--call", &call, "--why", "the customer asked"];
    let unasked = workspace.tieout(&erase).await;
    assert!(unasked.err.contains("--yes"), "{}", unasked.err);
    unasked.ends(1);
    workspace.tieout(&["trail", "erase", "--call", &call]).await.ends(2);
    workspace.tieout(&["trail", "erase", "--call", &call, "--why", " ", "--yes"]).await.ends(1);

    let hold = ["trail", "hold", "add", "--call", &call, "--why", "a lawsuit", "--json"];
    let hold = workspace.tieout(&hold).await.ends(0).object("hold")["id"].as_str().unwrap().to_owned();
    let preview = workspace.tieout(&["trail", "erase", "--call", &call, "--dry-run", "--json"]).await.ends(0);
    assert!(preview.object("erase_preview")["held"].as_u64().unwrap() >= 3);
    let shown = workspace.tieout(&["trail", "show", &call]).await.ends(0).out;
    assert!(shown.contains("result"));
    workspace.tieout(&["trail", "hold", "release", &hold, "--why", "settled"]).await.ends(0);

    let erased = workspace.tieout(&[&erase[..], &["--yes", "--json"]].concat()).await.ends(0);
    assert_eq!(erased.object("erased")["payloads"], meant);
    let detail = workspace.tieout(&["trail", "show", &call, "--json"]).await.ends(0).object("call");
    let payloads = detail["payloads"].as_array().unwrap();
    assert!(payloads.iter().all(|payload| payload["text"] == "" && payload["erased"].is_u64()), "{detail}");
    assert_eq!(detail["row"]["telling"], "");
    assert!(found(&workspace, &["is:erased"]).await.iter().any(|row| row["call"] == call.as_str()));

    // The proof is whole: every entry is there, and the rest still opens.
    let report = workspace.tieout(&["trail", "verify", "--json"]).await.ends(0).object("verify_report");
    assert_eq!(report["findings"], serde_json::json!([]));
    assert_eq!(report["erased"], meant);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_persons_words_are_found_wherever_they_were_repeated() {
    let (_rehearsal, workspace) = asked().await;
    let call = found(&workspace, &["source:crm"]).await.remove(0)["call"].as_str().unwrap().to_owned();
    let detail = workspace.tieout(&["trail", "show", &call, "--json"]).await.ends(0).object("call");
    let result = detail["payloads"].as_array().unwrap().iter().find(|payload| payload["role"] == "result");
    let result: Value = serde_json::from_str(result.unwrap()["text"].as_str().unwrap()).unwrap();
    let name = first_text(&result).unwrap();
    let erase = ["trail", "erase", "--subject", &name, "--why", "they asked", "--yes", "--json"];
    let erased = workspace.tieout(&erase).await.ends(0);
    let roles = erased.object("erase_preview")["by_role"].clone();
    let roles: Vec<&str> = roles.as_array().unwrap().iter().map(|of| of["role"].as_str().unwrap()).collect();
    assert!(roles.contains(&"result") && roles.contains(&"prompt"), "the model was told too: {roles:?}");
    let again =
        workspace.tieout(&["trail", "erase", "--subject", &name, "--dry-run", "--json"]).await.ends(0);
    assert_eq!(again.object("erase_preview")["payloads"], 0);
    assert!(found(&workspace, &[&format!("\"{name}\"")]).await.is_empty());
    workspace.tieout(&["trail", "verify"]).await.ends(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_rules_say_is_erased_when_they_are_applied_and_not_before() {
    let (_rehearsal, workspace) = asked().await;
    let wrong = workspace.tieout(&["trail", "retention", "set", "prompts:90d"]).await;
    assert!(wrong.err.contains("prompt:90d"), "{}", wrong.err);
    wrong.ends(2);
    workspace.tieout(&["trail", "retention", "set", "prompt:90d", "@restricted:30d"]).await.ends(0);
    let rules = workspace.tieout(&["trail", "retention", "show"]).await.ends(0);
    assert_eq!(rules.out, "prompt:90d\n@restricted:30d\n");
    let due = workspace.tieout(&["trail", "retention", "preview", "--json"]).await.ends(0);
    assert_eq!(due.object("erase_preview")["payloads"], 0, "nothing is that old");
    workspace.tieout(&["trail", "retention", "apply", "--yes"]).await.ends(0);
    workspace.tieout(&["trail", "verify"]).await.ends(0);
}
