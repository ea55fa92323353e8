//! First light: a sample question in the demo, its batch, its answer, a call opened and proved, the trail verified.

use std::path::Path;

use rehearsal::Rehearsal;

use crate::screen::{ENTER, Home, button, field, first, link};
use crate::wanted;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sample_question_is_answered_opened_proved_and_verified() {
    if !wanted() {
        return;
    }
    let home = Home::new();
    let window = home.window(&["--demo", "--no-single-instance"]).await;

    window.click(button(Rehearsal::demo_question().text)).await;
    window.counts("[aria-label='Batch of calls'] li", 15).await;
    window.reads("15 calls").await;
    window.reads("drew on 15 of 15 calls").await;
    window.reads("Rehearsal model (no AI)").await;
    window.reads("4 sources").await;
    let rows = window.text_of("[aria-label='Batch of calls'] ol").await;
    assert_eq!(rows.matches("returned").count(), 15, "{rows}");
    // What scrolls is the transcript, never the window under it.
    window.run("document.querySelector('[aria-label=\"Batch of calls\"]').scrollIntoView()", &[]).await;
    let beyond = "return document.scrollingElement.scrollHeight - innerHeight";
    assert_eq!(window.run(beyond, &[]).await, 0, "the document is longer than the window");
    window.click(button("verify")).await;
    window.reads("verified just now").await;
    window.picture("ask-light").await;
    if std::env::var_os("TIEOUT_SAVE_SCREENSHOT").is_some() {
        window.picture_at(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/window.png")).await;
    }

    window.click(first("[aria-label='Batch of calls'] li button")).await;
    for part in ["Story", "Arguments", "Result", "Entries in the trail", "HTTP 200"] {
        window.reads(part).await;
    }
    window.click(first("aside li:last-child > button[aria-expanded=false]")).await;
    window.click(button("Prove")).await;
    window.reads("is in the trail:").await;
    window.reads("c2sp.org/tlog-proof@v1").await;
    window.picture("call-light").await;

    window.click(link("Trail")).await;
    window.counts("[role=grid] [role=row][aria-selected]", 15).await;
    window.reads("15 calls").await;
    window.click(button("Verify")).await;
    window.reads("Sound.").await;
    window.reads("verified just now").await;
    window.picture("trail-light").await;

    window.click(link("Settings")).await;
    window.click(field("Dark")).await;
    window.picture("settings-dark").await;
    window.click(link("Trail")).await;
    window.click(first("[role=grid] [role=row][aria-selected]")).await;
    window.reads("Entries in the trail").await;
    window.picture("trail-dark").await;
    window.click(link("Ask")).await;
    window.click(button("New conversation")).await;
    window.write(field("Question"), &format!("What can you do?{ENTER}")).await;
    window.reads("drew on no call").await;
    window.click(link("Prepare a brief on the North")).await;
    window.reads("drew on 15 of 15 calls").await;
    window.picture("ask-dark").await;
    window.close().await;
}
