//! A batch while it runs: why each call waits, what started early, what can be done about it from its rows.

use std::time::Duration;

use rehearsal::{Fault, Pace, Plan, Rehearsal, Script, ScriptedCall, ScriptedMessage, ScriptedReply, Times};
use serde_json::{Value, json};

use crate::scene::workspace::Workspace;
use crate::scene::{call, received, soon};
use crate::screen::{ENTER, Home, Window, button, field, link};
use crate::{unlocked, wanted};

/// How long a slow call takes: longer than a person needs to read the words of the rows that wait for it.
const SLOW_MS: u32 = 8_000;
/// As long as a call may take: it is taken back.
const ENDLESS_MS: u32 = 50_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_says_why_it_waits_and_a_source_is_paused_and_resumed() {
    if !wanted() {
        return;
    }
    let company = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&company).await;
    workspace.connect(company.echo_source().toml.replace("in_flight = 256", "in_flight = 2")).await;
    let home = Home::new();
    let window = unlocked(&home, &workspace).await;

    company.faults().set("crm", "/", Fault::RateLimited { retry_after: 5 }, Times::Once);
    says(
        &company,
        vec![
            call("a", "echo__get", json!({ "id": "1", "ms": SLOW_MS })),
            call("b", "echo__get", json!({ "id": "1", "ms": SLOW_MS })),
            call("c", "echo__get", json!({ "id": "2", "ms": ENDLESS_MS })),
            call("d", "echo__get", json!({ "id": "3" })),
            call("e", "records__put", json!({ "id": "7", "value": "new", "ms": 2_000 })),
            call("f", "records__get", json!({ "id": "7" })),
            call("g", "crm__segment_summary", json!({})),
        ],
    );
    ask(&window, "Do all of it").await;
    let row = async |handle: &str, words: &str| row_reads(&window, handle, words).await;
    row("c7", "second attempt in").await;
    row("c4", "echo has 2 calls under way").await;
    row("c2", "same request as c1").await;
    row("c6", "waits for c5, both touch /records/records/7").await;
    window.click(button("Allow 1")).await;
    window.click(button("Submit: allow 1, refuse 0")).await;
    window.picture("waits").await;

    window.click(button("More for echo.get id 3")).await;
    window.click(button("Pause echo")).await;
    row("c4", "echo is paused by you").await;
    row("c6", "returned").await;
    row("c7", "returned").await;
    // Who waits has the place of nobody, and who is under way ends: a pause takes nothing back.
    window.click(button("Cancel echo.get id 2")).await;
    row("c3", "cancelled").await;
    row("c1", "returned").await;
    row("c2", "returned").await;
    row("c4", "echo is paused by you").await;
    assert_eq!(received(&company, "echo"), 2, "one for c1 and c2, one for c3");

    window.click(link("Sources")).await;
    window.reads("paused by you").await;
    window.click(link("echo")).await;
    window.reads("You paused it").await;
    window.reads("Writes are sent once only").await;
    window.picture("source-paused").await;
    window.click(button("Resume")).await;
    window.click(link("Ask")).await;
    window.reads("Done.").await;
    row("c4", "returned").await;
    row("c7", "2×").await;
    row("c2", "same request as c1").await;
    window.reads("7 requests").await;
    assert_eq!(received(&company, "echo"), 3);
    assert_eq!(received(&company, "records"), 2);
    assert_eq!(received(&company, "crm"), 2);
    // A row's bar tells with words what happened in time, to the keyboard too.
    window.run("document.querySelector('[aria-label=\"Batch of calls\"] li .open').focus()", &[]).await;
    window.press(&"\u{e015}".repeat(6)).await;
    window.reads("waited before the second attempt").await;
    window.picture("waited").await;
    window.close().await;
    workspace.tieout(&["trail", "verify"]).await.ends(0);
    soon("the company closes", company.stop()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_start_while_the_model_writes_and_a_batch_is_cancelled_as_one() {
    if !wanted() {
        return;
    }
    let company = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&company).await;
    let home = Home::new();
    let window = unlocked(&home, &workspace).await;

    let spoken =
        |id: &str, ms, tokens| call(id, "echo__get", json!({ "id": id, "ms": ms })).in_tokens(tokens);
    let message = ScriptedMessage {
        // The last takes five seconds to write.
        calls: vec![spoken("1", 2_000, 20), spoken("2", 2_000, 20), spoken("3", 0, 200)],
        pace: Some(Pace::Tokens { first: Duration::ZERO, per_second: 40 }),
        ..ScriptedMessage::default()
    };
    let replies = [ScriptedReply::Message(message), ScriptedReply::text("Done.")];
    company.model_script(Script::new(replies));
    ask(&window, "Start early").await;
    // Both are there before the message is: nothing else says so beyond doubt.
    let early = "const batch = document.querySelector('[aria-label=\"Batch of calls\"]').innerText;
        return batch.includes('the model writes') && batch.split('returned').length === 3";
    window.until("two results while the model writes", early, &[]).await;
    window.reads("Done.").await;
    window.reads("saved by early start").await;
    window.picture("early").await;

    let slow = |id: &str| call(id, "echo__get", json!({ "id": id, "ms": ENDLESS_MS }));
    says(&company, ["4", "5", "6"].map(slow).into());
    window.click(button("New conversation")).await;
    ask(&window, "Take too long").await;
    for handle in ["c1", "c2", "c3"] {
        row_reads(&window, handle, "running").await;
    }
    window.click(button("Cancel the batch")).await;
    window.reads("Done.").await;
    window.reads("3 calls were cancelled, all for this reason").await;
    window.close().await;
    workspace.tieout(&["trail", "verify"]).await.ends(0);
    soon("the company closes", company.stop()).await;
}

/// The model's next two messages: these calls, then "Done.".
fn says(company: &Rehearsal, calls: Vec<ScriptedCall>) {
    company.model_script(Script::new([ScriptedReply::calls(calls), ScriptedReply::text("Done.")]));
}

async fn ask(window: &Window, question: &str) {
    window.write(field("Question"), &format!("{question}{ENTER}")).await;
    window
        .until(
            "the batch is there",
            "return document.querySelector('[aria-label=\"Batch of calls\"] li') !== null",
            &[],
        )
        .await;
}

/// Waits until the row of this handle has these words.
async fn row_reads(window: &Window, handle: &str, words: &str) {
    let script = "const rows = [...document.querySelectorAll('[aria-label=\"Batch of calls\"] li')];
        const row = rows.find((each) => each.querySelector('.handle')?.textContent === arguments[0]);
        return row?.innerText.replace(/\\s+/g, ' ').includes(arguments[1]) ?? false";
    let what = format!("{handle} to read “{words}”");
    window.until(&what, script, &[Value::from(handle), Value::from(words)]).await;
}
